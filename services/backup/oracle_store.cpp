#include "services/backup/oracle_store.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "appliance/crypto/crypto.hpp"

namespace slipway::backup {
namespace {

constexpr std::chrono::hours kStatementLimit{6};
// Ours waits behind an ALTER that runs; then others would wait behind ours. Where the session logs, going back to a
// savepoint unlocks nothing.
constexpr const char* kSession =
    "SET SESSION lock_wait_timeout = 5, max_statement_time = 0, sql_quote_show_create = 1, sql_log_bin = 0";
constexpr const char* kTables = R"(
SELECT table_schema, table_name, LOWER(table_type), COALESCE(engine, '') FROM information_schema.tables
WHERE table_schema NOT IN ('mysql', 'sys', 'performance_schema', 'information_schema'))";
// Names of files: a part of ASCII, others as @ and digits; partitions are files of their own.
constexpr const char* kTableIds = R"(
SELECT CONVERT(CONVERT(CONVERT(SUBSTRING_INDEX(name, '/', 1) USING binary) USING filename) USING utf8mb4),
       CONVERT(CONVERT(CONVERT(REGEXP_REPLACE(SUBSTRING_INDEX(name, '/', -1), '#[Pp]#.*$', '')
         USING binary) USING filename) USING utf8mb4),
       GROUP_CONCAT(table_id ORDER BY table_id)
FROM information_schema.innodb_sys_tables WHERE name LIKE '%/%' GROUP BY 1, 2)";
// Kind, database, name, and what makes it what it is. Events from their table, since a server that runs none refuses
// the view; not whether one runs, which replay does not keep.
constexpr const char* kOthers = R"(
SELECT 'database', schema_name, '', CONCAT_WS('\n', default_character_set_name, default_collation_name)
FROM information_schema.schemata WHERE schema_name NOT IN ('mysql', 'sys', 'performance_schema', 'information_schema')
UNION ALL
SELECT LOWER(type), db, name, CONCAT_WS('\n', param_list, `returns`, body, definer, sql_mode, is_deterministic,
  sql_data_access, security_type, character_set_client, collation_connection, db_collation)
FROM mysql.proc WHERE db NOT IN ('mysql', 'sys')
UNION ALL
SELECT 'trigger', trigger_schema, trigger_name, CONCAT_WS('\n', event_manipulation, event_object_table, action_order,
  action_timing, action_statement, sql_mode, definer, character_set_client, collation_connection)
FROM information_schema.triggers WHERE trigger_schema NOT IN ('mysql', 'sys')
UNION ALL
SELECT 'event', db, name, CONCAT_WS('\n', body, execute_at, interval_value, interval_field, sql_mode, starts, ends,
  on_completion, definer, character_set_client, collation_connection)
FROM mysql.event WHERE db NOT IN ('mysql', 'sys'))";

std::string object_of(const std::string& kind, const std::string& database, const std::string& name) {
  return kind + ' ' + database + (name.empty() ? "" : '.' + name);
}

Result<std::string> quoted(const std::string& database, const std::string& name) {
  SLIPWAY_TRY(const std::string first, sql::quote_identifier(database));
  SLIPWAY_TRY(const std::string second, sql::quote_identifier(name));
  return first + '.' + second;
}

/// The next number of AUTO_INCREMENT is no part of what a table is.
std::string without_next_number(std::string text) {
  constexpr std::string_view word = " AUTO_INCREMENT=";
  for (auto at = text.find(word); at != std::string::npos; at = text.find(word, at)) {
    auto end = at + word.size();
    while (end < text.size() && std::isdigit(static_cast<unsigned char>(text[end])) != 0) ++end;
    text.erase(at, end - at);
  }
  return text;
}

/// The server's number of what it refused; empty when it was something else.
std::string_view refusal_of(const Error& error) {
  if (error.code == Code::unavailable) return {};
  for (const auto& [name, value] : error.context)
    if (name == "mysql_errno") return value;
  return {};
}

/// The table was changed, is gone, or is held.
bool is_change(const Error& error) {
  // No such database; no such table; a view of such; held by a statement; not that of the snapshot; to be prepared
  // anew.
  constexpr std::array<std::string_view, 6> numbers{"1049", "1146", "1356", "1205", "1412", "1615"};
  return std::ranges::count(numbers, refusal_of(error)) != 0;
}

Result<std::string> definition_of(sql::Connection& server, const std::string& name) {
  const auto row = server.query_one("SHOW CREATE TABLE " + name);
  if (row && *row) return crypto::sha256_hex(without_next_number((*row)->text(1)));
  if (row) return std::string("unreadable: no answer");
  if (refusal_of(row.error()).empty()) return row.error();
  return "unreadable: " + row.error().message;
}

