#include "migrate/run/staging.hpp"

#include "appliance/crypto/crypto.hpp"
#include "migrate/engine/physical_facts.hpp"

namespace slipway::migrate {

std::string staging_name(const AccountName& account) { return "stage_" + account.text(); }

namespace {

/// A killed run can leave sessions that still hold locks of the staging database.
Status end_sessions(sql::Connection& admin, const std::string& user) {
  SLIPWAY_TRY(const auto sessions, admin.query("SELECT id FROM information_schema.processlist WHERE user = ?", {user}));
  for (const auto& session : sessions) {
    const auto ended = admin.execute_text("KILL " + std::to_string(session.natural(0)));
    if (!ended && ended.error().code == Code::unavailable) return ended.error();
  }
  return {};
}

/// The staging user, new or with a new password, with rights in its database only.
Result<Staging> give_user(sql::Connection& admin, const sql::Endpoint& administrator, const AccountName& account) {
  Staging staging{staging_name(account), administrator};
  SLIPWAY_TRY(const std::string name, sql::quote_identifier(staging.database));
  const Secret password = crypto::random_token();
  const std::string user = name + "@" + (administrator.socket.empty() ? "`%`" : "localhost");
  // A token is URL-safe base64: nothing in it needs quoting.
  SLIPWAY_CHECK(admin.execute_text("CREATE OR REPLACE USER " + user + " IDENTIFIED BY '" + password.reveal() + "'"));
  // In a grant, _ and % of a database name are wildcards unless escaped.
  std::string pattern;
  for (const char c : staging.database) pattern.append(c == '_' ? "\\" : "").push_back(c);
  SLIPWAY_CHECK(admin.execute_text(
      "GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, ALTER, INDEX, REFERENCES, LOCK TABLES ON `" + pattern +
      "`.* TO " + user));
  SLIPWAY_TRY(const bool logged, writes_binary_log(admin));
  if (logged) {
    SLIPWAY_CHECK(admin.execute_text("GRANT BINLOG ADMIN ON *.* TO " + user));
    staging.binary_log = BinaryLog::skipped;
  }
  staging.endpoint.user = staging.database;
  staging.endpoint.password = password;
  staging.endpoint.database = staging.database;
  return staging;
}

}  // namespace

Status drop_staging(sql::Connection& admin, const AccountName& account) {
  const std::string name = staging_name(account);
  SLIPWAY_TRY(const std::string database, sql::quote_identifier(name));
  SLIPWAY_CHECK(end_sessions(admin, name));
  SLIPWAY_CHECK(remove_leftovers(admin, name));
  SLIPWAY_CHECK(admin.execute_text("DROP DATABASE IF EXISTS " + database));
  SLIPWAY_CHECK(admin.execute_text("DROP USER IF EXISTS " + database + "@localhost, " + database + "@`%`"));
  return {};
}

Result<Staging> make_staging(sql::Connection& admin, const sql::Endpoint& administrator, const AccountName& account) {
  SLIPWAY_CHECK(drop_staging(admin, account));
  SLIPWAY_TRY(const std::string name, sql::quote_identifier(staging_name(account)));
  SLIPWAY_CHECK(admin.execute_text("CREATE DATABASE " + name + " CHARACTER SET utf8mb4"));
  return give_user(admin, administrator, account);
}

Result<bool> has_staging(sql::Connection& admin, const AccountName& account) {
  SLIPWAY_TRY(const auto row, admin.query_one("SELECT COUNT(*) FROM information_schema.schemata WHERE schema_name = ?",
                                              {staging_name(account)}));
  return row && row->integer(0) > 0;
}

Result<Staging> adopt_staging(sql::Connection& admin, const sql::Endpoint& administrator, const AccountName& account) {
  const std::string name = staging_name(account);
  SLIPWAY_TRY(const bool there, has_staging(admin, account));
  if (!there)
    return Error{Code::not_found, "staging database '" + name + "': is gone",
                 "say 'slipway-migrate run' with --restart to begin anew"};
  SLIPWAY_CHECK(end_sessions(admin, name));
  return give_user(admin, administrator, account);
}

Status drop_working_tables(sql::Connection& admin, const AccountName& account) {
  const std::string name = staging_name(account);
  SLIPWAY_TRY(const std::string database, sql::quote_identifier(name));
  SLIPWAY_TRY(
      const auto tables,
      admin.query("SELECT table_name, table_type = 'VIEW' FROM information_schema.tables WHERE table_schema = ? "
                  "AND table_name LIKE 'slipway\\_%' AND table_name NOT LIKE 'slipway\\_copy\\_%'",
                  {name}));
  for (const auto& table : tables) {
    SLIPWAY_TRY(const std::string quoted, sql::quote_identifier(table.text(0)));
    std::string statement = table.boolean(1) ? "DROP VIEW IF EXISTS " : "DROP TABLE IF EXISTS ";
    SLIPWAY_CHECK(admin.execute_text(statement.append(database).append(".").append(quoted)));
  }
  return {};
}

}  // namespace slipway::migrate
