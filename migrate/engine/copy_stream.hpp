// The copy's hot path: one lane of one table from an unbuffered read into array-bound inserts, cut into transactions as
// it goes. The one file of migrate/ that speaks to Connector/C itself, because rows as strings in maps of cells cost
// twice the time.
#pragma once

#include <atomic>

#include "migrate/engine/binary_log.hpp"
#include "migrate/engine/catalog.hpp"
#include "migrate/engine/key_rules.hpp"
#include "migrate/engine/load_warnings.hpp"
#include "migrate/engine/throttle.hpp"

namespace slipway::migrate {

/// Prepares a session for reading a source: bytes as they are, UTC, no limits on how long a table takes.
[[nodiscard]] Status become_reader(sql::Connection& source);

enum class Checks { off, on };

/// Prepares a session for loading: bytes as they are, UTC, zero ids and zero dates allowed, no foreign-key checks.
/// CHECK constraints stay on only for tables of our own.
[[nodiscard]] Status become_loader(sql::Connection& target, Checks constraints, BinaryLog log);

/// Rows that were written in one transaction of the target.
struct Chunk {
  Range range;
  std::uint64_t rows = 0;
  std::uint64_t bytes = 0;
  std::uint64_t sum = 0;  ///< of the rows' checksums as the source computed them while it sent the rows
};

/// When a transaction ends. A table that cannot be cut ignores them: it is one transaction.
struct ChunkLimits {
  std::chrono::milliseconds duration{1500};
  std::uint64_t bytes = 256U << 20U;
};

/// What the caller does with each chunk.
struct ChunkHooks {
  /// Inside the target's open transaction; `last`: the lane ends with this chunk.
  std::function<Status(const Chunk& chunk, bool last)> before_commit;
  std::function<void()> committed = [] {};
};

/// What all copiers of a run share.
struct CopyControl {
  std::atomic<bool> stop{false};  ///< set by anyone to end at the next batch
  std::atomic<std::uint64_t> rows{0};
  std::atomic<std::uint64_t> bytes{0};
  Throttle throttle;
  Remarks remarks;
};

/// Copies lanes from one reading session to one loading session. Rows travel in batches bounded in bytes. Not
/// thread-safe: one per thread.
class LaneCopier {
 public:
  /// `packet_bytes`: the target's max_allowed_packet.
  LaneCopier(sql::Connection& source, sql::Connection& target, std::uint64_t packet_bytes, CopyControl& control);

  /// Copies the rows of `lane` in the order of `key`; `clear` empties each chunk's place first, in its transaction (a
  /// repair: then the lane is one chunk). Errors: unavailable (naming which side went away), no_space, too_large (a row
  /// that no packet of the target can hold), corrupt (the target accepted a value only by changing it), cancelled,
  /// those of `hooks`. The open transaction is rolled back.
  [[nodiscard]] Status copy(const Table& table, const std::vector<KeyColumn>& key, const Range& lane,
                            const ChunkLimits& limits, bool clear, const ChunkHooks& hooks);

 private:
  sql::Connection& source_;
  sql::Connection& target_;
  std::uint64_t packet_bytes_;
  CopyControl& control_;
};

}  // namespace slipway::migrate
