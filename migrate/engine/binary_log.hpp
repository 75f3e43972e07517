// What of a migration reaches the target's binary log, and by it its replicas and its backups.
#pragma once

#include "appliance/sql/connection.hpp"

namespace slipway::migrate {

/// Skipping needs BINLOG ADMIN, and is for databases that are used up on this server.
enum class BinaryLog { written, skipped };

/// The end of a SET SESSION.
[[nodiscard]] std::string_view setting(BinaryLog log);

[[nodiscard]] Result<bool> writes_binary_log(sql::Connection& target);

/// From now on the session logs rows, not statements: a replica has no staging database to read them from. Needs BINLOG
/// ADMIN where the server does not log rows anyway. Error: permission, with the way out.
[[nodiscard]] Status log_rows(sql::Connection& target);

/// The same for a loader, which holds no locks on gaps and so may not log statements at all; MIXED then logs rows by
/// itself.
[[nodiscard]] Status log_inserted_rows(sql::Connection& target);

}  // namespace slipway::migrate
