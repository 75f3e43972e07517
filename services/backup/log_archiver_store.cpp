#include "services/backup/log_archiver_store.hpp"

#include <algorithm>

namespace slipway::backup {

Result<sql::GtidPosition> server_position(const sql::Endpoint& server) {
  SLIPWAY_TRY(auto connection, sql::Connection::open(server));
  SLIPWAY_TRY(const auto row, connection.query_one("SELECT @@gtid_binlog_pos"));
  return sql::GtidPosition::parse(row->text(0));
}

Result<std::chrono::seconds> server_uptime(const sql::Endpoint& server) {
  SLIPWAY_TRY(auto connection, sql::Connection::open(server));
  SLIPWAY_TRY(const auto row, connection.query_one("SHOW GLOBAL STATUS LIKE 'Uptime'"));
  return std::chrono::seconds(row->integer(1));
}

Result<bool> lags_behind(const sql::Endpoint& server, const sql::GtidPosition& position) {
  SLIPWAY_TRY(const auto own, server_position(server));
  SLIPWAY_TRY(auto connection, sql::Connection::open(server));
  SLIPWAY_TRY(const auto sources, connection.query("SHOW ALL SLAVES STATUS"));
  if (sources.empty()) return false;
  return std::ranges::any_of(position.domains(), [&own](const auto& at) {
    const auto reached = own.domains().find(at.first);
    return reached == own.domains().end() || reached->second.sequence < at.second.sequence;
  });
}

}  // namespace slipway::backup
