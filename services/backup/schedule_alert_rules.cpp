// The half of schedule_rules.hpp that says what is wrong.
#include <algorithm>
#include <map>

#include "services/backup/schedule_rules.hpp"

namespace slipway::backup {
namespace {

/// D6, A39: each repository alone must bound the loss, as any other may be gone.
void add_loss(std::vector<Alert>& alerts, const RepositoryState& repository, const ScheduleFacts& facts,
              const std::vector<ChainLink>& links, const NewestBackups& newest, const SchedulePolicy& policy,
              Timestamp now) {
  const auto until = restorable_until(repository, facts, links);
  if (!until) {
    alerts.push_back({"rpo_at_risk", repository.name, repository.name + " holds nothing that can be restored"});
    return;
  }
  if (now - *until <= policy.loss_alert) return;
  std::string reason = "a restore from " + repository.name + " alone would lose " + duration_text(now - *until) +
                       " (at most " + duration_text(policy.loss_limit) + ", D6): its log is safe until " +
                       to_iso8601(repository.log_safe_until);
  if (newest.tip) reason += ", its newest backup is of " + to_iso8601(facts.backups[*newest.tip].taken_at);
  alerts.push_back({"rpo_at_risk", repository.name, std::move(reason)});
}

void add_log(std::vector<Alert>& alerts, const RepositoryState& repository, const ScheduleFacts& facts,
             const NewestBackups& newest, const SchedulePolicy& policy, Timestamp now,
             const std::vector<SegmentRun>& log) {
  if (now - repository.log_safe_until > policy.log_late)
    alerts.push_back(
        {"log_late", repository.name,
         "the log in " + repository.name + " is " + duration_text(now - repository.log_safe_until) + " behind"});
  if (!newest.full) return;
  const BackupFact& full = facts.backups[*newest.full];
  const auto reach = reach_of(full.log_from, log);
  if (full.log_from != 0 && reach < end_of(log))
    alerts.push_back({"log_hole", repository.name,
                      "after segment " + std::to_string(reach) + " the log behind full " + full.id + " in " +
                          repository.name + " has a hole: moments in it cannot be restored"});
}

/// The newest of each repository that is proven, as is all that it stands on.
std::map<std::string, const BackupFact*> newest_proven(const ScheduleFacts& facts,
                                                       const std::vector<ChainLink>& links) {
  std::map<std::string, const BackupFact*> newest;
  for (std::size_t i = 0; i < facts.backups.size(); ++i) {
    const BackupFact& backup = facts.backups[i];
    const bool platform = backup.kind == BackupKind::full || backup.kind == BackupKind::incremental;
    if (!platform || backup.proof != ProofState::proven || links[i].state != ChainState::usable) continue;
    const BackupFact*& last = newest[backup.repository];
    if (last == nullptr || taken_before(*last, backup)) last = &backup;
  }
  return newest;
}

/// The account has a newer one that is proven.
bool is_made_up(const BackupFact& sandbox, const ScheduleFacts& facts) {
  return std::ranges::any_of(facts.backups, [&](const BackupFact& other) {
    return other.kind == BackupKind::sandbox && other.account == sandbox.account && other.proof == ProofState::proven &&
           other.taken_at > sandbox.taken_at;
  });
}

/// F1: a failed proof is an incident until a later one of its repository succeeds.
void add_failed_proofs(std::vector<Alert>& alerts, const ScheduleFacts& facts, const std::vector<ChainLink>& links) {
  const auto proven = newest_proven(facts, links);
  // By repository and account, whose own backups are nobody else's concern: how many, the last.
  std::map<std::pair<std::string, std::string>, std::pair<int, const BackupFact*>> failed;
  for (const BackupFact& backup : facts.backups) {
    if (backup.proof != ProofState::failed) continue;
    const auto later = proven.find(backup.repository);
    const bool made_up = backup.kind == BackupKind::sandbox
                             ? is_made_up(backup, facts)
                             : later != proven.end() && taken_before(backup, *later->second);
    if (made_up) continue;
    auto& [count, last] = failed[{backup.repository, backup.account}];
    ++count;
    if (last == nullptr || taken_before(*last, backup)) last = &backup;
  }
  for (const auto& [place, found] : failed) {
    const auto& [repository, account] = place;
    std::string reason = std::string(to_text(found.second->kind)) + " " + found.second->id + " in " + repository +
                         " failed its proof (F1)";
    if (found.first > 1) reason += ", and " + std::to_string(found.first - 1) + " before it";
    alerts.push_back({"proof_failed", repository, std::move(reason), account});
  }
  const auto& log = facts.log_proof;
  if (!log || log->proof != ProofState::failed) return;
  const auto later = proven.find(log->repository);
  if (later != proven.end() && later->second->taken_at > log->at) return;
  alerts.push_back({"proof_failed", log->repository,
                    "the log behind backup " + log->backup + " in " + log->repository + " failed its proof of " +
                        to_iso8601(log->at) + " (F1): it does not lead to what the server held"});
}

void add_proofs(std::vector<Alert>& alerts, const ScheduleFacts& facts, const std::vector<ChainLink>& links,
                const SchedulePolicy& policy, Timestamp now) {
  add_failed_proofs(alerts, facts, links);
  const BackupFact* newest = nullptr;
  for (std::size_t i = 0; i < facts.backups.size(); ++i) {
    const BackupFact& backup = facts.backups[i];
    if (backup.kind != BackupKind::full || backup.proof != ProofState::proven || links[i].state != ChainState::usable)
      continue;
    if (newest == nullptr || taken_before(*newest, backup)) newest = &backup;
  }
  if (facts.backups.empty()) return;
  if (newest == nullptr)
    alerts.push_back({"proof_late", {}, "no full is proven yet (F1)"});
  else if (now - newest->taken_at > policy.proof_late)
    alerts.push_back(
        {"proof_late", newest->repository,
         "the last proven full, " + newest->id + ", is " + duration_text(now - newest->taken_at) + " old (F1)"});
}

/// A35: the first proven full of this month is old, and no copy of the month is at the customer's.
void add_monthly(std::vector<Alert>& alerts, const ScheduleFacts& facts, const SchedulePolicy& policy, Timestamp now,
                 const ToLocal& to_local) {
  const std::string& name = policy.monthly_repository;
  if (name.empty()) return;
  const auto month = month_of(now, to_local);
  const BackupFact* first = nullptr;
  for (const BackupFact& backup : facts.backups) {
    if (month_of(backup.taken_at, to_local) != month) continue;
    if (backup.kind == BackupKind::monthly && backup.proof != ProofState::failed) return;
    if (backup.kind != BackupKind::full || backup.proof != ProofState::proven) continue;
    if (first == nullptr || taken_before(backup, *first)) first = &backup;
  }
  if (first == nullptr || now - first->taken_at <= policy.monthly_late) return;
  std::string reason = name + " is not known to have a copy of this month, whose first proven full, " + first->id +
                       ", is " + duration_text(now - first->taken_at) + " old (A35)";
  const auto state = std::ranges::find(facts.repositories, name, &RepositoryState::name);
  if (state != facts.repositories.end() && !state->available) reason += ": it does not answer";
  if (state != facts.repositories.end() && !state->fault.empty()) reason += " (" + state->fault + ")";
  alerts.push_back({"monthly_late", name, std::move(reason)});
}

}  // namespace

std::chrono::year_month month_of(Timestamp time, const ToLocal& to_local) {
  const std::chrono::year_month_day date{std::chrono::floor<std::chrono::days>(to_local(time))};
  return date.year() / date.month();
}

std::optional<Timestamp> restorable_until(const RepositoryState& repository, const ScheduleFacts& facts,
                                          const std::vector<ChainLink>& links) {
  std::optional<Timestamp> until;
  for (std::size_t i = 0; i < facts.backups.size(); ++i) {
    const BackupFact& backup = facts.backups[i];
    if ((backup.kind != BackupKind::full && backup.kind != BackupKind::incremental) ||
        backup.repository != repository.name || links[i].state != ChainState::usable)
      continue;
    // The last run is the one that goes on to now; a backup that begins behind its end has nothing to replay.
    const bool followed = backup.log_from != 0 && !repository.log.empty() &&
                          repository.log.back().first <= backup.log_from &&
                          backup.log_from <= repository.log.back().last + 1;
    const Timestamp reached = followed ? std::max(repository.log_safe_until, backup.taken_at) : backup.taken_at;
    until = std::max(until.value_or(reached), reached);
  }
  return until;
}

std::vector<Alert> find_alerts(const ScheduleFacts& facts, const std::vector<ChainLink>& links,
                               const SchedulePolicy& policy, Timestamp now, const ToLocal& to_local) {
  std::vector<Alert> alerts;
  std::vector<SegmentRun> log;
  for (const auto& repository : facts.repositories)
    if (repository.available) log.insert(log.end(), repository.log.begin(), repository.log.end());
  for (const auto& repository : facts.repositories) {
    if (std::ranges::find(policy.repositories, repository.name) == policy.repositories.end()) continue;
    if (!repository.available) {
      std::string reason = repository.name + " does not answer: backups and log lie in the others alone";
      if (!repository.fault.empty()) reason += " (" + repository.fault + ")";
      alerts.push_back({"repository_unavailable", repository.name, std::move(reason)});
      continue;
    }
    const auto newest = newest_in(repository.name, facts.backups, links);
    add_loss(alerts, repository, facts, links, newest, policy, now);
    add_log(alerts, repository, facts, newest, policy, now, log);
  }
  add_proofs(alerts, facts, links, policy, now);
  add_monthly(alerts, facts, policy, now, to_local);
  return alerts;
}

}  // namespace slipway::backup
