#include "services/backup/restore_store.hpp"

namespace slipway::backup {

Result<std::map<std::string, std::string>> table_sums(sql::Connection& connection) {
  std::map<std::string, std::string> sums;
  SLIPWAY_TRY(const auto tables,
              connection.query("SELECT table_name FROM information_schema.tables WHERE table_schema = "
                               "DATABASE() AND table_type = 'BASE TABLE'"));
  for (const auto& table : tables) {
    SLIPWAY_TRY(const std::string name, sql::quote_identifier(table.text(0)));
    SLIPWAY_TRY(const auto row, connection.query_one("CHECKSUM TABLE " + name));
    sums[table.text(0)] = row->is_null(1) ? "" : row->text(1);
  }
  return sums;
}

Status empty_database(sql::Connection& connection) {
  SLIPWAY_TRY(const std::string name, sql::quote_identifier(connection.endpoint().database));
  SLIPWAY_TRY(const auto made, connection.query_one("SHOW CREATE DATABASE " + name));
  SLIPWAY_CHECK(connection.execute_text("DROP DATABASE " + name));
  SLIPWAY_CHECK(connection.execute_text(made->text(1)));
  SLIPWAY_CHECK(connection.execute_text("USE " + name));
  return {};
}

}  // namespace slipway::backup
