// What is kept and what goes (A35, A36, F1), with reasons that a person reads. Pure.
//
// What is not sure is kept: a backup dated in the future (a clock was set back) neither goes nor counts, a repository
// that does not answer neither loses anything nor counts, an unproven backup never counts.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "services/backup/catalog_rules.hpp"

namespace slipway::backup {

struct RetentionPolicy {
  int daily_fulls = 5;                  ///< A35: days with a proven full, whose fulls are kept; at least 1
  int sandbox_backups = 5;              ///< A36, per account: one more is taken only in the place of one of them
  int monthly_copies = 0;               ///< in a customer's repository; 0: theirs to remove
  std::chrono::days broken_for{7};      ///< failed proofs and backups without their parent, for analysis
  std::chrono::minutes log_margin{60};  ///< of log before what the oldest kept backup needs
};

struct RetentionFacts {
  std::vector<BackupFact> backups;
  std::vector<RepositoryLog> logs;  ///< names every repository
};

/// About the backup at the same place of the facts.
struct BackupDecision {
  std::string repository;
  std::string id;
  bool keep = true;
  std::vector<std::string> reasons;  ///< never empty
  std::size_t depth = 0;             ///< how many backups it stands on
  std::uint64_t bytes = 0;           ///< as the fact says
  BackupKind kind = BackupKind::full;
};

struct LogDecision {
  std::string repository;
  std::uint64_t keep_from = 0;       ///< segments with smaller numbers go
  std::size_t removable = 0;         ///< how many those are
  std::vector<std::string> reasons;  ///< never empty
};

struct RetentionPlan {
  std::vector<BackupDecision> backups;  ///< one per backup, in the order of the facts
  std::vector<LogDecision> logs;        ///< one per repository, in the order of the facts
};

/// Whatever the facts are: a kept incremental keeps what it stands on; the last proven chain of each repository stays,
/// however old; the log goes on without a hole that was not there before from every kept backup to now, but for those
/// that are kept for analysis or pinned alone.
[[nodiscard]] RetentionPlan decide_retention(const RetentionFacts& facts, const RetentionPolicy& policy, Timestamp now,
                                             const ToLocal& to_local);

}  // namespace slipway::backup
