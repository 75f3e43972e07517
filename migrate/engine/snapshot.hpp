// One state of a source, seen by several readers at the same time.
#pragma once

#include "appliance/sql/connection.hpp"

namespace slipway::migrate {

struct Snapshot {
  std::vector<sql::Connection> readers;  ///< each inside a read-only transaction on the same state
  std::string note;                      ///< how it was made, and what could not be held
};

/// Opens `readers` sessions on one consistent state of the source: a global read lock of some milliseconds, asked for
/// with a short wait so that a busy source is never blocked behind it. Without the privilege, or when the lock cannot
/// be had, one reader alone (its own transaction is consistent) and a note saying so. Errors: those of the connection.
[[nodiscard]] Result<Snapshot> open_snapshot(const sql::Endpoint& source, std::size_t readers);

}  // namespace slipway::migrate
