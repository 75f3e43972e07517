#include "services/doctor/database_store.hpp"

#include <algorithm>
#include <cctype>

namespace slipway::doctor {
namespace {

Result<Settings> pairs(sql::Connection& connection, std::string_view statement) {
  SLIPWAY_TRY(const auto rows, connection.query(statement));
  Settings settings;
  for (const sql::Row& row : rows) settings[row.text(0)] = row.optional_text(1).value_or("");
  return settings;
}

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char one) { return static_cast<char>(std::tolower(one)); });
  return text;
}

/// "acct\_x\_1" of a pattern in a grant.
std::string without_escapes(std::string text) {
  std::erase(text, '\\');
  return text;
}

using Grants = std::map<std::string, Names>;  ///< by "'user'@'host'"

Result<Grants> grants(sql::Connection& connection, std::string_view statement) {
  SLIPWAY_TRY(const auto rows, connection.query(statement));
  Grants found;
  for (const sql::Row& row : rows) found[row.text(0)].push_back(without_escapes(row.text(1)));
  return found;
}

}  // namespace

Result<sql::Connection> open_for_looking(const sql::Endpoint& endpoint) {
  SLIPWAY_TRY(auto connection, sql::Connection::open(endpoint));
  SLIPWAY_CHECK(connection.execute_text("SET SESSION max_statement_time = 10"));
  // A look must not wait for whoever holds a table.
  SLIPWAY_CHECK(connection.execute_text("SET SESSION lock_wait_timeout = 2"));
  return connection;
}

Result<Settings> server_variables(sql::Connection& connection) {
  SLIPWAY_TRY(const auto raw,
              pairs(connection, "SELECT VARIABLE_NAME, VARIABLE_VALUE FROM information_schema.GLOBAL_VARIABLES"));
  Settings variables;
  for (const auto& [name, value] : raw) variables[lower(name)] = value;
  return variables;
}

Result<Settings> server_status(sql::Connection& connection) {
  SLIPWAY_TRY(const auto raw,
              pairs(connection, "SELECT VARIABLE_NAME, VARIABLE_VALUE FROM information_schema.GLOBAL_STATUS"));
  Settings status;
  for (const auto& [name, value] : raw) {
    // As SHOW STATUS writes them: the first letter alone is large.
    std::string written = lower(name);
    if (!written.empty()) written[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(written[0])));
    status[written] = value;
  }
  return status;
}

Result<Transaction> oldest_transaction(sql::Connection& connection) {
  // The server tells that time as the machine's clock on the wall shows it.
  SLIPWAY_TRY(
      const auto row,
      connection.query_one(
          "SELECT TIMESTAMPDIFF(SECOND, t.trx_started, CONVERT_TZ(UTC_TIMESTAMP(), '+00:00', 'SYSTEM')), p.USER "
          "FROM information_schema.INNODB_TRX t "
          "JOIN information_schema.PROCESSLIST p ON p.ID = t.trx_mysql_thread_id "
          "WHERE p.ID <> CONNECTION_ID() ORDER BY t.trx_started LIMIT 1"));
  if (!row) return Transaction{};
  return Transaction{static_cast<std::uint64_t>(std::max<std::int64_t>(row->optional_integer(0).value_or(0), 0)),
                     row->optional_text(1).value_or("")};
}

Result<Names> damaged_tables(sql::Connection& connection) {
  // A table that cannot be opened has no engine, and the fault as its comment; so has a view that is broken.
  SLIPWAY_TRY(const auto rows,
              connection.query("SELECT CONCAT(TABLE_SCHEMA, '.', TABLE_NAME) FROM information_schema.TABLES "
                               "WHERE TABLE_SCHEMA NOT IN ('information_schema', 'performance_schema', 'sys') "
                               "AND ((TABLE_TYPE = 'BASE TABLE' AND ENGINE IS NULL) OR "
                               "(TABLE_TYPE = 'VIEW' AND TABLE_COMMENT LIKE '%invalid%') OR "
                               "TABLE_COMMENT LIKE '%crashed%') LIMIT 100"));
  Names names;
  for (const sql::Row& row : rows) names.push_back(row.text(0));
  return names;
}

