// Removes what retention lets go: backups, their proofs, and segments of the log that none of them needs. (A35, A36,
// F1)
#pragma once

#include <functional>

#include "services/backup/repository.hpp"
#include "services/backup/retention_rules.hpp"

namespace slipway::backup {

/// What would go, and why all else stays. A repository that does not answer loses nothing and does not count. Errors:
/// what cannot be read in one that answers may be what another backup stands on: nothing is decided then.
[[nodiscard]] Result<RetentionPlan> plan_prune(const std::vector<const Repository*>& repositories,
                                               const RetentionPolicy& policy, Timestamp now);

/// Asked before each backup and each line of the log goes; its error ends the work on that repository.
using PruneStep = std::function<Status()>;

/// Carries the plan out, and finishes what a killed call began. Of a chain the newest goes first; of a backup the
/// manifest, so that none is ever there in part, and last the note that it is going: whoever finds the note without a
/// manifest removes the rest. A repository that fails does not hold up the others; the first error is returned.
[[nodiscard]] Status carry_out_prune(const std::vector<const Repository*>& repositories, const RetentionPlan& plan,
                                     const PruneStep& step = {});

/// Removes one backup, whatever retention says. What is begun is finished by the next call of carry_out_prune().
[[nodiscard]] Status remove_backup(const Repository& repository, const std::string& id);

/// Backups whose removal was begun and not finished.
[[nodiscard]] Result<std::vector<std::string>> unfinished_removals(const Repository& repository);

/// How many bytes the segments have that a decision lets go.
[[nodiscard]] Result<std::uint64_t> bytes_of_log_before(const Repository& repository, std::uint64_t keep_from);

}  // namespace slipway::backup
