// One session with a MariaDB or MySQL server over Connector/C. Only files of this folder include mysql.h.
#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include "appliance/base/secret.hpp"
#include "appliance/sql/value.hpp"

struct st_mysql;

namespace slipway::sql {

/// How a server's certificate is checked. `off` is for UNIX sockets and loopback only.
enum class TlsMode { off, required, verify_identity };

/// Where a server is and as whom to speak to it.
struct Endpoint {
  std::string socket;  ///< path of a UNIX socket; empty means host and port
  std::string host;
  std::uint16_t port = 3306;
  std::string user;
  Secret password;
  std::string database;  ///< empty: none selected
  TlsMode tls = TlsMode::off;
  std::string tls_ca_file;
  bool local_data = false;  ///< LOAD DATA LOCAL may be run, with a handler of the caller's; files are never read
  std::chrono::seconds connect_limit{5};
  std::chrono::seconds statement_limit{30};  ///< client read/write limit for one answer; 0 = none

  /// "user@host:port/db" or "user@socket:/path/db": for messages, never with the password.
  [[nodiscard]] std::string describe() const;
};

/// A connected session: utf8mb4, time zone UTC, strict SQL mode. Not thread-safe: one thread at a time.
/// Errors are mapped: wrong password → unauthenticated; refused grants → permission; server gone, refused or shut
/// down → unavailable; lock wait and read limits → timeout; deadlock → conflict with context mysql_errno=1213;
/// duplicate key → conflict; disk full → no_space; unknown database/table → not_found; violated constraint and
/// SIGNAL '45000' → conflict; else internal. context always has mysql_errno and sqlstate. Messages never carry the
/// statement's values.
class Connection {
 public:
  [[nodiscard]] static Result<Connection> open(const Endpoint& endpoint);

  Connection(Connection&&) noexcept;
  Connection& operator=(Connection&&) noexcept;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection();

  /// All rows of a SELECT, by a prepared statement (kept in a small per-connection cache).
  [[nodiscard]] Result<Rows> query(std::string_view statement, const Values& parameters = {});

  /// The first row, or nothing.
  [[nodiscard]] Result<std::optional<Row>> query_one(std::string_view statement, const Values& parameters = {});

  /// Rows one at a time, unbuffered; `each` returns an error to stop. No other statement may run on this connection
  /// meanwhile.
  [[nodiscard]] Status stream(std::string_view statement, const Values& parameters,
                              const std::function<Status(const Row&)>& each);

  /// A statement that changes data.
  [[nodiscard]] Result<Outcome> execute(std::string_view statement, const Values& parameters = {});

  /// The same INSERT/UPDATE/DELETE for many parameter rows in one round trip by array binding (MariaDB servers only).
  [[nodiscard]] Result<Outcome> execute_bulk(std::string_view statement, const std::vector<Values>& rows);

  /// A script of statements without parameters (schema files, CREATE/GRANT), in order; understands DELIMITER-free
  /// compound statements (BEGIN … END) by sending one statement at a time. Stops at the first error, naming its line.
  [[nodiscard]] Status run_script(std::string_view script);

  /// DDL and other text the prepared protocol does not take. `statement` must be built from constants and
  /// quote_identifier() only.
  [[nodiscard]] Result<Outcome> execute_text(std::string_view statement);

  [[nodiscard]] bool ping() noexcept;
  [[nodiscard]] std::string server_version() const;  ///< e.g. "10.11.19-MariaDB"
  [[nodiscard]] bool is_mariadb() const;
  [[nodiscard]] std::uint64_t session_id() const noexcept;
  /// What it was opened with.
  [[nodiscard]] const Endpoint& endpoint() const noexcept;

  /// The raw handle, for this folder's and the copy engine's own use.
  [[nodiscard]] st_mysql* handle() noexcept;

 private:
  struct State;
  explicit Connection(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// Makes a session answer every request for local data with a refusal, as it does when it is opened: after a handler
/// of one's own has done its work.
void refuse_local_files(st_mysql* handle);

/// Runs `work` between START TRANSACTION and COMMIT; rolls back when it returns an error. Deadlocks and lock waits run
/// it again, up to `attempts` times with growing random pauses, so `work` must have no effect outside the database.
/// A connection lost at COMMIT is reported as `unavailable` with context outcome=unknown: it is never retried.
[[nodiscard]] Status in_transaction(Connection& connection, const std::function<Status(Connection&)>& work,
                                    int attempts = 5);

}  // namespace slipway::sql