Result<Names> foreign_engines(sql::Connection& connection) {
  SLIPWAY_TRY(
      const auto rows,
      connection.query("SELECT CONCAT(TABLE_SCHEMA, '.', TABLE_NAME, ' (', ENGINE, ')') FROM information_schema.TABLES "
                       "WHERE (TABLE_SCHEMA = 'slipway' OR TABLE_SCHEMA LIKE 'acct\\_%') "
                       "AND TABLE_TYPE = 'BASE TABLE' AND ENGINE <> 'InnoDB' LIMIT 100"));
  Names names;
  for (const sql::Row& row : rows) names.push_back(row.text(0));
  return names;
}

Result<std::vector<DatabaseUser>> database_users(sql::Connection& connection) {
  SLIPWAY_TRY(const auto rights,
              grants(connection, "SELECT GRANTEE, PRIVILEGE_TYPE FROM information_schema.USER_PRIVILEGES"));
  SLIPWAY_TRY(const auto databases,
              grants(connection, "SELECT DISTINCT GRANTEE, TABLE_SCHEMA FROM information_schema.SCHEMA_PRIVILEGES"));
  // Whether there is a hash, never the hash.
  SLIPWAY_TRY(const auto rows,
              connection.query("SELECT User, Host, "
                               "COALESCE(JSON_VALUE(Priv, '$.account_locked'), 0) IN ('1', 'true') OR "
                               "COALESCE(JSON_VALUE(Priv, '$.is_role'), 0) IN ('1', 'true'), "
                               "COALESCE(JSON_VALUE(Priv, '$.authentication_string'), '') <> '' OR "
                               "COALESCE(JSON_VALUE(Priv, '$.plugin'), '') IN ('unix_socket', 'gssapi', 'pam') OR "
                               "COALESCE(JSON_EXTRACT(Priv, '$.auth_or'), '') LIKE '%unix_socket%' "
                               "FROM mysql.global_priv"));
  std::vector<DatabaseUser> users;
  for (const sql::Row& row : rows) {
    DatabaseUser user;
    user.name = row.text(0);
    user.host = row.text(1);
    user.signs_in = !row.boolean(2);
    user.has_password = row.boolean(3);
    const std::string grantee = "'" + user.name + "'@'" + user.host + "'";
    if (const auto found = rights.find(grantee); found != rights.end()) user.rights = found->second;
    if (const auto found = databases.find(grantee); found != databases.end()) user.databases = found->second;
    users.push_back(std::move(user));
  }
  return users;
}

Result<std::vector<AccountFact>> accounts(sql::Connection& connection, Settings& databases) {
  SLIPWAY_TRY(const auto rows,
              connection.query("SELECT a.name, a.state, a.state_reason, g.database_name FROM slipway.account a "
                               "LEFT JOIN slipway.account_generation g "
                               "ON g.account_id = a.account_id AND g.generation = a.generation ORDER BY a.name"));
  std::vector<AccountFact> all;
  for (const sql::Row& row : rows) {
    all.push_back({row.text(0), row.text(1), row.text(2), -1});
    if (const auto database = row.optional_text(3)) databases[row.text(0)] = *database;
  }
  return all;
}

Result<Names> unpublished_databases(sql::Connection& connection) {
  SLIPWAY_TRY(const auto rows,
              connection.query("SELECT CONCAT(g.database_name, ' (', g.state, ')') FROM slipway.account_generation g "
                               "JOIN slipway.account a ON a.account_id = g.account_id "
                               "WHERE g.generation <> a.generation ORDER BY 1"));
  Names names;
  for (const sql::Row& row : rows) names.push_back(row.text(0));
  return names;
}

Result<std::uint64_t> stored_bytes(sql::Connection& connection) {
  SLIPWAY_TRY(const auto row, connection.query_one("SELECT CAST(COALESCE(SUM(ALLOCATED_SIZE), 0) AS UNSIGNED) "
                                                   "FROM information_schema.INNODB_SYS_TABLESPACES"));
  return row ? row->natural(0) : 0;
}

Result<std::string> database_sizes(sql::Connection& connection) {
  SLIPWAY_TRY(const auto rows,
              connection.query("SELECT TABLE_SCHEMA, CAST(COALESCE(SUM(DATA_LENGTH + INDEX_LENGTH), 0) AS UNSIGNED), "
                               "COUNT(*) FROM information_schema.TABLES GROUP BY TABLE_SCHEMA ORDER BY 1"));
  std::string text;
  for (const sql::Row& row : rows)
    text += row.text(0) + "\t" + std::to_string(row.natural(1)) + "\t" + std::to_string(row.integer(2)) + "\n";
  return text;
}

}  // namespace slipway::doctor
