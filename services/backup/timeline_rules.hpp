// What can be restored (A37): which spans of time, and by which backup and which segments of the log a moment is
// reached. Pure.
//
// Base and log come from any repository that answers: each segment may come from another one, as long as each begins
// at the GTID position where the one before ends.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "appliance/base/result.hpp"
#include "services/backup/catalog_rules.hpp"

namespace slipway::backup {

/// Facts of one repository alone answer what it can do alone. `logs` names every repository, also those that do not
/// answer, with what is known of them: refusals name them.
struct TimelineFacts {
  std::vector<BackupFact> backups;
  std::vector<RepositoryLog> logs;
};

/// A backup by its place.
struct BackupPlace {
  std::string repository;
  std::string id;
  bool operator==(const BackupPlace&) const = default;
};

/// Every moment from `from` to `until`, both included, can be restored to the transaction.
struct RestorableSpan {
  Timestamp from;
  Timestamp until;
  std::optional<Timestamp> proven_from;  ///< on a proven chain from then on (F1)
  std::string position_from;             ///< GTID positions
  std::string position_until;
  std::vector<BackupPlace> bases;  ///< to begin from, oldest first
};

/// By time. Backups that nothing follows are spans of one moment. Sandbox and monthly backups are not among the bases.
[[nodiscard]] std::vector<RestorableSpan> restorable_spans(const TimelineFacts& facts);

/// All transactions whose time is not later. A time that occurs twice, as a clock was set back, is the later one.
struct UntilTime {
  Timestamp at;
};
/// A transaction (GTID) that the caller found in a segment, with its time.
struct UntilTransaction {
  std::uint64_t segment = 0;
  Timestamp at;
};
/// What the backup holds, of any kind. `repository` may be empty: wherever it lies best.
struct UntilBackup {
  std::string id;
  std::string repository;
};
/// All that is safe.
struct UntilEnd {};
using RestoreTarget = std::variant<UntilTime, UntilTransaction, UntilBackup, UntilEnd>;

/// Whole segments of one repository, one after the other.
struct ReplayStep {
  std::string repository;
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  bool operator==(const ReplayStep&) const = default;
};

struct RestorePlan {
  std::string repository;          ///< of the chain
  std::vector<std::string> chain;  ///< ids in the order of restoring: the full first
  bool proven = false;
  std::vector<ReplayStep> log;       ///< in order; in the first one what the chain holds already is left out
  std::vector<std::string> reasons;  ///< why these, what is to be known; never empty
};

/// The newest proven chain from which the log goes on to the target without a hole; where there is none, the newest
/// that is not proven yet, and the reasons say so. Errors: not_found (nothing reaches the target), unavailable (what
/// would lies in a repository that does not answer), corrupt (its proof failed); each "reason" in the context names a
/// backup and what it lacks, or which repository lacks which segments.
[[nodiscard]] Result<RestorePlan> plan_restore(const TimelineFacts& facts, const RestoreTarget& target);

}  // namespace slipway::backup
