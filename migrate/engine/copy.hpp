// A whole database from one server to another: streaming, in chunks, verified as it goes.
#pragma once

#include <set>

#include "migrate/engine/catalog.hpp"
#include "migrate/engine/copy_stream.hpp"
#include "migrate/engine/objects.hpp"
#include "migrate/engine/progress.hpp"

namespace slipway::migrate {

struct CopyOptions {
  std::size_t streams = 3;  ///< one more than two cores keep busy: while one waits for its server another works
  std::uint64_t chunk_bytes = 128U << 20U;
  bool create_tables = true;  ///< false: they exist (our own schema), are emptied, and keep their definition
  bool foreign_keys = true;   ///< of created tables
  Checks constraints = Checks::off;
  bool verify = true;
  std::set<std::string> skip;  ///< tables and views that stay behind
  Keep keep = Keep::everything;
  EventState events = EventState::disabled;
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
  double rows_seconds = 0;  ///< with verification
  double keys_seconds = 0;
  std::string snapshot;  ///< how consistency was held
  std::vector<std::string> notes;
  std::uint64_t objects = 0;            ///< views, routines, triggers, events and sequences that were copied
  std::vector<ObjectProblem> problems;  ///< those that were not; the rows are all there
};

/// Copies every table, and unless only rows are wanted every other object, of `source.database` into `target.database`,
/// which must exist and hold nothing else of value. The source is only read. Each chunk is summed by both servers after
/// it was written. Errors: those of ChunkCopier, compare_chunk and read_catalog; not_found when a table of ours is
/// missing on the target.
[[nodiscard]] Result<CopyReport> copy_database(const sql::Endpoint& source, const sql::Endpoint& target,
                                               const CopyOptions& options, Progress& progress);

}  // namespace slipway::migrate
