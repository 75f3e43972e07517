#include "services/backup/replay_store.hpp"

namespace slipway::backup {
namespace {

/// A position consists of digits, hyphens and commas.
std::string set_position(const char* variable, const sql::GtidPosition& position) {
  return std::string("SET GLOBAL ") + variable + " = '" + position.to_text() + "'";
}

}  // namespace

Status begin_replay(sql::Connection& server, const sql::GtidPosition& from) {
  SLIPWAY_CHECK(server.execute_text(set_position("gtid_slave_pos", from)));
  SLIPWAY_CHECK(server.execute_text("START SLAVE SQL_THREAD"));
  return {};
}

Result<ReplayState> look_at_replay(sql::Connection& server) {
  SLIPWAY_TRY(const auto position, server.query_one("SELECT @@GLOBAL.gtid_slave_pos"));
  ReplayState state;
  SLIPWAY_TRY(state.reached, sql::GtidPosition::parse(position->text(0)));
  // By their places: the columns are the server's, of this release and of later ones.
  constexpr std::size_t kSqlRunning = 11;
  constexpr std::size_t kSqlError = 37;
  SLIPWAY_TRY(const auto status, server.query_one("SHOW SLAVE STATUS"));
  if (!status) return Error{Code::internal, "restored server: knows of no relay log"};
  state.running = status->text(kSqlRunning) == "Yes";
  state.fault = status->text(kSqlError);
  return state;
}

Status end_replay(sql::Connection& server, const sql::GtidPosition& end) {
  SLIPWAY_CHECK(server.execute_text("STOP SLAVE"));
  SLIPWAY_CHECK(server.execute_text("RESET SLAVE ALL"));
  SLIPWAY_CHECK(server.execute_text(set_position("gtid_slave_pos", end)));
  return {};
}

}  // namespace slipway::backup
