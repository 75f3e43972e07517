#include "services/upgrade/packages.hpp"

#include <sys/stat.h>

#include <fstream>
#include <sstream>

#include "appliance/base/file.hpp"
#include "appliance/crypto/crypto.hpp"
#include "services/upgrade/open_file.hpp"
#include "services/upgrade/tool.hpp"

namespace slipway::upgrade {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kLargestPackage = 2ULL << 30U;
constexpr std::chrono::minutes kInstallLimit{30};

/// We hold its lock; nobody answers questions.
const std::map<std::string, std::string>& dpkg_environment() {
  static const std::map<std::string, std::string> variables{{"DPKG_FRONTEND_LOCKED", "true"},
                                                            {"DEBIAN_FRONTEND", "noninteractive"},
                                                            {"LC_ALL", "C.UTF-8"},
                                                            {"PATH", "/usr/sbin:/usr/bin:/sbin:/bin"}};
  return variables;
}

Error damaged(const fs::path& file, const std::string& words) {
  return {Code::corrupt, file.string() + ": is no whole Debian package: " + words,
          "fetch it again, and compare it with SHA256SUMS of the release"};
}

Result<std::string> read_file(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream bytes;
  bytes << stream.rdbuf();
  if (!stream || stream.bad()) return file_error(file, "cannot be read", errno == 0 ? EIO : errno);
  return std::move(bytes).str();
}

Status dpkg(std::vector<std::string> argv, const std::string& what) {
  process::Command command{.argv = std::move(argv), .environment = dpkg_environment()};
  SLIPWAY_TRY(const auto finished, process::run(command, {.time = kInstallLimit, .output_bytes = 8U << 20U}));
  if (finished.exit_status == 0) return {};
  return Error{Code::internal, what + ": " + last_lines(finished.err.empty() ? finished.out : finished.err),
               "journalctl -u slipway-upgrade and /var/log/dpkg.log have more"};
}

}  // namespace

Result<Candidate> read_package(const fs::path& file) {
  std::error_code problem;
  if (!fs::is_regular_file(file, problem))
    return Error{Code::not_found, file.string() + ": there is no such file", "name the .deb files of a release"};
  const auto size = fs::file_size(file, problem);
  if (problem || size > kLargestPackage) return damaged(file, "it is larger than any of Slipway's");
  // An absolute name can be no option.
  const std::string path = fs::absolute(file).string();
  SLIPWAY_TRY(const auto fields,
              process::run(
                  {.argv = {"dpkg-deb", "--show", "--showformat=${Package}\\n${Version}\\n${Architecture}\\n", path}}));
  if (fields.exit_status != 0) return damaged(file, last_lines(fields.err));
  // Unpacks all of it into nothing: fields alone are at the beginning of a file that was cut off.
  SLIPWAY_TRY(const auto whole, process::run({.argv = {"dpkg-deb", "--contents", path}},
                                             {.time = std::chrono::minutes(5), .output_bytes = 64U << 20U}));
  if (whole.exit_status != 0) return damaged(file, last_lines(whole.err));
  Candidate found{.file = file.string(), .name = {}, .version = {}, .architecture = {}};
  std::istringstream lines(fields.out);
  std::getline(lines, found.name);
  std::getline(lines, found.version);
  std::getline(lines, found.architecture);
  if (found.architecture.empty()) return damaged(file, "it lacks a field");
  return found;
}

Result<std::map<std::string, Installed>> installed_packages() {
  SLIPWAY_TRY(
      const auto asked,
      process::run({.argv = {"dpkg-query", "--show", "--showformat",
                             "${Package}\\t${Version}\\t${Architecture}\\t${db:Status-Status}\\n", "slipway*"}}));
  std::map<std::string, Installed> found;
  // 1: it knows none of the name.
  if (asked.exit_status > 1) return Error{Code::internal, "dpkg-query: " + last_lines(asked.err)};
  std::istringstream lines(asked.out);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream fields(line);
    std::string name;
    Installed one;
    std::getline(fields, name, '\t');
    std::getline(fields, one.version, '\t');
    std::getline(fields, one.architecture, '\t');
    std::getline(fields, one.status, '\t');
    if (one.status != "not-installed" && one.status != "config-files") found[name] = one;
  }
  return found;
}

