// What repositories hold, as plain facts, and how backups hang together in chains and segments in runs. Pure.
//
// Two orders stand side by side. Times are for people and for "how old"; they may run backwards when a clock is set.
// Numbers of log segments only grow, so what was taken after what is decided by them.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "appliance/base/time.hpp"

namespace slipway::backup {

/// full and incremental are the platform's (A35), sandbox an account's on request (A36), monthly the customer's copy.
enum class BackupKind { full, incremental, sandbox, monthly };
/// F1. `failed`: restored and compared, and wrong. A proof that could not be tried leaves `pending`.
enum class ProofState { pending, proven, failed };

[[nodiscard]] std::string_view to_text(BackupKind kind);

struct BackupFact {
  std::string id;          ///< once in a repository; the same backup may lie in several
  std::string repository;  ///< "even", "odd"
  BackupKind kind = BackupKind::full;
  std::string parent;    ///< of an incremental: an id in the same repository
  Timestamp taken_at;    ///< the moment whose state it holds: the end of a mariadb-backup, not its beginning
  std::string account;   ///< of a sandbox backup
  std::string replaces;  ///< of a sandbox backup: one of the same account that goes once this one is proven
  std::string lineage;   ///< the server whose pages it holds: an incremental stands on no other server's backup
  std::string position;  ///< GTID position that it holds; only shown, never read
  /// The log segment in which replay goes on from it: the one that was open at taken_at, or an earlier one. 0: none.
  std::uint64_t log_from = 0;
  ProofState proof = ProofState::pending;
  std::uint64_t bytes = 0;
  bool pinned = false;  ///< a person said: keep
};

/// One sealed piece of the binary-log archive.
struct SegmentFact {
  /// From 1; grows by one each, also from one server to the next. When the log could not be read on without a hole, one
  /// number is left out: a backup that was to go on with it does not seem to be followed then.
  std::uint64_t number = 0;
  Timestamp first_at;  ///< of its first and last transaction, by the server's clock
  Timestamp last_at;
  std::string gtid_before;  ///< positions as text; two segments follow each other when these are the same text
  std::string gtid_after;
};

/// What one repository holds of the log. `segments` grow by number; numbers may be missing.
struct RepositoryLog {
  std::string repository;
  bool available = true;  ///< answered just now
  std::vector<SegmentFact> segments;
  /// All that the server had logged until then lies here; later than the last segment while nobody writes.
  Timestamp safe_until;
};

/// Consecutive segments of one repository, each beginning where the one before ends.
struct SegmentRun {
  std::string repository;
  std::uint64_t first = 0;  ///< numbers, both inclusive
  std::uint64_t last = 0;
  std::string gtid_before;
  std::string gtid_after;
};

using LocalTime = std::chrono::local_time<std::chrono::microseconds>;
/// The wall clock of the place whose nights are used. Must be pure; it may jump (summer time).
using ToLocal = std::function<LocalTime(Timestamp)>;

/// Whether restoring a backup has all that it needs: itself and the backups that it stands on.
enum class ChainState { usable, failed, incomplete };

/// Where a backup stands in its chain. Indices are those of the facts that link_chains() was given.
struct ChainLink {
  std::optional<std::size_t> parent;
  std::size_t root = 0;  ///< of an incomplete one: the last that is there
  std::size_t depth = 0;
  ChainState state = ChainState::usable;
};

/// One link per backup. Failed: it or one below failed its proof. Incomplete: a parent is missing, in a circle, or the
/// chain does not end in a full.
[[nodiscard]] std::vector<ChainLink> link_chains(std::span<const BackupFact> backups);

/// The order in which backups were taken, whatever clocks said: by log, then time, then id.
[[nodiscard]] bool taken_before(const BackupFact& left, const BackupFact& right);

/// The runs that the segments form, by number.
[[nodiscard]] std::vector<SegmentRun> runs_of(const RepositoryLog& log);

/// The last number that replay from `from` reaches over runs of any repositories; `from` - 1 when it cannot begin.
[[nodiscard]] std::uint64_t reach_of(std::uint64_t from, std::span<const SegmentRun> runs);

/// The greatest number in the runs; 0 when there are none.
[[nodiscard]] std::uint64_t end_of(std::span<const SegmentRun> runs);

/// "1 h 40 min", "45 s", "3 d 2 h".
[[nodiscard]] std::string duration_text(std::chrono::microseconds duration);

/// "segment 7", "segments 7-9".
[[nodiscard]] std::string segments_text(std::uint64_t first, std::uint64_t last);

/// "2026-11-21".
[[nodiscard]] std::string day_text(std::chrono::local_days day);

}  // namespace slipway::backup
