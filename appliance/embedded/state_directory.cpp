#include "appliance/embedded/state_directory.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <tuple>

#include "appliance/base/file_lock.hpp"
#include "appliance/embedded/data_directory.hpp"

namespace slipway::embedded {
namespace {

namespace fs = std::filesystem;

constexpr const char* kVersionFile = "VERSION";
constexpr const char* kUnfinished = ".new";  // ends the name of a file that is being written

/// "1.2.3" as numbers; nothing else is a version.
std::optional<std::tuple<int, int, int>> parse_version(const std::string& text) {
  int major = 0, minor = 0, patch = 0, end = 0;
  const int read = std::sscanf(text.c_str(), "%d.%d.%d%n", &major, &minor, &patch, &end);  // NOLINT(cert-err34-c)
  if (read != 3 || static_cast<std::size_t>(end) != text.size()) return std::nullopt;
  return std::tuple(major, minor, patch);
}

/// Whether the directory is ours to use. An older version's is: the schema runner brings its databases up to date.
Status check_version(const fs::path& path) {
  std::string text;
  std::getline(std::ifstream(path / kVersionFile), text);
  const std::string name = "state directory '" + path.string() + "'";
  const auto version = parse_version(text);
  if (!version)
    return Error{Code::unsupported, name + ": not made by slipway",
                 "choose another directory with --state-dir; nothing in this one was touched"};
  if (*version > *parse_version(std::string(product_version())))
    return Error{Code::unsupported, name + ": made by slipway " + text + ", this is " + std::string(product_version()),
                 "use slipway " + text + " or newer, or choose another directory with --state-dir"};
  return {};
}

Status check_owner(const fs::path& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0 || status.st_uid == ::geteuid()) return {};
  return Error{
      Code::permission,
      "state directory '" + path.string() + "': belongs to another user (uid " + std::to_string(status.st_uid) + ")",
      "run this as that user, or choose another directory with --state-dir"};
}

/// Nothing is there yet, or no more than a creation leaves that was killed before it had written the version.
bool is_fresh(const fs::path& path) {
  std::error_code not_there;
  for (const auto& entry : fs::directory_iterator(path, not_there))
    if (entry.path().filename() != kVersionFile + std::string(kUnfinished)) return false;
  return true;
}

}  // namespace

fs::path default_state_directory() {
  const auto variable = [](const char* name) {
    const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nothing here sets variables
    return std::string(value == nullptr ? "" : value);
  };
  if (const std::string base = variable("XDG_STATE_HOME"); !base.empty()) return fs::path(base) / "slipway";
  if (::geteuid() == 0) return "/var/lib/slipway-embedded";
  const std::string home = variable("HOME");
  return fs::path(home.empty() ? "/" : home) / ".local/state/slipway";
}

std::string_view product_version() { return SLIPWAY_VERSION; }

Status write_private_file(const fs::path& file, std::string_view text, Durability durability) {
  const std::string fresh = file.string() + kUnfinished;
  const int descriptor = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  bool written = descriptor >= 0 && ::fchmod(descriptor, 0600) == 0 &&
                 ::write(descriptor, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
                 (durability == Durability::lost_with_power || ::fsync(descriptor) == 0);
  written = written && ::rename(fresh.c_str(), file.c_str()) == 0;
  const int number = errno;
  if (descriptor >= 0) ::close(descriptor);
  if (written) return {};
  if (number == ENOSPC) return disk_full(file.parent_path());
  return Error{Code::permission, "file '" + file.string() + "': " + std::strerror(number)};
}

Result<StateDirectory> StateDirectory::open(const fs::path& given) {
  const fs::path path = fs::absolute(given).lexically_normal();
  std::error_code failure;
  if (!fs::exists(path, failure))
    return Error{Code::not_found, "state directory '" + path.string() + "': does not exist",
                 "make an installation with 'slipway up', or name another with --state-dir"};
  SLIPWAY_CHECK(check_owner(path));
  SLIPWAY_CHECK(check_version(path));
  return StateDirectory(path);
}

Result<StateDirectory> StateDirectory::create(const fs::path& given) {
  const fs::path path = fs::absolute(given).lexically_normal();
  const StateDirectory state(path);
  SLIPWAY_CHECK(check_socket_path(server_socket({.directory = state.database()})));
  SLIPWAY_CHECK(check_owner(path));
  if (!is_fresh(path)) SLIPWAY_CHECK(check_version(path));
  SLIPWAY_CHECK(make_private_directory(path));
  // Two that begin at the same time take turns; the second finds what the first made.
  SLIPWAY_TRY(const FileLock turn, FileLock::wait_for(path));
  if (!is_fresh(path)) SLIPWAY_CHECK(check_version(path));
  SLIPWAY_CHECK(write_private_file(path / kVersionFile, std::string(product_version()) + "\n"));
  for (const char* part : {"database", "secrets", "config", "run", "log"})
    SLIPWAY_CHECK(make_private_directory(path / part));
  return state;
}

}  // namespace slipway::embedded
