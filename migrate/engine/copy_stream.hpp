// The copy's hot path: one chunk of one table from an unbuffered read into array-bound inserts. The one file of
// migrate/ that speaks to Connector/C itself, because rows as strings in maps of cells cost twice the time.
#pragma once

#include <atomic>

#include "migrate/engine/catalog.hpp"
#include "migrate/engine/chunk_rules.hpp"

namespace slipway::migrate {

struct Copied {
  std::uint64_t rows = 0;
  std::uint64_t bytes = 0;
};

/// Prepares a session for reading a source: bytes as they are, UTC, no limits on how long a table takes.
[[nodiscard]] Status become_reader(sql::Connection& source);

enum class Checks { off, on };

/// Prepares a session for loading: bytes as they are, UTC, zero ids and zero dates allowed, no unique and foreign-key
/// checks. CHECK constraints stay on only for tables of our own.
[[nodiscard]] Status become_loader(sql::Connection& target, Checks constraints);

/// Copies chunks from one reading session to one loading session. Rows travel in batches bounded in bytes; a chunk is
/// one transaction of the target. Not thread-safe: one per thread.
class ChunkCopier {
 public:
  /// `packet_bytes`: the target's max_allowed_packet. `stop`: set by anyone to end at the next batch.
  ChunkCopier(sql::Connection& source, sql::Connection& target, std::uint64_t packet_bytes,
              const std::atomic<bool>& stop);

  /// Errors: unavailable (naming which side went away), no_space, too_large (a row that no packet of the target can
  /// hold), corrupt (the target accepted a value only by changing it), cancelled. The open transaction is rolled back.
  [[nodiscard]] Result<Copied> copy(const Table& table, const Chunk& chunk, std::atomic<std::uint64_t>& rows_done,
                                    std::atomic<std::uint64_t>& bytes_done);

 private:
  sql::Connection& source_;
  sql::Connection& target_;
  std::uint64_t packet_bytes_;
  const std::atomic<bool>& stop_;
};

/// "SELECT … FROM `table` [WHERE range]" as the copier and the checksums read it.
[[nodiscard]] Result<std::string> range_clause(const Table& table, const Chunk& chunk);

}  // namespace slipway::migrate
