#include "migrate/assess/facts_reader.hpp"

#include "migrate/assess/server_rules.hpp"
#include "migrate/assess/word_rules.hpp"
#include "migrate/engine/catalog.hpp"
#include "migrate/engine/table_shape_rules.hpp"

namespace slipway::migrate::assess {
namespace {

constexpr std::size_t kMostUsers = 100'000;

Result<std::map<std::string, std::string>> read_variables(sql::Connection& source) {
  SLIPWAY_TRY(
      const auto rows,
      source.query("SHOW GLOBAL VARIABLES WHERE Variable_name IN ('version', 'version_comment', 'sql_mode', "
                   "'character_set_server', 'collation_server', 'lower_case_table_names', 'max_allowed_packet', "
                   "'log_bin', 'binlog_format', 'binlog_row_image', 'time_zone', 'read_only', "
                   "'event_scheduler', 'innodb_page_size', 'innodb_buffer_pool_size')"));
  std::map<std::string, std::string> variables;
  for (const auto& row : rows) variables[lower(row.text(0))] = row.optional_text(1).value_or("");
  return variables;
}

std::vector<std::string> read_grants(sql::Connection& source) {
  std::vector<std::string> grants;
  // An error here is --skip-grant-tables: everybody may do everything.
  if (const auto rows = source.query("SHOW GRANTS"))
    for (const auto& row : *rows) grants.push_back(row.text(0));
  return grants;
}

std::optional<std::set<std::string>> read_users(sql::Connection& source) {
  const auto rows = source.query("SELECT CONCAT(user, '@', host) FROM mysql.user LIMIT " + std::to_string(kMostUsers));
  if (!rows || rows->size() == kMostUsers) return std::nullopt;
  std::set<std::string> users;
  for (const auto& row : *rows) users.insert(row.optional_text(0).value_or(""));
  return users;
}

std::string replacement_of(const std::string& collation) {
  std::vector<std::string> changes;
  std::string nearest = replace_collations(collation, changes);
  return nearest == collation ? std::string{} : nearest;
}

}  // namespace

Result<sql::Connection> open_read_only(const sql::Endpoint& source) {
  sql::Endpoint endpoint = source;
  endpoint.statement_limit = std::chrono::seconds{0};
  SLIPWAY_TRY(sql::Connection connection, sql::Connection::open(endpoint));
  for (const char* setting :
       {"SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED, READ ONLY",
        // Stored zero dates must be readable, and nobody waits long for a table that somebody alters.
        "SET SESSION sql_mode = '', lock_wait_timeout = 5"}) {
    SLIPWAY_CHECK(connection.execute_text(setting));
  }
  // MySQL 8 shows figures of yesterday otherwise. Older servers do not know the variable.
  if (!connection.is_mariadb())
    static_cast<void>(connection.execute_text("SET SESSION information_schema_stats_expiry = 0"));
  return connection;
}

Status limit_statements(sql::Connection& source, std::chrono::milliseconds limit) {
  const std::string limit_ms = std::to_string(limit.count());
  SLIPWAY_CHECK(source.execute_text(source.is_mariadb() ? "SET SESSION max_statement_time = " + limit_ms + " / 1000"
                                                        : "SET SESSION max_execution_time = " + limit_ms));
  return {};
}

Result<Server> read_server(sql::Connection& source) {
  Server server;
  server.mariadb = source.is_mariadb();
  server.version = source.server_version();
  read_version(server);
  SLIPWAY_TRY(server.variables, read_variables(source));
  server.grants = read_grants(source);
  SLIPWAY_TRY(server.databases, list_databases(source));
  server.users = read_users(source);
  return server;
}

Result<Facts> read_facts(sql::Connection& source, std::vector<std::string> databases) {
  Facts facts;
  SLIPWAY_TRY(facts.server, read_server(source));
  if (databases.empty()) databases = facts.server.databases;
  for (const std::string& name : databases) {
    SLIPWAY_TRY(const auto row, source.query_one("SELECT default_character_set_name, default_collation_name "
                                                 "FROM information_schema.schemata WHERE schema_name = ?",
                                                 {name}));
    if (!row) {
      return Error{Code::not_found, "database '" + name + "': not on this server, or not visible to this user",
                   "name the right database, or GRANT SELECT, SHOW VIEW, TRIGGER, EVENT on it to the user"};
    }
    Database database{name, row->text(0), row->text(1), replacement_of(row->text(1)), {}, {}};
    if (auto done = read_tables(source, database); !done)
      return std::move(done).error().within("database '" + name + "'");
    if (auto done = read_programs(source, facts.server, database); !done)
      return std::move(done).error().within("database '" + name + "'");
    for (Table& table : database.tables)
      for (Column& column : table.columns) column.replaced_collation = replacement_of(column.collation);
    facts.databases.push_back(std::move(database));
  }
  return facts;
}

}  // namespace slipway::migrate::assess
