#include "appliance/account/database_user.hpp"

#include <thread>

namespace slipway::account {
namespace {

constexpr std::chrono::seconds kSessionEndWait{30};

// `user`@`%`. From any host: where the programs run is the network's and the password's business.
Result<std::string> quoted_user(const std::string& user) {
  SLIPWAY_TRY(const std::string name, sql::quote_identifier(user));
  return name + "@`%`";
}

// In GRANT a database name is a pattern: unescaped, `acct_a_b_1` would also be the database acct_axb_1 of the account
// "axb".
std::string escape_pattern(const std::string& name) {
  std::string escaped;
  for (const char c : name) {
    if (c == '_' || c == '%' || c == '\\') escaped += '\\';
    escaped += c;
  }
  return escaped;
}

Result<bool> has_sessions(sql::Connection& admin, const std::string& user) {
  SLIPWAY_TRY(const auto row,
              admin.query_one("SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE USER = ?", {user}));
  return row->integer(0) > 0;
}

Result<bool> user_exists(sql::Connection& admin, const std::string& user) {
  SLIPWAY_TRY(const auto row,
              admin.query_one("SELECT COUNT(*) FROM mysql.global_priv WHERE User = ? AND Host = '%'", {user}));
  return row->integer(0) > 0;
}

}  // namespace

Result<NamedLock> NamedLock::take(sql::Connection& admin, const std::string& name, const std::string& what,
                                  std::chrono::milliseconds limit) {
  // In short waits, so that the connection's statement limit does not end them.
  const auto deadline = std::chrono::steady_clock::now() + limit;
  do {
    SLIPWAY_TRY(const auto taken, admin.query_one("SELECT GET_LOCK(?, 0.5)", {name}));
    if (!taken->is_null(0) && taken->integer(0) == 1) return NamedLock(admin, name);
  } while (std::chrono::steady_clock::now() < deadline);
  return Error{Code::in_use, what + ": is being changed by another program", "wait until it is done and try again"};
}

NamedLock::NamedLock(NamedLock&& other) noexcept : admin_(other.admin_), name_(std::move(other.name_)) {
  other.admin_ = nullptr;
}

NamedLock::~NamedLock() {
  // Fails only when the connection is gone, and the lock with it.
  if (admin_ != nullptr) static_cast<void>(admin_->query("SELECT RELEASE_LOCK(?)", {name_}));
}

Status ensure_user(sql::Connection& admin, const std::string& user, const Secret& password) {
  SLIPWAY_TRY(const std::string name, quoted_user(user));
  // The server makes the hash from a parameter: no statement text, and so no log, ever holds the password.
  SLIPWAY_TRY(const auto row, admin.query_one("SELECT PASSWORD(?)", {password.reveal()}));
  const std::string& hash = row->text(0);
  if (hash.size() != 41 || hash.find_first_not_of("*0123456789ABCDEF") != std::string::npos)
    return Error{Code::unsupported, "database user " + user + ": the server makes password hashes of an unknown form"};
  const std::string credential = name + " IDENTIFIED VIA mysql_native_password USING '" + hash + "'";
  SLIPWAY_CHECK(admin.execute_text("CREATE USER IF NOT EXISTS " + credential));
  SLIPWAY_CHECK(admin.execute_text("ALTER USER " + credential));
  return {};
}

Status grant_rows(sql::Connection& admin, const std::string& database, const std::string& user) {
  SLIPWAY_TRY(const std::string name, quoted_user(user));
  SLIPWAY_TRY(const std::string pattern, sql::quote_identifier(escape_pattern(database)));
  SLIPWAY_CHECK(admin.execute_text("GRANT SELECT, INSERT, UPDATE, DELETE, EXECUTE ON " + pattern + ".* TO " + name));
  return {};
}

Status lock_out(sql::Connection& admin, const std::string& user) {
  SLIPWAY_TRY(const bool exists, user_exists(admin, user));
  if (!exists) return {};
  SLIPWAY_TRY(const std::string name, quoted_user(user));
  SLIPWAY_CHECK(admin.execute_text("ALTER USER " + name + " ACCOUNT LOCK"));
  const auto deadline = std::chrono::steady_clock::now() + kSessionEndWait;
  for (;;) {
    // Again each time: a session that was signing in when the lock was set shows up a moment later.
    SLIPWAY_CHECK(admin.execute_text("KILL HARD CONNECTION USER " + name));
    SLIPWAY_TRY(const bool some, has_sessions(admin, user));
    if (!some) return {};
    if (std::chrono::steady_clock::now() > deadline)
      return Error{Code::timeout, "database user " + user + ": a session does not end",
                   "look at SHOW PROCESSLIST for what it waits for, and try again"};
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

Status let_in(sql::Connection& admin, const std::string& user) {
  SLIPWAY_TRY(const std::string name, quoted_user(user));
  SLIPWAY_CHECK(admin.execute_text("ALTER USER " + name + " ACCOUNT UNLOCK"));
  return {};
}

Status drop_database_and_user(sql::Connection& admin, const std::string& name) {
  SLIPWAY_CHECK(lock_out(admin, name));
  SLIPWAY_TRY(const std::string database, sql::quote_identifier(name));
  SLIPWAY_CHECK(admin.execute_text("DROP DATABASE IF EXISTS " + database));
  SLIPWAY_TRY(const std::string user, quoted_user(name));
  SLIPWAY_CHECK(admin.execute_text("DROP USER IF EXISTS " + user));
  return {};
}

}  // namespace slipway::account
