// Dumps as sources: loaded into a private scratch server, which is then a source like any other.
#pragma once

#include "migrate/dumps/scratch.hpp"
#include "migrate/engine/progress.hpp"

namespace slipway::migrate {

struct DumpOptions {
  std::filesystem::path scratch_directory;  ///< where the scratch server lives; empty: a temporary directory
  std::string database;                     ///< of a dump of several, the one that is wanted
  std::string charset;                      ///< what the text is encoded in, whatever it says itself
  std::uint64_t most_bytes = 0;             ///< of unpacked text; 0: by the disk's free room and a sensible ratio
};

/// Loads a dump made by mysqldump or mariadb-dump (plain, gzip, zstd, xz, zip with one file) or a directory made by
/// mydumper, over two sessions. It is read twice: first through to its end, which changes nothing and finds what is
/// damaged, cut off, too large or not to be trusted; then into the server. Statements are run one by one as a database
/// user with rights on one scratch database only; what concerns a whole server is left out (the server's `notes` list
/// it) and what no dump program writes is refused. A load that is killed starts anew; the next one clears its scratch
/// directory. Errors name the file, and the line where there is one: those of plan_dump, survey_part, load_part,
/// ScratchServer::start; invalid_argument when the dump holds several databases and none was chosen; not_found when it
/// lacks the one that was. Nothing is left behind after an error.
[[nodiscard]] Result<ScratchServer> load_dump(const std::filesystem::path& source, const DumpOptions& options,
                                              Progress& progress);

}  // namespace slipway::migrate
