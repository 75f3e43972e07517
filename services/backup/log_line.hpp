// One line of the binary-log archive as its repositories and the spool hold it.
//
// The spool is a private folder on this machine: the segment that is being written, and those that are not in any
// repository yet. What is in it is lost with the machine; what counts as safe is in a repository.
#pragma once

#include <filesystem>
#include <set>

#include "services/backup/log_segment.hpp"
#include "services/backup/repository.hpp"

namespace slipway::backup {

/// What a line begins with: log/LINE/line.json.
struct LineStart {
  std::string line;
  sql::GtidPosition after;  ///< its first segment goes on from here
  /// Numbers grow from line to line, with one left out between them: what was to go on with it is not followed.
  std::uint64_t first_number = 1;
  std::string follows;  ///< the line before it; empty: none
  std::string reason;   ///< why it was begun
  Timestamp made_at;
};

[[nodiscard]] std::string line_document(const std::string& line);
[[nodiscard]] Result<LineStart> read_line_start(const Repository& repository, const std::string& line);

/// The newest line of a repository; empty when there is none.
[[nodiscard]] Result<std::string> newest_line(const Repository& repository);

/// The numbers of a line's finished segments.
[[nodiscard]] Result<std::set<std::uint64_t>> segments_of(const Repository& repository, const std::string& line);

/// Where a segment ends: its label, and the position after its last whole group.
struct SegmentEnd {
  SegmentLabel label;
  sql::GtidPosition after;
  std::uint64_t groups = 0;
  std::uint32_t last_time_s = 0;  ///< 0 when it has no group
};

/// Reads a segment to its end. `tolerant`: as read_segment().
[[nodiscard]] Result<SegmentEnd> end_of_segment(archive::Opener& opener, bool tolerant);

/// A file of the spool as a source for an Opener. Errors: not_found, permission.
[[nodiscard]] Result<archive::Source> spool_source(const std::filesystem::path& file);

/// Writes what is whole in an unfinished segment as a finished one into the spool under `number`; false, writing
/// nothing, when no group is whole in it.
[[nodiscard]] Result<bool> salvage(archive::Opener& unfinished, const archive::Key& key,
                                   const std::filesystem::path& file, const std::string& name);

}  // namespace slipway::backup
