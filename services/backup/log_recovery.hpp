// Where an archiver goes on: after a stop, a kill, a loss of this machine or of a repository. Inside this folder only.
#pragma once

#include <variant>

#include "services/backup/log_delivery.hpp"
#include "services/backup/log_line.hpp"

namespace slipway::backup {

/// The place from which reading goes on.
struct Resumption {
  LineStart start;
  std::uint64_t next_number = 1;
  sql::GtidPosition position;
  std::uint32_t last_time_s = 0;
  std::set<std::uint64_t> spooled = {};  ///< finished segments that may be in no repository
};

/// The line that this machine's archiver writes, noted in the spool; nothing: none yet. A line may be in no repository
/// for a while. Error: corrupt.
[[nodiscard]] Result<std::optional<LineStart>> read_spool_line(const std::filesystem::path& spool);
/// It is noted beside those before it, of which segments may still lie in the spool.
/// lineage_of() the server whose log the spool holds; empty: not known yet.
[[nodiscard]] std::string spool_lineage(const std::filesystem::path& spool);
[[nodiscard]] Status write_spool_lineage(const std::filesystem::path& spool, const std::string& lineage);

[[nodiscard]] Status write_spool_line(const std::filesystem::path& spool, const LineStart& start);
/// All lines that are noted in the spool.
[[nodiscard]] std::vector<LineStart> spooled_lines(const std::filesystem::path& spool);
/// Takes the note of a former line away when every repository has what there was of it.
void forget_line(const std::filesystem::path& spool, const LineStart& start, const Delivery& delivery);

/// Removes the unfinished segment `number`, wherever no group is whole in it: nobody goes on with it.
void remove_leftover(const std::vector<const Repository*>& repositories, const std::filesystem::path& spool,
                     const std::string& line, std::uint64_t number);

/// Why there is no line to go on with, and the greatest number that was seen of any, or may be in what is away.
struct NoLine {
  std::string reason;
  std::uint64_t highest = 0;
};

/// Puts what is whole of an unfinished segment into the spool as a finished one, and says where to go on. A spool that
/// knows nothing (another machine) takes over the newest line when all repositories can be asked, since a number must
/// never be given twice; otherwise a line is begun by the caller. Errors: unavailable (no repository can be asked at
/// present), corrupt, those of the spool.
[[nodiscard]] Result<std::variant<Resumption, NoLine>> recover_line(const std::vector<const Repository*>& repositories,
                                                                    const std::filesystem::path& spool, Timestamp now);

/// A new line from this position on; its segments are numbered from `first_number`.
[[nodiscard]] Resumption begin_line(const sql::GtidPosition& after, const std::string& follows,
                                    const std::string& reason, Timestamp now, std::uint64_t first_number);

}  // namespace slipway::backup
