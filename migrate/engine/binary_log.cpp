#include "migrate/engine/binary_log.hpp"

namespace slipway::migrate {

std::string_view setting(BinaryLog log) { return log == BinaryLog::skipped ? ", sql_log_bin = 0" : ""; }

Result<bool> writes_binary_log(sql::Connection& target) {
  SLIPWAY_TRY(const auto row, target.query_one("SELECT @@log_bin"));
  return row && row->boolean(0);
}

Status log_rows(sql::Connection& administrator) {
  SLIPWAY_TRY([[maybe_unused]] const auto done, administrator.execute_text("SET SESSION binlog_format = 'ROW'"));
  return {};
}

}  // namespace slipway::migrate
