#include "migrate/dumps/scratch.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <random>

#include "migrate/engine/endpoint.hpp"

namespace slipway::migrate {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPrefix = "slipway-migrate.";
constexpr std::string_view kLock = "lock";
constexpr std::uint64_t kMiB = 1U << 20U;

/// A directory, not a link to one, that nobody else can have prepared.
bool is_ours(const fs::path& path) {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode) && status.st_uid == ::geteuid();
}

/// Whether a server is still using the directory: one whose run was killed takes a moment to end. InnoDB locks its
/// file.
bool has_server(const fs::path& directory) {
  const int file = ::open((directory / "db/data/ibdata1").c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return false;
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  const bool locked = ::fcntl(file, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
  ::close(file);
  return locked;
}

/// Removes what runs that were killed have left: nobody holds their lock. What cannot go yet goes the next time.
void sweep(const fs::path& below) {
  std::error_code fault;
  for (const auto& entry : fs::directory_iterator(below, fault)) {
    if (!entry.path().filename().string().starts_with(kPrefix) || !is_ours(entry.path())) continue;
    if (!fs::exists(entry.path() / kLock, fault)) continue;  // perhaps just being made
    if (const auto lock = FileLock::take(entry.path() / kLock); lock && !has_server(entry.path()))
      fs::remove_all(entry.path(), fault);
  }
}

/// An eighth of the memory that is free, and no more than an eighth of the disk: the redo log is sized by it.
std::uint64_t buffer_bytes(const fs::path& directory) {
  std::uint64_t available = 2048 * kMiB;
  std::ifstream info("/proc/meminfo");
  for (std::string name; info >> name;) {
    std::uint64_t kilobytes = 0;
    if (name == "MemAvailable:" && info >> kilobytes) available = kilobytes * 1024;
  }
  std::error_code fault;
  const auto space = fs::space(directory, fault);
  if (!fault) available = std::min<std::uint64_t>(available, space.available);
  return std::clamp<std::uint64_t>(available / 8, 32 * kMiB, 1024 * kMiB);
}

std::string random_password() {
  constexpr std::string_view digits = "0123456789abcdef";
  std::random_device random;
  std::string text;
  for (int i = 0; i < 32; ++i) text += digits[random() % digits.size()];
  return text;
}

}  // namespace

Result<ScratchDirectory> ScratchDirectory::make(const fs::path& parent) {
  std::error_code fault;
  const auto below = parent.empty() ? fs::temp_directory_path(fault) : parent;
  sweep(below);
  std::string name = (below / (std::string(kPrefix) + "XXXXXX")).string();
  if (::mkdtemp(name.data()) == nullptr) {
    return Error{errno == ENOSPC ? Code::no_space : Code::permission,
                 "scratch directory below '" + below.string() + "': cannot be made",
                 "name a directory you can write to with --scratch-dir DIR"};
  }
  auto lock = FileLock::take(fs::path(name) / kLock);
  if (!lock) {
    fs::remove_all(name, fault);
    return std::move(lock).error();
  }
  return ScratchDirectory(name, std::move(*lock));
}

ScratchDirectory& ScratchDirectory::operator=(ScratchDirectory&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(lock_, other.lock_);
  return *this;
}

ScratchDirectory::~ScratchDirectory() {
  std::error_code fault;
  if (!path_.empty()) fs::remove_all(path_, fault);
}

Result<ScratchServer> ScratchServer::start(const fs::path& parent) {
  SLIPWAY_TRY(ScratchDirectory directory, ScratchDirectory::make(parent));
  embedded::DatabaseOptions options;
  options.directory = directory.path() / "db";
  options.durable = false;
  options.buffer_pool_bytes = buffer_bytes(directory.path());
  auto database = embedded::Database::start(options);
  if (!database) {
    Error error = std::move(database).error();
    if (error.code == Code::no_space) error.hint = "name a directory with more room with --scratch-dir DIR";
    return error;
  }
  return ScratchServer(std::move(directory), std::move(*database));
}

Result<sql::Endpoint> ScratchServer::make_database(const std::string& name) {
  SLIPWAY_TRY(const std::string quoted, sql::quote_identifier(name));
  sql::Endpoint loader = endpoint();
  SLIPWAY_TRY(sql::Connection admin, sql::Connection::open(loader));
  allow_large_rows(admin);
  const std::string password = random_password();
  // In GRANT a database's name is a pattern.
  std::string pattern;
  for (const char c : quoted) pattern.append(c == '_' || c == '%' || c == '\\' ? "\\" : "").append(1, c);
  for (const std::string& statement :
       {std::string("SET GLOBAL innodb_stats_auto_recalc = 0"), "CREATE DATABASE " + quoted + " CHARACTER SET utf8mb4",
        "CREATE USER loader@localhost IDENTIFIED BY '" + password + "'",
        "GRANT ALL PRIVILEGES ON " + pattern + ".* TO loader@localhost"})
    SLIPWAY_CHECK(admin.execute_text(statement));
  name_ = name;
  loader.user = "loader";
  loader.password = Secret(password);
  loader.database = name;
  loader.statement_limit = std::chrono::seconds{0};
  return loader;
}

sql::Endpoint ScratchServer::endpoint() const {
  sql::Endpoint endpoint = database_.administrator();
  endpoint.database = name_;
  return endpoint;
}

}  // namespace slipway::migrate
