#include "migrate/engine/binary_log.hpp"

namespace slipway::migrate {

std::string_view setting(BinaryLog log) { return log == BinaryLog::skipped ? ", sql_log_bin = 0" : ""; }

Result<bool> writes_binary_log(sql::Connection& target) {
  SLIPWAY_TRY(const auto row, target.query_one("SELECT @@log_bin"));
  return row && row->boolean(0);
}

namespace {

Status demand_rows(sql::Connection& target, const std::string& unfit) {
  SLIPWAY_TRY(const auto row, target.query_one("SELECT @@log_bin AND @@binlog_format IN (" + unfit + ")"));
  if (!row || !row->boolean(0)) return {};
  if (target.execute_text("SET SESSION binlog_format = 'ROW'")) return {};
  return Error{Code::permission,
               "target " + target.endpoint().describe() + ": logs statements, and its user may not log rows instead",
               "grant BINLOG ADMIN to the user, or set binlog_format=ROW on the server"};
}

}  // namespace

Status log_rows(sql::Connection& target) { return demand_rows(target, "'STATEMENT', 'MIXED'"); }

Status log_inserted_rows(sql::Connection& target) { return demand_rows(target, "'STATEMENT'"); }

}  // namespace slipway::migrate
