// Embedded mode: a private mariadbd and Slipway's programs under one supervisor, for trying the product and for tests.
// The programs are the ones systemd runs on the appliance; only their configuration differs.
#pragma once

#include <functional>

#include "appliance/base/secret.hpp"
#include "appliance/process/process.hpp"
#include "appliance/sql/connection.hpp"

namespace slipway::embedded {

/// A mariadbd of our own: data directory, UNIX socket, no TCP. Used by embedded mode, by the migration tool for dumps,
/// and by tests.
struct DatabaseOptions {
  std::filesystem::path directory;  ///< 0700; data/, run/, log/, tmp/ are made below
  std::uint64_t buffer_pool_bytes = 256U << 20U;
  bool binary_log = false;
  bool durable = true;  ///< false: scratch servers that are thrown away
  std::chrono::milliseconds start_limit{60'000};
  std::vector<std::string> arguments = {};  ///< further ones of the server's
  std::uint64_t memory_bytes = 0;           ///< address space that the server may take; 0: no limit
};

/// Makes data files that another MariaDB of this release wrote (a backup that was restored into
/// `options.directory`/data) ones that Database::start takes. Errors: no_space, permission, those of running mariadbd.
[[nodiscard]] Status adopt_data_directory(const DatabaseOptions& options);

/// Has the server make this process's user an administrator as it starts: data that come from elsewhere may know
/// nobody of that name. Of scratch servers alone, since the user stays in the data. Errors: of replace_file().
[[nodiscard]] Status let_in_own_user(DatabaseOptions& options);

class Database {
 public:
  /// Initialises the data directory when it is new (killed half-way: begun anew), starts the server and waits until it
  /// answers. The server ends with the calling thread, however that ends, so call it from one that lives as long.
  /// Errors: in_use (another server has the directory), no_space, unsupported (made by a newer server, or not by us),
  /// invalid_argument (path too long for a socket), timeout and unavailable with the errors of its log, permission.
  [[nodiscard]] static Result<Database> start(const DatabaseOptions& options);
  Database(Database&&) noexcept;
  Database& operator=(Database&&) noexcept;
  ~Database();  ///< stops it

  /// As the administrator, over the socket.
  [[nodiscard]] sql::Endpoint administrator() const;
  [[nodiscard]] int pid() const;
  [[nodiscard]] bool running();
  void stop();
  void kill();  ///< SIGKILL, for fault tests

 private:
  struct State;
  explicit Database(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace slipway::embedded
