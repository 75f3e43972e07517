// Removes what retention lets go: backups, and segments of the log that none of them needs. (A35, A36, F1)
#pragma once

#include "services/backup/repository.hpp"
#include "services/backup/retention_rules.hpp"

namespace slipway::backup {

/// What would go, and why all else stays. Errors: those of a repository that cannot be read: nothing is decided then.
[[nodiscard]] Result<RetentionPlan> plan_prune(const std::vector<const Repository*>& repositories,
                                               const RetentionPolicy& policy, Timestamp now);

/// Carries the plan out: a backup's manifest goes first, so that a killed call leaves no backup that is there in part;
/// its pieces are then removed as those of one that was never published.
[[nodiscard]] Status carry_out_prune(const std::vector<const Repository*>& repositories, const RetentionPlan& plan);

}  // namespace slipway::backup