Status describe_tables(sql::Connection& server, Description& description) {
  std::map<std::pair<std::string, std::string>, std::string> ids;
  SLIPWAY_TRY(const auto numbers, server.query(kTableIds));
  for (const auto& row : numbers) ids[{row.text(0), row.text(1)}] = row.text(2);
  SLIPWAY_TRY(const auto rows, server.query(kTables));
  for (const auto& row : rows) {
    const bool is_table = row.text(2) == "base table" || row.text(2) == "system versioned";
    const std::string object = object_of(is_table ? "table" : row.text(2), row.text(0), row.text(1));
    SLIPWAY_TRY(const std::string name, quoted(row.text(0), row.text(1)));
    SLIPWAY_TRY(description.definitions[object], definition_of(server, name));
    if (is_table) description.tables[object] = {row.text(0), row.text(1), row.text(3), ids[{row.text(0), row.text(1)}]};
  }
  return {};
}

Result<TableSum> read_sum(sql::Connection& server, const std::string& name) {
  TableSum sum;
  SLIPWAY_TRY(const auto count, server.query_one("SELECT COUNT(*) FROM " + name));
  SLIPWAY_TRY(const auto row, server.query_one("CHECKSUM TABLE " + name));
  if (!row || row->is_null(1)) return Error{Code::corrupt, "table " + name + ": the server gives no checksum of it"};
  sum.rows = count->natural(0);
  sum.sum = row->natural(1);
  return sum;
}

}  // namespace

Result<sql::Connection> open_oracle_session(sql::Endpoint server) {
  server.statement_limit = kStatementLimit;
  SLIPWAY_TRY(auto connection, sql::Connection::open(server));
  SLIPWAY_CHECK(connection.execute_text(kSession));
  return connection;
}

Result<Description> describe_server(sql::Connection& server) {
  Description description;
  SLIPWAY_CHECK(describe_tables(server, description));
  SLIPWAY_TRY(const auto others, server.query(kOthers));
  for (const auto& row : others)
    description.definitions[object_of(row.text(0), row.text(1), row.text(2))] = crypto::sha256_hex(row.text(3));
  return description;
}

Result<SnapshotPlace> begin_snapshot(sql::Connection& server) {
  SLIPWAY_CHECK(server.execute_text("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ"));
  SLIPWAY_CHECK(server.execute_text("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY"));
  SLIPWAY_TRY(const auto rows, server.query("SHOW SESSION STATUS LIKE 'binlog_snapshot_%'"));
  std::string file;
  std::string at = "0";
  for (const auto& row : rows) {
    if (row.text(0) == "Binlog_snapshot_file") file = row.text(1);
    if (row.text(0) == "Binlog_snapshot_position") at = row.text(1);
  }
  SLIPWAY_TRY(const auto place, server.query_one("SELECT BINLOG_GTID_POS(?, CAST(? AS UNSIGNED)), NOW(6)", {file, at}));
  if (place->is_null(0))
    return Error{Code::unsupported,
                 server.endpoint().describe() + ": has no binary log, or its file '" + file + "' is gone",
                 "set log_bin"};
  SnapshotPlace snapshot;
  SLIPWAY_TRY(snapshot.position, sql::GtidPosition::parse(place->text(0)));
  snapshot.taken_at = place->time(1);
  return snapshot;
}

Status begin_reading(sql::Connection& server) {
  SLIPWAY_CHECK(server.execute_text("START TRANSACTION READ ONLY"));
  return {};
}

Status end_reading(sql::Connection& server) {
  SLIPWAY_CHECK(server.execute_text("COMMIT"));
  return {};
}

Result<TableSum> sum_table(sql::Connection& server, const StoredTable& table) {
  SLIPWAY_TRY(const std::string name, quoted(table.database, table.name));
  // What was locked since a savepoint is unlocked by going back to it: an ALTER need not wait for the end of all.
  SLIPWAY_CHECK(server.execute_text("SAVEPOINT slipway_oracle"));
  auto sum = read_sum(server, name);
  if (!sum && sum.error().code != Code::corrupt && refusal_of(sum.error()).empty()) return sum.error();
  SLIPWAY_CHECK(server.execute_text("ROLLBACK TO SAVEPOINT slipway_oracle"));
  if (!sum && is_change(sum.error())) return Error{Code::conflict, sum.error().message};
  return sum;
}

Result<std::string> check_table(sql::Connection& server, const StoredTable& table, bool extended) {
  SLIPWAY_TRY(const std::string name, quoted(table.database, table.name));
  SLIPWAY_TRY(const auto rows, server.query("CHECK TABLE " + name + (extended ? " EXTENDED" : " QUICK")));
  std::string said;
  bool wrong = false;
  for (const auto& row : rows) {
    const std::string kind = row.optional_text(2).value_or("");
    const std::string text = row.optional_text(3).value_or("");
    if (kind == "note" || (kind == "status" && (text == "OK" || text == "Table is already up to date"))) continue;
    said += (said.empty() ? "" : "; ") + text;
    wrong = wrong || kind == "status" || kind == "error" || kind == "Error";
  }
  return wrong ? said.substr(0, 500) : std::string();
}

}  // namespace slipway::backup
