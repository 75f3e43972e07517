#include "migrate/run/staging.hpp"

#include "appliance/crypto/crypto.hpp"

namespace slipway::migrate {

std::string staging_name(const AccountName& account) { return "stage_" + account.text(); }

Status drop_staging(sql::Connection& admin, const AccountName& account) {
  const std::string name = staging_name(account);
  SLIPWAY_TRY(const std::string database, sql::quote_identifier(name));
  // A killed run can leave sessions that still hold locks of the staging database.
  SLIPWAY_TRY(const auto sessions, admin.query("SELECT id FROM information_schema.processlist WHERE user = ?", {name}));
  for (const auto& session : sessions) {
    const auto ended = admin.execute_text("KILL " + std::to_string(session.natural(0)));
    if (!ended && ended.error().code == Code::unavailable) return ended.error();
  }
  SLIPWAY_CHECK(admin.execute_text("DROP DATABASE IF EXISTS " + database));
  SLIPWAY_CHECK(admin.execute_text("DROP USER IF EXISTS " + database + "@localhost, " + database + "@`%`"));
  return {};
}

Result<Staging> make_staging(sql::Connection& admin, const sql::Endpoint& administrator, const AccountName& account) {
  SLIPWAY_CHECK(drop_staging(admin, account));
  Staging staging{staging_name(account), administrator};
  SLIPWAY_TRY(const std::string name, sql::quote_identifier(staging.database));
  const Secret password = crypto::random_token();
  const std::string user = name + "@" + (administrator.socket.empty() ? "`%`" : "localhost");
  SLIPWAY_CHECK(admin.execute_text("CREATE DATABASE " + name + " CHARACTER SET utf8mb4"));
  // A token is URL-safe base64: nothing in it needs quoting.
  SLIPWAY_CHECK(admin.execute_text("CREATE USER " + user + " IDENTIFIED BY '" + password.reveal() + "'"));
  // In a grant, _ and % of a database name are wildcards unless escaped.
  std::string pattern;
  for (const char c : staging.database) pattern.append(c == '_' ? "\\" : "").push_back(c);
  SLIPWAY_CHECK(admin.execute_text(
      "GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, DROP, ALTER, INDEX, REFERENCES, LOCK TABLES ON `" + pattern +
      "`.* TO " + user));
  staging.endpoint.user = staging.database;
  staging.endpoint.password = password;
  staging.endpoint.database = staging.database;
  return staging;
}

}  // namespace slipway::migrate
