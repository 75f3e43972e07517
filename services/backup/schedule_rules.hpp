// When what is due (A35, D5, D6, F1). Pure: facts, policy and the time give a list of work and when to ask again.
//
// A slot is a night: the full of day D is due from D's `full_at`, local time, until the next day's. Only the slot that
// is running is looked at, so what was missed is made up for once, not once per night. The repository whose turn a
// slot is, is its day's number since 1970 modulo the number of repositories. Not the day of the month: 31 and 1 are
// both odd, one repository would get two fulls in a row and the other none for three days.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "services/backup/catalog_rules.hpp"

namespace slipway::backup {

enum class WorkKind { full, incremental, proof, log_proof, monthly, fill_log, prune };
[[nodiscard]] std::string_view to_text(WorkKind kind);

struct SchedulePolicy {
  bool enabled = false;                   ///< A24: off until production (A25)
  std::vector<std::string> repositories;  ///< D5: the first has the even days
  std::chrono::minutes full_at{180};      ///< after local midnight
  std::chrono::minutes incremental_every{60};
  std::chrono::minutes retry_after{15};  ///< a failed attempt
  int attempts = 2;                      ///< of a full in one repository and slot, before another one takes it
  std::chrono::minutes log_proof_every{60};
  std::chrono::minutes prune_every{360};
  std::chrono::minutes log_late{10};           ///< how late the log may be without an alert
  std::chrono::minutes loss_alert{90};         ///< how much may be lost without an alert
  std::chrono::minutes loss_limit{120};        ///< D6, A39
  std::chrono::minutes proof_late{26 * 60};    ///< how old the last proven full may be without an alert
  std::chrono::minutes monthly_late{24 * 60};  ///< how old a month's first proven full may be without its copy
  std::string monthly_repository;              ///< A35: the customer's server; empty: none
};

/// A repository as the agent sees it just now.
struct RepositoryState {
  std::string name;
  bool available = true;
  std::vector<SegmentRun> log;  ///< runs_of()
  Timestamp log_safe_until;     ///< as in RepositoryLog
  std::string fault = {};       ///< why it is not available
};

/// What a proven full left behind, onto which the log since can be replayed and compared. (F1)
struct ProvenCopy {
  std::string backup;
  Timestamp proven_at;  ///< and everything up to then
};

/// The last proof of a window of the log that found something.
struct LogProof {
  ProofState proof = ProofState::pending;
  Timestamp at;
  std::string repository;  ///< of the backup that it began from
  std::string backup;
};

/// Work under way: not due again.
struct RunningWork {
  WorkKind kind = WorkKind::full;
  std::string repository;
  std::string backup;  ///< of a proof
};

/// An attempt that ended without a result (network cut, disk full). Not a failed proof: that one is a result.
struct FailedAttempt {
  WorkKind kind = WorkKind::full;
  std::string repository;
  std::string backup;  ///< of a proof
  Timestamp at;        ///< of the last one
  int failures = 1;    ///< in a row
};

struct ScheduleFacts {
  std::vector<BackupFact> backups;  ///< also of the monthly repository
  std::vector<RepositoryState> repositories;
  std::vector<RunningWork> running;
  std::vector<FailedAttempt> failed;
  std::optional<Timestamp> last_prune;
  std::optional<ProvenCopy> copy = {};  ///< where the log that is written now goes on from it
  std::optional<LogProof> log_proof = {};
  std::string lineage;  ///< of the server that serves now
};

struct Work {
  WorkKind kind = WorkKind::full;
  std::string repository;  ///< of prune and log_proof: empty, all
  std::string backup;      ///< incremental: the parent; proof: what to prove; monthly: the proven full to copy
  std::vector<std::string> reasons;  ///< never empty
};

/// Something an operator must know.
struct Alert {
  std::string name;  ///< stable: rpo_at_risk, repository_unavailable, log_late, log_hole, proof_failed, proof_late,
                     ///< monthly_late, agent_elsewhere
  std::string repository;
  std::string reason;
  std::string account = {};  ///< whose own backup it is about; empty: the platform's
};

struct Agenda {
  std::vector<Work> due;  ///< in the order to begin it: incrementals first, as they bound what can be lost
  std::vector<Alert> alerts;
  /// Ask again then at the latest, and whenever work ends or a repository comes or goes. Wait for `wake_at - now` on a
  /// clock that nobody sets: a wall clock that is set back would make the agent sleep for as long.
  Timestamp wake_at;
  std::string off_because;  ///< not empty: nothing is scheduled
};

/// Sandbox backups are never due: they are made on request (A36).
[[nodiscard]] Agenda next_work(const ScheduleFacts& facts, const SchedulePolicy& policy, Timestamp now,
                               const ToLocal& to_local);

/// The night to which a moment belongs; see above.
[[nodiscard]] std::chrono::local_days slot_of(Timestamp time, const SchedulePolicy& policy, const ToLocal& to_local);

/// Whose turn the slot is (D5). Requires a repository.
[[nodiscard]] const std::string& turn_of(std::chrono::local_days slot, const SchedulePolicy& policy);

/// The newest backups of one repository; indices of the facts.
struct NewestBackups {
  std::optional<std::size_t> full;    ///< that did not fail its proof
  std::optional<std::size_t> tip;     ///< of its chain: what the next incremental stands on
  std::optional<std::size_t> proven;  ///< full
};
[[nodiscard]] NewestBackups newest_in(const std::string& repository, const std::vector<BackupFact>& backups,
                                      const std::vector<ChainLink>& links);

/// What is wrong at `now`, whether or not anything is due.
[[nodiscard]] std::vector<Alert> find_alerts(const ScheduleFacts& facts, const std::vector<ChainLink>& links,
                                             const SchedulePolicy& policy, Timestamp now, const ToLocal& to_local);

/// The month of a place's calendar in which a moment lies.
[[nodiscard]] std::chrono::year_month month_of(Timestamp time, const ToLocal& to_local);

/// The newest moment that can be restored from this repository alone; none: nothing can.
[[nodiscard]] std::optional<Timestamp> restorable_until(const RepositoryState& repository, const ScheduleFacts& facts,
                                                        const std::vector<ChainLink>& links);

}  // namespace slipway::backup
