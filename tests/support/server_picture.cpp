#include "tests/support/server_picture.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace slipway::test {
namespace {

constexpr std::size_t kShown = 600;
constexpr const char* kOwn = "('mysql', 'sys', 'performance_schema', 'information_schema')";

sql::Rows demand_rows(sql::Connection& server, const std::string& statement) {
  auto rows = server.query(statement);
  if (rows) return std::move(rows).value();
  std::fprintf(stderr, "%s: %s\n", statement.c_str(), to_text(rows.error()).c_str());
  std::abort();
}

/// All cells of all rows, or the number of the error.
std::string text_of(sql::Connection& server, const std::string& statement) {
  const auto rows = server.query(statement);
  if (!rows) return "error " + to_text(rows.error());
  std::string text;
  for (const auto& row : *rows) {
    for (std::size_t column = 0; column < row.size(); ++column)
      text += row.optional_text(column).value_or("NULL") + '|';
    text += '\n';
  }
  return text;
}

std::string without_next_number(std::string definition) {
  constexpr std::string_view kNext = " AUTO_INCREMENT=";
  const auto at = definition.find(kNext);
  if (at == std::string::npos) return definition;
  const auto end = definition.find_first_not_of("0123456789", at + kNext.size());
  return definition.erase(at, end - at);
}

std::string quoted(const std::string& database, const std::string& name) { return '`' + database + "`.`" + name + '`'; }

/// A checksum of all rows. That of the server changes from one opening of a table to the next where a column is
/// VIRTUAL: it reads what is not there.
std::string rows_of(sql::Connection& server, const std::string& name, const std::string& definition) {
  if (definition.find("GENERATED ALWAYS AS") == std::string::npos) return text_of(server, "CHECKSUM TABLE " + name);
  std::string columns;
  for (const auto& column : demand_rows(server, "SHOW COLUMNS FROM " + name))
    columns += ", COALESCE(`" + column.text(0) + "`, 'NULL')";
  return text_of(server, "SELECT COUNT(*), SUM(CRC32(CONCAT_WS('|'" + columns + "))) FROM " + name);
}

void add_tables(sql::Connection& server, Picture& picture) {
  for (const auto& table : demand_rows(server,
                                       "SELECT table_schema, table_name, table_type FROM information_schema.tables "
                                       "WHERE table_schema NOT IN " +
                                           std::string(kOwn))) {
    const std::string name = quoted(table.text(0), table.text(1));
    if (table.text(2) == "VIEW") {
      picture["view " + name] = text_of(server, "SHOW CREATE VIEW " + name);
    } else if (table.text(2) == "SEQUENCE") {
      picture["sequence " + name] = text_of(server, "SHOW CREATE SEQUENCE " + name) +
                                    text_of(server, "SELECT next_not_cached_value, cycle_count FROM " + name);
    } else {
      picture["table " + name] = without_next_number(text_of(server, "SHOW CREATE TABLE " + name));
      picture["rows of " + name] = rows_of(server, name, picture["table " + name]);
    }
  }
}

}  // namespace

Picture picture_of(sql::Connection& server) {
  Picture picture;
  for (const auto& row : demand_rows(server, "SHOW DATABASES")) {
    if (std::string(kOwn).find("'" + row.text(0) + "'") != std::string::npos) continue;
    picture["database " + row.text(0)] = text_of(server, "SHOW CREATE DATABASE `" + row.text(0) + '`');
  }
  add_tables(server, picture);
  for (const auto& row : demand_rows(server, "SELECT trigger_schema, trigger_name FROM information_schema.triggers"))
    if (row.text(0) != "sys")
      picture["trigger " + quoted(row.text(0), row.text(1))] =
          text_of(server,
                  "SELECT event_object_table, action_timing, event_manipulation, action_order, action_statement, "
                  "definer, sql_mode FROM information_schema.triggers WHERE trigger_schema = '" +
                      row.text(0) + "' AND trigger_name = '" + row.text(1) + "'");
  for (const auto& row :
       demand_rows(server, "SELECT db, name, type FROM mysql.proc WHERE db NOT IN " + std::string(kOwn)))
    picture[row.text(2) + ' ' + quoted(row.text(0), row.text(1))] =
        text_of(server, "SHOW CREATE " + row.text(2) + ' ' + quoted(row.text(0), row.text(1)));
  for (const auto& row : demand_rows(server, "SELECT db, name FROM mysql.event"))
    picture["event " + quoted(row.text(0), row.text(1))] =
        text_of(server,
                "SELECT definer, interval_value, interval_field, starts, on_completion, event_definition FROM "
                "information_schema.events WHERE event_schema = '" +
                    row.text(0) + "' AND event_name = '" + row.text(1) + "'");
  for (const auto& row : demand_rows(server, "SELECT user, host FROM mysql.global_priv WHERE user LIKE 'h%'"))
    picture["user " + row.text(0)] = text_of(server, "SHOW GRANTS FOR `" + row.text(0) + "`@`" + row.text(1) + '`');
  for (const auto& row : demand_rows(server, "XA RECOVER"))
    picture["prepared transaction " + row.text(3)] = row.text(0) + '|' + row.text(1) + '|' + row.text(2);
  return picture;
}

std::string difference(const Picture& wanted, const Picture& found) {
  std::string text;
  const auto tell = [&text](const std::string& object, const std::string& one, const std::string& other) {
    std::size_t same = 0;
    while (same < one.size() && same < other.size() && one[same] == other[same]) ++same;
    same -= std::min(same, kShown / 4);
    text += "\n" + object + "\n  wanted: " + one.substr(same, kShown) + "\n  found:  " + other.substr(same, kShown);
  };
  for (const auto& [object, content] : wanted) {
    const auto other = found.find(object);
    if (other == found.end() || other->second != content)
      tell(object, content, other == found.end() ? "nothing" : other->second);
  }
  for (const auto& [object, content] : found)
    if (!wanted.contains(object)) tell(object, "nothing", content);
  return text;
}

}  // namespace slipway::test
