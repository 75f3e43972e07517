#include "migrate/engine/catalog.hpp"

#include <array>

#include "migrate/engine/dialect_rules.hpp"

namespace slipway::migrate {
namespace {

bool is_integer(const std::string& type) {
  constexpr std::array<std::string_view, 6> kinds{"tinyint", "smallint", "mediumint", "int", "bigint", "year"};
  return std::find(kinds.begin(), kinds.end(), type) != kinds.end();
}

bool is_large(const std::string& data_type) {
  constexpr std::array<std::string_view, 5> kinds{"mediumblob", "longblob", "mediumtext", "longtext", "json"};
  return std::find(kinds.begin(), kinds.end(), data_type) != kinds.end();
}

Column::Kind kind_of(const std::string& data_type) {
  constexpr std::array<std::string_view, 7> texts{"char",       "varchar",  "tinytext", "text",
                                                  "mediumtext", "longtext", "enum"};
  if (std::find(texts.begin(), texts.end(), data_type) != texts.end() || data_type == "set") return Column::Kind::text;
  constexpr std::array<std::string_view, 17> numbers{
      "tinyint", "smallint", "mediumint", "int",       "bigint", "year", "decimal", "float", "double",
      "date",    "time",     "datetime",  "timestamp", "json",   "uuid", "inet4",   "inet6"};
  return std::find(numbers.begin(), numbers.end(), data_type) != numbers.end() ? Column::Kind::other
                                                                               : Column::Kind::binary;
}

Result<Column> describe_column(const std::string& name, const std::string& data_type, const std::string& full_type) {
  SLIPWAY_TRY(const std::string quoted, sql::quote_identifier(name));
  Column column{name, quoted, quoted, Carry::text, kind_of(data_type)};
  if (is_integer(data_type)) {
    column.carry = full_type.find("unsigned") != std::string::npos ? Carry::natural : Carry::integer;
  } else if (data_type == "enum" || data_type == "set") {
    // As a plain number the last of 64 members is a sign.
    column.selected = "CAST(" + quoted + " AS UNSIGNED)";
    column.carry = data_type == "enum" ? Carry::choice : Carry::natural;
  } else if (data_type == "float") {
    column.selected = quoted + "+0e0";
    column.carry = Carry::real;
  } else if (data_type == "double") {
    column.carry = Carry::real;
  } else if (data_type == "uuid" || data_type == "inet6") {
    column.selected = "CAST(" + quoted + " AS BINARY(16))";
  } else if (data_type == "inet4") {
    column.selected = "CAST(" + quoted + " AS BINARY(4))";
  }
  return column;
}

/// Whether a column's text is short, and in the one character set that joins with numbers and dates unchanged.
bool is_short_text(const Column& column, const std::string& character_set, std::int64_t most_bytes) {
  if (column.carry != Carry::text || column.selected != column.quoted) return false;
  if (column.kind == Column::Kind::text) return character_set == "utf8mb4" && most_bytes <= 1024;
  return column.kind == Column::Kind::other;
}

/// A column's generation as information_schema tells it: rows of system versioning are carried, all else is computed.
bool is_computed(const std::string& extra) {
  return extra.find("GENERATED") != std::string::npos && extra.find("DEFAULT_GENERATED") == std::string::npos;
}

/// `stored`: computed columns whose values are copied all the same.
Status read_columns(sql::Connection& connection, const std::string& database, const std::set<std::string>& stored,
                    Table& table) {
  SLIPWAY_TRY(const auto rows,
              connection.query("SELECT column_name, LOWER(data_type), LOWER(column_type), extra, is_nullable, "
                               "COALESCE(character_set_name, ''), COALESCE(character_octet_length, 0) FROM "
                               "information_schema.columns WHERE table_schema = ? AND table_name = ? "
                               "ORDER BY ordinal_position",
                               {database, table.name}));
  for (const auto& row : rows) {
    if (is_computed(row.text(3)) && !stored.contains(row.text(0))) {
      table.computed.push_back(row.text(0));
      continue;
    }
    SLIPWAY_TRY(Column column, describe_column(row.text(0), row.text(1), row.text(2)));
    column.nullable = row.text(4) != "NO";
    column.large = is_large(row.text(1));
    column.short_text =
        row.text(1) != "json" && is_short_text(column, row.text(5), row.optional_integer(6).value_or(0));
    table.columns.push_back(std::move(column));
  }
  if (table.history) {
    for (const std::string& name : {table.shape.row_start, table.shape.row_end}) {
      SLIPWAY_TRY(Column column, describe_column(name, "timestamp", "timestamp(6)"));
      table.columns.push_back(std::move(column));
    }
  }
  // The table is named for both sides: joined by its name, the server would open every table that it has.
  SLIPWAY_TRY(const auto key,
              connection.query("SELECT c.column_name, LOWER(c.data_type), LOWER(c.column_type) "
                               "FROM information_schema.key_column_usage k JOIN information_schema.columns c "
                               "ON c.column_name = k.column_name WHERE k.constraint_name = 'PRIMARY' "
                               "AND k.table_schema = ? AND k.table_name = ? AND c.table_schema = ? "
                               "AND c.table_name = ? ORDER BY k.ordinal_position",
                               {database, table.name, database, table.name}));
  for (const auto& row : key) table.primary_key.push_back(row.text(0));
  return {};
}

/// Only what a broken connection says is an error: a table that cannot be described cannot be copied, and the others
/// can. Returns the computed columns whose values have to be copied.
Result<std::set<std::string>> read_shape(sql::Connection& connection, const std::string& database, Table& table,
                                         Keep keep) {
  SLIPWAY_TRY(const std::string schema, sql::quote_identifier(database));
  SLIPWAY_TRY(const std::string name, sql::quote_identifier(table.name));
  auto created = connection.query_one("SHOW CREATE TABLE " + schema + "." + name);
  if (!created && (created.error().code == Code::unavailable || created.error().code == Code::timeout))
    return std::move(created).error();
  if (!created) {
    table.shape.blockers.push_back("the source cannot describe it: " + created.error().message);
    return std::set<std::string>{};
  }
  if (!*created) return Error{Code::not_found, "table '" + table.name + "': went away while it was read"};
  Understood understood = speak_mariadb((*created)->text(1));
  SLIPWAY_TRY(table.shape, take_apart(table.name, understood.text, keep, database));
  table.shape.changes.insert(table.shape.changes.end(), std::make_move_iterator(understood.changes.begin()),
                             std::make_move_iterator(understood.changes.end()));
  table.history = keep == Keep::everything && table.shape.versioning == Versioning::by_time;
  return std::move(understood.stored);
}

Result<Table> read_table(sql::Connection& connection, const std::string& database, const sql::Row& row, Keep keep) {
  Table table;
  table.name = row.text(0);
  table.rows_estimate = static_cast<std::uint64_t>(row.optional_integer(2).value_or(0));
  table.bytes_estimate = static_cast<std::uint64_t>(row.optional_integer(3).value_or(0));
  table.key_bytes_estimate = static_cast<std::uint64_t>(row.optional_integer(4).value_or(0));
  SLIPWAY_TRY(const auto stored, read_shape(connection, database, table, keep));
  SLIPWAY_CHECK(read_columns(connection, database, stored, table));
  return table;
}

/// Sequences and views come from the list of tables.
Status read_others(sql::Connection& connection, const std::string& database, Catalog& catalog) {
  SLIPWAY_TRY(const auto routines,
              connection.query("SELECT LOWER(routine_type), routine_name FROM information_schema.routines "
                               "WHERE routine_schema = ? ORDER BY 1, 2",
                               {database}));
  for (const auto& row : routines) catalog.others.push_back({row.text(0), row.text(1)});
  SLIPWAY_TRY(const auto triggers,
              connection.query("SELECT trigger_name, event_object_table FROM information_schema.triggers "
                               "WHERE trigger_schema = ? "
                               "ORDER BY event_object_table, event_manipulation, action_timing, action_order",
                               {database}));
  for (const auto& row : triggers) catalog.others.push_back({"trigger", row.text(0), row.text(1)});
  SLIPWAY_TRY(const auto events, connection.query("SELECT event_name FROM information_schema.events "
                                                  "WHERE event_schema = ? ORDER BY 1",
                                                  {database}));
  for (const auto& row : events) catalog.others.push_back({"event", row.text(0)});
  return {};
}

}  // namespace

const Table* Catalog::find(std::string_view table) const {
  const auto found = std::find_if(tables.begin(), tables.end(), [&](const Table& t) { return t.name == table; });
  return found == tables.end() ? nullptr : &*found;
}

Result<Catalog> read_catalog(sql::Connection& connection, const std::string& database, Keep keep) {
  SLIPWAY_TRY(const auto known,
              connection.query_one("SELECT 1 FROM information_schema.schemata WHERE schema_name = ?", {database}));
  if (!known) {
    return Error{Code::not_found, "database '" + database + "': not on this server, or not visible to this user",
                 "name the right database, or GRANT SELECT, SHOW VIEW, TRIGGER on it to the user"};
  }
  SLIPWAY_TRY(
      const auto rows,
      connection.query("SELECT table_name, table_type, table_rows, COALESCE(data_length, 0), COALESCE(index_length, 0) "
                       "FROM information_schema.tables WHERE table_schema = ? ORDER BY data_length DESC, table_name",
                       {database}));
  Catalog catalog;
  for (const auto& row : rows) {
    if (row.text(1) == "BASE TABLE" || row.text(1) == "SYSTEM VERSIONED") {
      SLIPWAY_TRY(Table table, read_table(connection, database, row, keep));
      catalog.tables.push_back(std::move(table));
    } else {
      catalog.others.push_back({row.text(1) == "VIEW" ? "view" : "sequence", row.text(0)});
    }
  }
  SLIPWAY_CHECK(read_others(connection, database, catalog));
  return catalog;
}

Result<std::vector<std::string>> list_databases(sql::Connection& connection) {
  SLIPWAY_TRY(const auto rows, connection.query("SELECT schema_name FROM information_schema.schemata WHERE schema_name "
                                                "NOT IN ('mysql','information_schema','performance_schema','sys') "
                                                "ORDER BY schema_name"));
  std::vector<std::string> names;
  names.reserve(rows.size());
  for (const auto& row : rows) names.push_back(row.text(0));
  return names;
}

}  // namespace slipway::migrate
