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

[[nodiscard]] nlohmann::ordered_json to_json(const LineStart& start);
/// Error: corrupt.
[[nodiscard]] Result<LineStart> read_line_start(const nlohmann::ordered_json& json);
[[nodiscard]] std::string line_document(const std::string& line);
[[nodiscard]] Result<LineStart> read_line_start(const Repository& repository, const std::string& line);

/// The repository knows of the line when this returns: else what lies in it of the line cannot be found.
[[nodiscard]] Status write_line_start(const Repository& repository, const LineStart& start);

/// The lines of a repository, in the order in which they were begun; those whose beginning cannot be read are left out.
[[nodiscard]] Result<std::vector<LineStart>> line_starts(const Repository& repository);

/// The line of a repository that was begun last; empty when there is none.
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

/// The unfinished segment `number` of a repository, to be read tolerantly; nothing when there is none, or one of which
/// not even the head is written. Errors: as Repository::open_sealed().
[[nodiscard]] Result<std::optional<archive::Opener>> open_unfinished(const Repository& repository,
                                                                     const std::string& line, std::uint64_t number,
                                                                     const Repository::Seen& seen = {});

/// A file of the spool as a source for an Opener. Errors: not_found, permission.
[[nodiscard]] Result<archive::Source> spool_source(const std::filesystem::path& file);

/// Writes what is whole in an unfinished segment as a finished one into the spool under `number`; false, writing
/// nothing, when no group is whole in it.
[[nodiscard]] Result<bool> salvage(archive::Opener& unfinished, const archive::Key& key,
                                   const std::filesystem::path& file, const std::string& name);

}  // namespace slipway::backup
