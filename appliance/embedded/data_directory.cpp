#include "appliance/embedded/data_directory.hpp"

#include <fcntl.h>
#include <pwd.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>

#include "appliance/base/file.hpp"

namespace slipway::embedded {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMiB = 1U << 20U;
constexpr std::string_view kVersionFile = "slipway-server-version";
constexpr std::string_view kUnfinished = "unfinished";
constexpr std::size_t kLogTailBytes = 2000;
constexpr std::chrono::milliseconds kPollInterval{20};

/// The user of this process, whom the server recognises by the socket.
std::string own_user() {
  passwd entry{};
  passwd* found = nullptr;
  std::array<char, 4096> buffer{};
  ::getpwuid_r(::geteuid(), &entry, buffer.data(), buffer.size(), &found);
  return found != nullptr ? found->pw_name : "root";
}

/// The redo log grows with the server: a small one keeps scratch servers quick to copy and start.
std::uint64_t redo_log_bytes(const DatabaseOptions& options) {
  return std::clamp<std::uint64_t>(options.buffer_pool_bytes / 4, 8 * kMiB, 256 * kMiB);
}

/// Options that server and initialisation share.
std::vector<std::string> storage_arguments(const DatabaseOptions& options) {
  std::vector<std::string> arguments{"--innodb-log-file-size=" + std::to_string(redo_log_bytes(options)),
                                     "--innodb-buffer-pool-size=" + std::to_string(options.buffer_pool_bytes)};
  if (::geteuid() == 0) arguments.emplace_back("--user=root");
  if (options.durable) {
    arguments.emplace_back("--innodb-flush-log-at-trx-commit=1");
  } else {
    for (const char* option : {"--innodb-flush-log-at-trx-commit=0", "--innodb-flush-method=nosync",
                               "--skip-innodb-doublewrite", "--key-buffer-size=1M", "--aria-pagecache-buffer-size=8M"})
      arguments.emplace_back(option);
  }
  return arguments;
}

/// "10.11" of "10.11.19-MariaDB" as {10, 11}.
std::pair<int, int> release_of(const std::string& version) {
  std::pair<int, int> release{0, 0};
  std::sscanf(version.c_str(), "%d.%d", &release.first, &release.second);  // NOLINT(cert-err34-c): stays 0
  return release;
}

Result<std::string> installed_version() {
  SLIPWAY_TRY(const auto finished, process::run({.argv = {"mariadbd", "--no-defaults", "--version"}}));
  const auto at = finished.out.find("Ver ");
  if (finished.exit_status != 0 || at == std::string::npos)
    return Error{Code::internal, "mariadbd --version: exit status " + std::to_string(finished.exit_status)};
  return finished.out.substr(at + 4, finished.out.find(' ', at + 4) - at - 4);
}

/// Writes the note of which server made the data; with it, unless the server is a scratch one, all the data reaches the
/// disk.
Status write_version(const DatabaseOptions& options, const fs::path& data, const std::string& version) {
  const fs::path file = data / kVersionFile;
  const int descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  const std::string text = version + "\n";
  const bool written = descriptor >= 0 &&
                       ::write(descriptor, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
                       (!options.durable || ::syncfs(descriptor) == 0);
  const int number = errno;
  if (descriptor >= 0) ::close(descriptor);
  if (written) return {};
  if (number == ENOSPC) return disk_full(data);
  return Error{Code::permission, "file '" + file.string() + "': " + std::strerror(number)};
}

bool speaks_of_full_disk(const std::string& log) {
  // The words of the server, of its engines and of the C library; 28 is ENOSPC.
  for (const char* words :
       {"No space left", "rror: 28", "rrcode: 28", "error 28", "rrno: 28", "Disk is full", "disk full"})
    if (log.find(words) != std::string::npos) return true;
  return false;
}

/// mariadb-install-db into `fresh`, its output appended to the server's log. With a tmpdir of its own, since a server
/// that starts removes every temporary table it finds there: those of another MariaDB on this machine too.
Status install(const DatabaseOptions& options, const fs::path& fresh) {
  process::Command command{
      .argv = {"mariadb-install-db", "--no-defaults", "--datadir=" + fresh.string(),
               "--tmpdir=" + (options.directory / "tmp").string(), "--auth-root-authentication-method=socket",
               "--auth-root-socket-user=" + own_user(), "--skip-test-db", "--skip-name-resolve"},
      .directory = options.directory,
      .log_file = server_log(options),
      .ends_with_starter = true};
  const auto storage = storage_arguments(options);
  command.argv.insert(command.argv.end(), storage.begin(), storage.end());
  const std::uintmax_t log_start = log_size(options);
  SLIPWAY_TRY(auto installer, process::Child::spawn(command));
  const auto deadline = std::chrono::steady_clock::now() + options.start_limit;
  for (;;) {
    const auto status = installer.wait(kPollInterval);
    if (status == 0) return {};
    if (status)
      return server_failure(options, log_start, "installation ended with exit status " + std::to_string(*status));
    if (is_full(options.directory)) return disk_full(options.directory);
    if (std::chrono::steady_clock::now() < deadline) continue;
    return Error{Code::timeout,
                 "mariadb-install-db into '" + fresh.string() + "': still running after " +
                     std::to_string(options.start_limit.count()) + " ms, ended",
                 "its output is in " + server_log(options).string()};
  }
}

/// Installs beside data/ and renames: data/ is there only when it is complete and on the disk. Each attempt has a name
/// of its own, since processes of one that was killed may still be writing to theirs.
Status initialise(const DatabaseOptions& options, const std::string& version) {
  std::error_code failure;
  for (const auto& entry : fs::directory_iterator(options.directory, failure))
    if (entry.path().stem() == kUnfinished) fs::remove_all(entry.path(), failure);
  const fs::path fresh = options.directory / (std::string(kUnfinished) + "." + std::to_string(::getpid()));
  SLIPWAY_CHECK(require_space(options.directory, redo_log_bytes(options) + 128 * kMiB));
  auto made = install(options, fresh);
  if (made) made = write_version(options, fresh, version);
  if (!made) {
    fs::remove_all(fresh, failure);
    return made;
  }
  fs::rename(fresh, options.directory / "data", failure);
  if (failure) return Error{Code::internal, "directory '" + fresh.string() + "': " + failure.message()};
  return {};
}

/// A data directory is used by the release that made it or a newer one.
Status check_release(const DatabaseOptions& options, const std::string& version) {
  const fs::path data = options.directory / "data";
  std::string recorded;
  std::getline(std::ifstream(data / kVersionFile), recorded);
  if (recorded.empty())
    return Error{Code::unsupported, "directory '" + data.string() + "': not a data directory made by slipway",
                 "choose another directory"};
  if (release_of(version) < release_of(recorded))
    return Error{Code::unsupported,
                 "directory '" + data.string() + "': written by MariaDB " + recorded + ", this is " + version,
                 "install MariaDB " + recorded + " or newer"};
  return release_of(version) == release_of(recorded) ? Status() : write_version(options, data, version);
}

}  // namespace

Error disk_full(const fs::path& directory) {
  return Error{Code::no_space, "directory '" + directory.string() + "': the disk is full",
               "make room, or choose a directory on another disk"};
}

Status make_private_directory(const fs::path& directory) {
  std::error_code failure;
  fs::create_directories(directory.parent_path(), failure);
  const std::string name = "directory '" + directory.string() + "'";
  if (::mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST) {
    if (errno == ENOSPC) return disk_full(directory);
    return Error{Code::permission, name + ": " + std::strerror(errno), "choose another directory"};
  }
  struct stat status {};
  if (::stat(directory.c_str(), &status) != 0 || !S_ISDIR(status.st_mode))
    return Error{Code::invalid_argument, name + ": not a directory", "choose another directory"};
  if (status.st_uid != ::geteuid())
    return Error{Code::permission, name + ": belongs to another user (uid " + std::to_string(status.st_uid) + ")",
                 "run this as that user, or choose another directory"};
  if (::chmod(directory.c_str(), 0700) != 0) return Error{Code::permission, name + ": " + std::strerror(errno)};
  return {};
}

bool is_full(const fs::path& directory) {
  std::error_code failure;
  const auto space = fs::space(directory, failure);
  return !failure && space.available < kMiB;
}

Status require_space(const fs::path& directory, std::uint64_t needed_bytes) {
  std::error_code failure;
  const auto space = fs::space(directory, failure);
  if (failure || space.available >= needed_bytes) return {};
  return Error{Code::no_space,
               "directory '" + directory.string() + "': " + std::to_string(space.available / kMiB) + " MiB free, " +
                   std::to_string(needed_bytes / kMiB) + " MiB needed",
               "make room, or choose a directory on another disk"};
}

fs::path server_socket(const DatabaseOptions& options) { return options.directory / "run" / "mariadbd.sock"; }
fs::path server_lock(const DatabaseOptions& options) { return options.directory / "run" / "mariadbd.lock"; }
fs::path server_log(const DatabaseOptions& options) { return options.directory / "log" / "mariadbd.log"; }

Status check_socket_path(const fs::path& socket) {
  const std::size_t size = socket.string().size();
  constexpr std::size_t most = sizeof(sockaddr_un::sun_path) - 1;
  if (size <= most) return {};
  return Error{Code::invalid_argument,
               "socket path '" + socket.string() + "': " + std::to_string(size) + " bytes, the system allows " +
                   std::to_string(most),
               "choose a directory with a shorter path"};
}

Status prepare_data_directory(const DatabaseOptions& options) {
  SLIPWAY_CHECK(check_socket_path(server_socket(options)));
  SLIPWAY_CHECK(make_private_directory(options.directory));
  for (const char* part : {"run", "log", "tmp"}) SLIPWAY_CHECK(make_private_directory(options.directory / part));
  SLIPWAY_TRY(const std::string version, installed_version());
  if (!fs::exists(options.directory / "data")) SLIPWAY_CHECK(initialise(options, version));
  SLIPWAY_CHECK(check_release(options, version));
  return require_space(options.directory, 32 * kMiB);
}

Status adopt_data_directory(const DatabaseOptions& options) {
  SLIPWAY_TRY(const std::string version, installed_version());
  return write_version(options, options.directory / "data", version);
}

Status let_in_own_user(DatabaseOptions& options) {
  SLIPWAY_CHECK(make_private_directory(options.directory));
  SLIPWAY_CHECK(make_private_directory(options.directory / "tmp"));
  const fs::path statements = options.directory / "tmp" / "own-user.sql";
  std::string name = "`";
  for (const char letter : own_user()) name.append(letter == '`' ? 2 : 1, letter);
  name.append("`@localhost");
  SLIPWAY_CHECK(replace_file(statements, "SET SESSION sql_log_bin = 0;\nCREATE USER IF NOT EXISTS " + name +
                                             " IDENTIFIED VIA unix_socket;\nGRANT ALL PRIVILEGES ON *.* TO " + name +
                                             " WITH GRANT OPTION;\n"));
  options.arguments.push_back("--init-file=" + statements.string());
  return {};
}

process::Command server_command(const DatabaseOptions& options) {
  const fs::path& top = options.directory;
  std::vector<std::string> argv{"mariadbd",
                                "--no-defaults",
                                "--datadir=" + (top / "data").string(),
                                "--socket=" + server_socket(options).string(),
                                "--pid-file=" + (top / "run" / "mariadbd.pid").string(),
                                "--tmpdir=" + (top / "tmp").string(),
                                "--secure-file-priv=" + (top / "tmp").string(),
                                "--skip-networking",
                                "--skip-name-resolve",
                                "--local-infile=0",
                                "--character-set-server=utf8mb4",
                                "--default-time-zone=+00:00",
                                "--max-allowed-packet=64M",
                                "--max-connections=400",
                                "--performance-schema=OFF"};
  const auto storage = storage_arguments(options);
  argv.insert(argv.end(), storage.begin(), storage.end());
  if (options.binary_log) {
    for (const char* option : {"--log-bin=binlog", "--server-id=1", "--binlog-format=ROW"}) argv.emplace_back(option);
    argv.emplace_back(options.durable ? "--sync-binlog=1" : "--sync-binlog=0");
  }
  argv.insert(argv.end(), options.arguments.begin(), options.arguments.end());
  return {.argv = std::move(argv),
          .directory = top,
          .log_file = server_log(options),
          .ends_with_starter = true,
          .memory_bytes = options.memory_bytes};
}

sql::Endpoint server_administrator(const DatabaseOptions& options) {
  sql::Endpoint endpoint;
  endpoint.socket = server_socket(options).string();
  endpoint.user = own_user();
  return endpoint;
}

std::uintmax_t log_size(const DatabaseOptions& options) {
  std::error_code no_log_yet;
  const auto size = fs::file_size(server_log(options), no_log_yet);
  return no_log_yet ? 0 : size;
}

bool server_answers(const DatabaseOptions& options) {
  if (!fs::exists(server_socket(options))) return false;
  sql::Endpoint endpoint = server_administrator(options);
  endpoint.connect_limit = std::chrono::seconds(1);
  return sql::Connection::open(endpoint).has_value();
}

Error server_failure(const DatabaseOptions& options, std::uintmax_t log_start, const std::string& what) {
  const std::string log_name = server_log(options).string();
  std::ifstream file(log_name);
  file.seekg(static_cast<std::streamoff>(log_start));
  std::string log{std::istreambuf_iterator<char>(file), {}};
  if (speaks_of_full_disk(log) || is_full(options.directory)) return disk_full(options.directory);
  if (log.find("exclusive use, error: 11") != std::string::npos)
    return Error{Code::in_use, "directory '" + options.directory.string() + "': another mariadbd is using it",
                 "stop that server first"};
  std::string faults;  // what the server itself calls an error
  for (std::size_t at = 0; at < log.size();) {
    const std::size_t end = std::min(log.find('\n', at), log.size());
    const std::string line = log.substr(at, end - at);
    if (line.find("[ERROR]") != std::string::npos) faults += "\n  " + line;
    at = end + 1;
  }
  if (faults.size() > kLogTailBytes) faults.erase(0, faults.size() - kLogTailBytes);
  return Error{Code::unavailable, "mariadbd on '" + options.directory.string() + "': " + what + faults,
               "its log is " + log_name};
}

}  // namespace slipway::embedded
