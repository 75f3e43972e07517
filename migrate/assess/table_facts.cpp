// What the server says of tables, columns, keys and foreign keys.
#include "migrate/assess/facts_reader.hpp"
#include "migrate/assess/word_rules.hpp"
#include "migrate/engine/table_shape_rules.hpp"

namespace slipway::migrate::assess {
namespace {

using ByName = std::map<std::string, Table*>;

std::string text(const sql::Row& row, std::size_t column) { return row.optional_text(column).value_or(""); }

std::uint64_t natural(const sql::Row& row, std::size_t column) { return row.is_null(column) ? 0 : row.natural(column); }

// Columns are read by position: MySQL 8 names those of information_schema in upper case.

Status read_list(sql::Connection& source, Database& database) {
  SLIPWAY_TRY(const auto rows,
              source.query("SELECT table_name, table_type, engine, table_rows, data_length, index_length, "
                           "auto_increment, table_collation, create_options, table_comment "
                           "FROM information_schema.tables WHERE table_schema = ? ORDER BY table_name",
                           {database.name}));
  SLIPWAY_TRY(const std::string schema, sql::quote_identifier(database.name));
  for (const auto& row : rows) {
    const std::string& type = row.text(1);
    if (type != "BASE TABLE" && type != "SYSTEM VERSIONED") continue;
    Table table;
    table.database = database.name;
    table.name = row.text(0);
    SLIPWAY_TRY(table.quoted, sql::quote_identifier(table.name));
    table.quoted = schema + "." + table.quoted;
    table.engine = text(row, 2);
    table.rows = natural(row, 3);
    table.data_bytes = natural(row, 4);
    table.index_bytes = natural(row, 5);
    if (!row.is_null(6)) table.next_number = row.natural(6);
    table.collation = text(row, 7);
    table.options = text(row, 8);
    table.system_versioned = type == "SYSTEM VERSIONED";
    database.tables.push_back(std::move(table));
  }
  return {};
}

Status read_columns(sql::Connection& source, const std::string& database, const ByName& tables) {
  SLIPWAY_TRY(const auto rows,
              source.query("SELECT table_name, column_name, data_type, column_type, character_set_name, "
                           "collation_name, extra, is_nullable, generation_expression, character_octet_length "
                           "FROM information_schema.columns WHERE table_schema = ? ORDER BY table_name, "
                           "ordinal_position",
                           {database}));
  for (const auto& row : rows) {
    const auto table = tables.find(row.text(0));
    if (table == tables.end()) continue;
    Column column;
    column.name = row.text(1);
    SLIPWAY_TRY(column.quoted, sql::quote_identifier(column.name));
    column.data_type = lower(text(row, 2));
    column.column_type = lower(text(row, 3));
    column.charset = text(row, 4);
    column.collation = text(row, 5);
    column.extra = lower(text(row, 6));
    column.nullable = text(row, 7) == "YES";
    column.generation = text(row, 8);
    column.most_bytes = natural(row, 9);
    table->second->columns.push_back(std::move(column));
  }
  return {};
}

Status read_indexes(sql::Connection& source, const std::string& database, const ByName& tables) {
  SLIPWAY_TRY(const auto rows, source.query("SELECT table_name, index_name, non_unique, column_name, index_type "
                                            "FROM information_schema.statistics WHERE table_schema = ? "
                                            "ORDER BY table_name, index_name, seq_in_index",
                                            {database}));
  for (const auto& row : rows) {
    const auto found = tables.find(row.text(0));
    if (found == tables.end()) continue;
    Table& table = *found->second;
    const std::string& name = row.text(1);
    if (name == "PRIMARY") {
      table.primary_key.push_back(text(row, 3));
      continue;
    }
    if (table.indexes.empty() || table.indexes.back().name != name) {
      Index index;
      index.name = name;
      index.type = text(row, 4);
      index.unique = !row.boolean(2);
      table.indexes.push_back(std::move(index));
    }
    table.indexes.back().columns.push_back(text(row, 3));
    if (row.is_null(3)) table.indexes.back().expression = true;
  }
  return {};
}

Status read_foreign_keys(sql::Connection& source, const std::string& database, const ByName& tables) {
  SLIPWAY_TRY(const auto rows,
              source.query("SELECT table_name, constraint_name, column_name, referenced_table_schema, "
                           "referenced_table_name, referenced_column_name FROM information_schema.key_column_usage "
                           "WHERE table_schema = ? AND referenced_table_name IS NOT NULL "
                           "ORDER BY table_name, constraint_name, ordinal_position",
                           {database}));
  for (const auto& row : rows) {
    const auto found = tables.find(row.text(0));
    if (found == tables.end()) continue;
    auto& keys = found->second->foreign_keys;
    if (keys.empty() || keys.back().name != row.text(1))
      keys.push_back({row.text(1), {}, row.text(3), row.text(4), {}});
    keys.back().columns.push_back(row.text(2));
    keys.back().parent_columns.push_back(text(row, 5));
  }
  return {};
}

/// What only SHOW CREATE TABLE says; also finds out whether the table can be opened at all.
Status read_definition(sql::Connection& source, Table& table) {
  const auto created = source.query_one("SHOW CREATE TABLE " + table.quoted);
  if (!created && created.error().code == Code::unavailable) return created.error();
  if (!created || !*created) {
    table.fault = created ? "went away" : created.error().message;
    const std::string session = source.endpoint().describe() + ": ";
    if (table.fault.starts_with(session)) table.fault.erase(0, session.size());
    return {};
  }
  const std::string& definition = (*created)->text(1);
  SLIPWAY_TRY(TableShape shape, take_apart(table.name, definition, Keep::everything, table.database));
  table.changes = std::move(shape.changes);
  table.blockers = std::move(shape.blockers);
  for (Column& column : table.columns) {
    column.json_checked =
        column.data_type == "longtext" && definition.find("json_valid(" + column.quoted + ")") != std::string::npos;
  }
  for (Index& index : table.indexes) {
    if (index.type != "FULLTEXT") continue;
    SLIPWAY_TRY(const std::string quoted, sql::quote_identifier(index.name));
    const auto begin = definition.find("FULLTEXT KEY " + quoted);
    if (begin == std::string::npos) continue;
    const auto line = definition.substr(begin, definition.find('\n', begin) - begin);
    const auto parser = line.find("WITH PARSER `");
    if (parser != std::string::npos) index.parser = line.substr(parser + 13, line.find('`', parser + 13) - parser - 13);
  }
  return {};
}

}  // namespace

Status read_tables(sql::Connection& source, Database& database) {
  SLIPWAY_CHECK(read_list(source, database));
  ByName tables;
  for (Table& table : database.tables) tables[table.name] = &table;
  SLIPWAY_CHECK(read_columns(source, database.name, tables));
  SLIPWAY_CHECK(read_indexes(source, database.name, tables));
  SLIPWAY_CHECK(read_foreign_keys(source, database.name, tables));
  for (Table& table : database.tables) SLIPWAY_CHECK(read_definition(source, table));
  return {};
}

}  // namespace slipway::migrate::assess
