// A whole database from one server to another: streaming, in chunks, verified as it goes.
#pragma once

#include <set>

#include "migrate/engine/catalog.hpp"
#include "migrate/engine/copy_stream.hpp"
#include "migrate/engine/objects.hpp"
#include "migrate/engine/physical_rules.hpp"
#include "migrate/engine/progress.hpp"

namespace slipway::migrate {

/// How far a copy may trouble the source.
struct LoadLimits {
  std::uint64_t bytes_per_second = 0;  ///< over all streams; 0: no limit
  std::uint64_t threads_running = 0;   ///< of others on the source: more of them pause the copy; 0: no limit
  std::uint64_t lag_seconds = 0;       ///< of the source as a replica; 0: no limit
};

struct CopyOptions {
  std::string source_title;  ///< what people call the source; empty: its address
  std::size_t streams = 3;   ///< one more than two cores keep busy: while one waits for its server another works
  std::uint64_t lane_bytes = 64U << 20U;  ///< what one stream takes of a table at a time
  ChunkLimits limits;                     ///< what is committed at a time
  bool create_tables = true;  ///< false: they exist (our own schema), are emptied, and keep their definition
  bool foreign_keys = true;   ///< of created tables
  Checks constraints = Checks::off;
  BinaryLog binary_log = BinaryLog::written;
  bool verify = true;
  std::set<std::string> skip;  ///< tables and views that stay behind
  Keep keep = Keep::everything;
  EventState events = EventState::disabled;
  bool resume = false;        ///< go on with what an earlier copy of the same source left
  bool keep_records = false;  ///< leave the records of a finished copy, until Checkpoint::forget()
  LoadLimits load;
  Method method = Method::automatic;  ///< by which rows travel
};

struct CopiedTable {
  std::string name;
  std::uint64_t rows = 0;
  std::uint64_t bytes = 0;
};

struct CopyReport {
  std::vector<CopiedTable> tables;
  std::uint64_t rows = 0;
  std::uint64_t bytes = 0;
  double rows_seconds = 0;        ///< with verification and keys
  double keys_seconds = 0;        ///< of it, added up over the streams
  std::uint64_t verified = 0;     ///< chunks that both servers summed alike
  std::uint64_t rows_before = 0;  ///< rows that an earlier, interrupted copy had brought over
  std::string method = "sql";     ///< or "physical"
  std::string method_reason;      ///< why it was that one
  double files_seconds = 0;       ///< of a physical copy: until the last table was imported
  std::string snapshot;           ///< how consistency was held
  std::string taken_at;           ///< when the state of the source was that was copied: ISO 8601, UTC; empty when a run
                                  ///< that was killed had copied all of it
  std::vector<std::string> notes;
  std::uint64_t objects = 0;            ///< views, routines, triggers, events and sequences that were copied
  std::vector<ObjectProblem> problems;  ///< those that were not; the rows are all there

  /// "as files: …" or "row by row: …", with the reason.
  [[nodiscard]] std::string method_text() const {
    return (method == "physical" ? "as files: " : "row by row: ") + method_reason;
  }
  /// Of this run, without those that were there before.
  [[nodiscard]] double rows_per_second() const noexcept {
    return rows_seconds > 0 ? static_cast<double>(rows - rows_before) / rows_seconds : 0;
  }
};

/// Copies every table, and unless only rows are wanted every other object, of `source.database` into `target.database`,
/// which must hold no tables, or an unfinished copy of the same source to resume. The source is only read. The source
/// sums the rows of each chunk while it sends them, the target after they are committed; a chunk whose sums differ is
/// copied once more. A resumed copy reads a later state of the source: chunks that have changed since are copied again.
/// Errors: those of LaneCopier, read_catalog and Checkpoint; conflict when the target holds tables; not_found when a
/// table of ours is missing on the target; corrupt naming table, range and first key when a chunk differs twice.
[[nodiscard]] Result<CopyReport> copy_database(const sql::Endpoint& source, const sql::Endpoint& target,
                                               const CopyOptions& options, Progress& progress);

}  // namespace slipway::migrate
