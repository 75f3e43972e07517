// Brings the part of a line that leads from one position to a target out of the repositories, as files that a server
// replays.
#pragma once

#include <filesystem>
#include <optional>

#include "services/backup/log_line.hpp"

namespace slipway::backup {

/// Where a restore ends. None of them: at the end of the archive.
struct LogTarget {
  std::optional<sql::Gtid> gtid;  ///< with this transaction as the last one
  /// Before the first transaction that is later. A clock that was set back does not hide what came before: a
  /// transaction counts as no earlier than those before it.
  std::optional<Timestamp> time;
  /// Exactly here: a position that the server was at.
  std::optional<sql::GtidPosition> position = {};
};

[[nodiscard]] std::string to_text(const LogTarget& target);

/// What was brought.
struct FetchedLog {
  std::vector<std::filesystem::path> files;  ///< binary-log files, in order; none when nothing comes after `from`
  sql::GtidPosition end;
  std::uint64_t groups = 0;
  std::uint64_t bytes = 0;
  std::uint32_t last_time_s = 0;  ///< of the last transaction; 0: none
  std::optional<sql::Gtid> next;  ///< the first one that was left out
  std::uint32_t next_time_s = 0;
  std::uint64_t first_segment = 0;  ///< that groups came from, both inclusive; 0: none
  std::uint64_t last_segment = 0;
};

/// Writes files "NAME.000001" … into `directory`. Every segment may come from any of the repositories; one that is
/// missing or damaged in all is `not_found` or `corrupt`, with what each of them said. Errors besides: conflict (the
/// target lies before `from`, or the line does not lead on from it or through it), not_found (the archive ends before
/// the target GTID or position), no_space.
[[nodiscard]] Result<FetchedLog> fetch_log(const std::vector<const Repository*>& repositories, const std::string& line,
                                           const sql::GtidPosition& from, const LogTarget& target,
                                           const std::filesystem::path& directory, const std::string& name);

}  // namespace slipway::backup
