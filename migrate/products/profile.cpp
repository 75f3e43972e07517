#include "migrate/products/profile.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "appliance/crypto/crypto.hpp"
#include "appliance/sql/value.hpp"
#include "embedded/profiles.hpp"
#include "migrate/products/manifest.hpp"
#include "migrate/products/profile_check.hpp"
#include "migrate/products/status_map.hpp"

namespace slipway::migrate {
namespace {

constexpr std::uintmax_t kMostBytes = 8U << 20U;

Profile from_files(std::map<std::string, std::string> files, ProfileFaults& faults) {
  Profile profile = read_manifest(files.at("profile.toml"), faults);
  profile.files = std::move(files);
  const ProfileFaults more = check_files(profile);
  faults.insert(faults.end(), more.begin(), more.end());
  return profile;
}

/// The folders of the compiled-in files that hold a profile.toml, each with its files.
std::map<std::string, std::map<std::string, std::string>> embedded_folders() {
  std::map<std::string, std::map<std::string, std::string>> folders;
  for (const auto& file : embedded_files::profiles()) {
    const auto slash = file.name.find('/');
    folders[std::string(file.name.substr(0, slash))][std::string(file.name.substr(slash + 1))] = file.bytes;
  }
  return folders;
}

std::vector<Profile> compiled_in() {
  std::vector<Profile> found;
  for (auto& [folder, files] : embedded_folders()) {
    if (!files.contains("profile.toml")) continue;
    ProfileFaults faults;
    found.push_back(from_files(std::move(files), faults));
    if (found.back().name != folder) faults.push_back({"profile.toml", 0, "'name' must be that of its folder"});
    if (faults.empty()) continue;
    std::fprintf(stderr, "%s\n", error_of("profile " + folder, std::move(faults), "").message.c_str());
    std::abort();
  }
  std::stable_partition(found.begin(), found.end(), [](const Profile& profile) { return !profile.transform; });
  return found;
}

Result<std::map<std::string, std::string>> read_files(const std::filesystem::path& directory, ProfileFaults& faults) {
  std::map<std::string, std::string> files;
  std::error_code fault;
  for (std::filesystem::directory_iterator at(directory, fault), end; !fault && at != end; at.increment(fault)) {
    const std::string name = at->path().filename().string();
    const std::string ending = at->path().extension().string();
    if ((ending != ".toml" && ending != ".sql") || !at->is_regular_file(fault)) continue;
    if (at->file_size(fault) > kMostBytes) {
      faults.push_back({name, 0, "larger than 8 MiB"});
      continue;
    }
    std::ifstream in(at->path(), std::ios::binary);
    files[name] = std::string{std::istreambuf_iterator<char>(in), {}};
    if (!in) faults.push_back({name, 0, "cannot be read"});
  }
  if (fault || !files.contains("profile.toml")) {
    return Error{Code::not_found, "profile '" + directory.string() + "': no profile.toml in it",
                 "name the directory of a profile; 'slipway-migrate profile export NAME DIR' makes one to start from"};
  }
  return files;
}

}  // namespace

std::string ProfileFault::describe() const {
  return file + (line == 0 ? std::string{} : ":" + std::to_string(line)) + ": " + text;
}

const std::vector<Profile>& profiles() {
  static const std::vector<Profile> all = compiled_in();
  return all;
}

Result<Profile> read_profile(const std::filesystem::path& directory, ProfileFaults& faults) {
  SLIPWAY_TRY(auto files, read_files(directory, faults));
  Profile profile = from_files(std::move(files), faults);
  profile.directory = directory;
  return profile;
}

Result<Profile> load_profile(const std::filesystem::path& directory) {
  ProfileFaults faults;
  SLIPWAY_TRY(Profile profile, read_profile(directory, faults));
  if (faults.empty()) return profile;
  return error_of("profile '" + directory.string() + "'", std::move(faults),
                  "mend them; 'slipway-migrate profile check " + directory.string() + "' looks closer");
}

std::string digest_of_steps(const Profile& profile) {
  std::string all;
  for (const auto& [name, bytes] : profile.files)
    if (name != profile.checks && name != profile.assess && name != profile.schema)
      all += name + '\n' + crypto::sha256_hex(bytes) + '\n';
  return crypto::sha256_hex(all);
}

Result<std::string> fill_in(const std::string& text, const std::string& source, const std::string& target) {
  SLIPWAY_TRY(const std::string from, sql::quote_identifier(source));
  SLIPWAY_TRY(const std::string to, sql::quote_identifier(target));
  std::string filled;
  std::size_t at = 0;
  for (std::size_t mark = text.find("{{"); mark != std::string::npos; mark = text.find("{{", at)) {
    filled.append(text, at, mark - at);
    const bool is_source = text.compare(mark, 10, "{{source}}") == 0;
    if (!is_source && text.compare(mark, 10, "{{target}}") != 0)
      return Error{Code::invalid_argument, "profile: unknown placeholder '" + text.substr(mark, 20) + "'",
                   "{{source}} and {{target}} are the known ones"};
    filled.append(is_source ? from : to);
    at = mark + 10;
  }
  return filled.append(text, at, std::string::npos);
}

Result<std::string> profile_script(const Profile& profile, const std::string& file, const std::string& source,
                                   const std::string& target) {
  const auto found = profile.files.find(file);
  if (found == profile.files.end())
    return Error{Code::internal, "profile " + profile.name + ": file '" + file + "' is missing"};
  return fill_in(found->second, source, target);
}

}  // namespace slipway::migrate
