// What moves whenever a server's data change. Inside this folder only.
#pragma once

#include <filesystem>
#include <string>

#include "appliance/sql/connection.hpp"

namespace slipway::backup {

/// In readable text, facts of which at least one is another as soon as anything changes that a backup holds: its GTID
/// positions (what is logged), InnoDB's log sequence number (what is written with sql_log_bin=0 too), the counts of
/// rows written (other engines: users, for example), the files of definitions and of other engines (views, triggers,
/// DDL of those engines), and when the server was started, since the counts begin anew then. Some of them also move
/// when nothing has changed (a checkpoint, a restart), so that the same text twice is a proof, another one is none.
/// `data`: the server's data directory. Errors: those of the connection, permission (the directory).
[[nodiscard]] Result<std::string> read_server_state(const sql::Endpoint& server, const std::filesystem::path& data);

}  // namespace slipway::backup