Result<bool> is_newer(const std::string& version, const std::string& than) {
  SLIPWAY_TRY(const auto compared, process::run({.argv = {"dpkg", "--compare-versions", version, "gt", than}}));
  return compared.exit_status == 0;
}

Result<std::vector<std::string>> unfinished_packages() {
  SLIPWAY_TRY(const auto asked,
              process::run({.argv = {"dpkg-query", "--show", "--showformat", "${db:Status-Abbrev}\\t${Package}\\n"}},
                           {.output_bytes = 4U << 20U}));
  if (asked.exit_status != 0) return Error{Code::internal, "dpkg-query: " + last_lines(asked.err)};
  std::vector<std::string> names;
  std::istringstream lines(asked.out);
  for (std::string line; std::getline(lines, line);)
    // The second letter is the state: not there, configuration files alone, installed; the rest is half of something.
    if (line.size() > 4 && std::string_view("nci").find(line[1]) == std::string_view::npos)
      names.push_back(line.substr(line.find('\t') + 1));
  return names;
}

Status check_dependencies(const std::vector<fs::path>& files) {
  std::vector<std::string> argv{"apt-get", "--simulate",         "--no-download", "--no-install-recommends",
                                "-o",      "Debug::NoLocking=1", "install"};
  for (const auto& file : files) argv.push_back(fs::absolute(file).string());
  SLIPWAY_TRY(const auto finished, process::run({.argv = std::move(argv), .environment = dpkg_environment()},
                                                {.time = std::chrono::minutes(3), .output_bytes = 4U << 20U}));
  if (finished.exit_status != 0)
    return Error{Code::conflict, "the packages cannot be installed here: " + last_lines(finished.out + finished.err),
                 "apt-get update, then apt-get install --no-install-recommends what is missing"};
  // Lines "Inst NAME …" are all that it would install: nothing beyond what was given may be among them.
  std::vector<std::string> more;
  std::istringstream lines(finished.out);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string verb;
    std::string name;
    words >> verb >> name;
    if ((verb == "Inst" && name != "slipway" && !name.starts_with("slipway-")) || verb == "Remv") more.push_back(name);
  }
  if (more.empty()) return {};
  std::string names;
  for (const auto& name : more) names.append(names.empty() ? "" : " ").append(name);
  return Error{Code::conflict, "the packages need others that have to change first: " + names,
               "apt-get install --no-install-recommends " + names};
}

Result<std::string> file_sha256(const fs::path& file) {
  SLIPWAY_TRY(const auto bytes, read_file(file));
  return crypto::sha256_hex(bytes);
}

Status keep_file(const fs::path& from, const fs::path& to, unsigned mode) {
  SLIPWAY_TRY(const auto bytes, read_file(from));
  return replace_file(to, bytes, mode);
}

Status install(const std::vector<fs::path>& files, const std::vector<std::string>& names,
               const std::function<void()>& unpacked) {
  std::vector<std::string> argv{"dpkg", "--force-confold", "--force-confdef", "--unpack"};
  for (const auto& file : files) argv.push_back(file.string());
  SLIPWAY_CHECK(dpkg(std::move(argv), "dpkg --unpack"));
  unpacked();
  argv = {"dpkg", "--force-confold", "--force-confdef", "--configure"};
  argv.insert(argv.end(), names.begin(), names.end());
  SLIPWAY_CHECK(dpkg(std::move(argv), "dpkg --configure"));
  // Triggers of other packages that wait for ours.
  return dpkg({"dpkg", "--triggers-only", "--pending"}, "dpkg --triggers-only");
}

}  // namespace slipway::upgrade
