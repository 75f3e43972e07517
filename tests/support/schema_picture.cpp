#include "tests/support/schema_picture.hpp"

#include <regex>

namespace slipway::test {

std::string schema_picture(sql::Connection& connection) {
  static const std::regex counter(" AUTO_INCREMENT=[0-9]+");
  std::string picture;
  const auto tables = connection.query("SHOW TABLES").value();
  for (const sql::Row& table : tables) {
    const std::string& name = table.text(0);
    const auto shown = connection.query("SHOW CREATE TABLE " + sql::quote_identifier(name).value()).value();
    picture += std::regex_replace(shown.front().text(1), counter, "") + ";\n";
    if (name != "status_move") continue;
    const auto moves = connection.query("SELECT from_status, to_status FROM status_move ORDER BY 1, 2").value();
    for (const sql::Row& move : moves) picture += move.text(0) + " > " + move.text(1) + '\n';
  }
  const auto triggers = connection.query(
      "SELECT trigger_name, event_object_table, action_timing, event_manipulation, action_statement "
      "FROM information_schema.triggers WHERE trigger_schema = DATABASE() ORDER BY 1");
  for (const sql::Row& trigger : triggers.value())
    for (std::size_t i = 0; i < trigger.size(); ++i) picture += trigger.text(i) + '\n';
  return picture;
}

}  // namespace slipway::test
