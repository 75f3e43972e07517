#include "migrate/engine/object_definition.hpp"

#include <array>

#include "migrate/engine/object_rules.hpp"

namespace slipway::migrate {
namespace {

/// In these a byte of a character can look like a quote or a backslash.
bool has_misleading_bytes(std::string_view charset) {
  static constexpr std::array<std::string_view, 5> charsets{"big5", "cp932", "gb18030", "gbk", "sjis"};
  return std::find(charsets.begin(), charsets.end(), charset) != charsets.end();
}

std::string show_statement(const std::string& kind) {
  std::string statement = "SHOW CREATE ";
  for (const char c : kind) statement += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return statement + " ";
}

std::string cell(const sql::Row& row, std::size_t column) { return row.optional_text(column).value_or(""); }

Definition to_definition(const std::string& kind, const sql::Row& row) {
  if (kind == "view") return {cell(row, 1), "", cell(row, 2), cell(row, 3), "", ""};
  if (kind == "event") return {cell(row, 3), cell(row, 1), cell(row, 4), cell(row, 5), cell(row, 6), cell(row, 2)};
  return {cell(row, 2), cell(row, 1), cell(row, 3), cell(row, 4), cell(row, 5), ""};
}

Result<Definition> show(sql::Connection& connection, const OtherObject& object) {
  SLIPWAY_TRY(const std::string name, sql::quote_identifier(object.name));
  SLIPWAY_TRY(const auto row, connection.query_one(show_statement(object.kind) + name));
  if (!row) return Error{Code::not_found, object.kind + " '" + object.name + "': is not there"};
  Definition definition = to_definition(object.kind, *row);
  if (!definition.text.empty()) return definition;
  return Error{Code::permission, object.kind + " '" + object.name + "': the server does not show its text to this user",
               "GRANT SELECT ON mysql.proc (MySQL: SHOW_ROUTINE ON *.*) to the user and run the command again"};
}

}  // namespace

Status become_definition_reader(sql::Connection& connection) {
  SLIPWAY_CHECK(connection.execute_text("SET SESSION sql_mode = '', character_set_results = NULL"));
  return {};
}

Result<Definition> read_definition(sql::Connection& connection, const OtherObject& object) {
  SLIPWAY_TRY(Definition definition, show(connection, object));
  if (!has_misleading_bytes(definition.client_charset)) return definition;
  SLIPWAY_CHECK(connection.execute_text("SET SESSION character_set_results = utf8mb4"));
  auto readable = show(connection, object);
  SLIPWAY_CHECK(connection.execute_text("SET SESSION character_set_results = NULL"));
  if (!readable) return readable;
  readable->client_charset = "utf8mb4";
  readable->converted = true;
  return readable;
}

Status restore_context(sql::Connection& connection, const Definition& definition) {
  std::vector<std::string> changes;
  SLIPWAY_CHECK(
      connection.execute("SET SESSION sql_mode = ?, character_set_client = ?, collation_connection = ?, time_zone = ?",
                         {portable_sql_mode(definition.sql_mode), definition.client_charset,
                          replace_collations(definition.collation, changes),
                          definition.time_zone.empty() ? "+00:00" : definition.time_zone}));
  return {};
}

}  // namespace slipway::migrate
