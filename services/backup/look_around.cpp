#include "services/backup/look_around.hpp"

#include <algorithm>

namespace slipway::backup {
namespace {

/// Until when all that was logged lies in this repository.
Timestamp safe_until(const RepositoryLog& log, const LogStatus& status) {
  const auto at = std::ranges::find(status.repositories, log.repository, &LogStatus::At::repository);
  const bool has_all = at != status.repositories.end() && at->waiting == 0 && at->fault.empty();
  return has_all ? status.safe_at.value_or(log.safe_until) : log.safe_until;
}

}  // namespace

Surroundings look_around(const Repositories& repositories, const LogStatus& status, SegmentMemory& memory) {
  Surroundings seen;
  const auto all = repositories.all();
  auto known = log_facts(all, memory);  // one per repository, in this order
  for (std::size_t i = 0; i < all.size(); ++i) {
    RepositoryLog& log = known.logs[i];
    RepositoryState state{.name = log.repository, .available = log.available, .log = {}, .log_safe_until = {}};
    auto backups = backup_facts(*all[i], memory);
    log.available = state.available = log.available && backups.has_value();
    if (backups) {
      seen.faults.insert(seen.faults.end(), backups->faults.begin(), backups->faults.end());
    } else {
      state.fault = backups.error().message;
      seen.faults.push_back(backups.error());
    }
    if (state.available) {
      log.safe_until = safe_until(log, status);
      state.log = runs_of(log);
      state.log_safe_until = log.safe_until;
      seen.timeline.backups.insert(seen.timeline.backups.end(), backups->backups.begin(), backups->backups.end());
    }
    seen.states.push_back(std::move(state));
  }
  seen.faults.insert(seen.faults.end(), known.faults.begin(), known.faults.end());
  for (const auto& away : repositories.faults()) {
    seen.faults.push_back(away.error);
    known.logs.push_back({.repository = away.name, .available = false, .segments = {}, .safe_until = {}});
    seen.states.push_back(
        {.name = away.name, .available = false, .log = {}, .log_safe_until = {}, .fault = away.error.message});
  }
  seen.timeline.logs = std::move(known.logs);
  return seen;
}

}  // namespace slipway::backup
