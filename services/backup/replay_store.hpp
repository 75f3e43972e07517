// The statements of a replay. Inside this folder only.
#pragma once

#include "appliance/sql/connection.hpp"
#include "appliance/sql/gtid.hpp"

namespace slipway::backup {

struct ReplayState {
  sql::GtidPosition reached;
  std::string fault;  ///< the server's words; empty: none
  bool running = false;
};

[[nodiscard]] Status begin_replay(sql::Connection& server, const sql::GtidPosition& from);
[[nodiscard]] Result<ReplayState> look_at_replay(sql::Connection& server);
/// Forgets the source, and takes `end` as the server's own position.
[[nodiscard]] Status end_replay(sql::Connection& server, const sql::GtidPosition& end);

}  // namespace slipway::backup
