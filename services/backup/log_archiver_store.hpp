// What the archiver asks the server in SQL.
#pragma once

#include "appliance/sql/connection.hpp"
#include "appliance/sql/gtid.hpp"

namespace slipway::backup {

/// The last transaction of each domain in the server's binary log. Errors: those of Connection::open.
[[nodiscard]] Result<sql::GtidPosition> server_position(const sql::Endpoint& server);

/// How long the server has been up. Errors: those of Connection::open.
[[nodiscard]] Result<std::chrono::seconds> server_uptime(const sql::Endpoint& server);

/// Whether the server is a replica that has not come as far as `position` yet: it will have what is missing. Errors:
/// those of Connection::open; permission (REPLICA MONITOR).
[[nodiscard]] Result<bool> lags_behind(const sql::Endpoint& server, const sql::GtidPosition& position);

}  // namespace slipway::backup
