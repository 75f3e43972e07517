// SQL of what only this site has: where it stands in the log, and its undoing. Nothing of this is logged. Inside this
// folder only.
#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "appliance/sql/connection.hpp"
#include "appliance/sql/gtid.hpp"

namespace slipway::site {

/// Up to where the server's own log goes.
[[nodiscard]] Result<std::string> logged_position(sql::Connection& server);
/// The names of the log's files, from the one on that holds what comes behind `position`. Error: not_found when that is
/// purged.
[[nodiscard]] Result<std::vector<std::string>> log_files_since(sql::Connection& server,
                                                               const sql::GtidPosition& position);
/// "database.table" of those on which others depend by ON DELETE CASCADE or SET NULL, or ON UPDATE SET NULL: what that
/// does is not logged.
[[nodiscard]] Result<std::set<std::string>> tables_whose_deletions_spread(sql::Connection& server);

/// Carries out what `mariadb-binlog --flashback` wrote of so many transactions. A repeated call goes on behind what is
/// committed. Error: corrupt when there are not as many.
[[nodiscard]] Status undo(sql::Connection& server, std::uint64_t epoch, std::uint64_t transactions,
                          const std::filesystem::path& statements);
[[nodiscard]] Status forget_undo(sql::Connection& server);

/// The server's log is empty, and what it replicates comes behind `position`.
[[nodiscard]] Status begin_log_anew(sql::Connection& server, const sql::GtidPosition& position);

}  // namespace slipway::site
