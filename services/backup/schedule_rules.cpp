#include "services/backup/schedule_rules.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>

namespace slipway::backup {
namespace {

using std::chrono::local_days;

class Scheduler {
 public:
  Scheduler(const ScheduleFacts& facts, const std::vector<ChainLink>& links, const SchedulePolicy& policy,
            Timestamp now, const ToLocal& to_local)
      : facts_(facts),
        links_(links),
        policy_(policy),
        now_(now),
        to_local_(to_local),
        slot_(slot_of(now, policy, to_local)) {
    for (const auto& repository : facts_.repositories)
      if (repository.available) log_.insert(log_.end(), repository.log.begin(), repository.log.end());
    for (const auto& name : policy_.repositories) newest_[name] = newest_in(name, facts_.backups, links_);
  }

  void fill(Agenda& agenda) {
    due_ = &agenda.due;
    for (const auto& name : policy_.repositories)
      if (available(name)) add_incremental(name);
    for (const auto& name : policy_.repositories)
      if (available(name)) add_full(name);
    add_full_elsewhere();
    for (const auto& repository : facts_.repositories)
      if (repository.available) add_fill_log(repository);
    add_proofs();
    add_log_proof();
    add_monthly();
    add_prune();
    agenda.wake_at = wake_at();
  }

 private:
  [[nodiscard]] bool available(const std::string& name) const {
    const auto found = std::ranges::find(facts_.repositories, name, &RepositoryState::name);
    return found != facts_.repositories.end() && found->available;
  }

  [[nodiscard]] bool running(WorkKind kind, const std::string& repository, const std::string& backup = {}) const {
    return std::ranges::any_of(facts_.running, [&](const RunningWork& work) {
      return work.kind == kind && work.repository == repository && work.backup == backup;
    });
  }

  [[nodiscard]] const FailedAttempt* failed(WorkKind kind, const std::string& repository,
                                            const std::string& backup = {}) const {
    const auto found = std::ranges::find_if(facts_.failed, [&](const FailedAttempt& attempt) {
      return attempt.kind == kind && attempt.repository == repository && attempt.backup == backup;
    });
    return found == facts_.failed.end() ? nullptr : &*found;
  }

  /// 15, 30, 60, 120 and then always 240 minutes after a failure; an incremental always after 15, as D6 does not wait.
  [[nodiscard]] Timestamp retry_at(const FailedAttempt& attempt) const {
    const int doubled = attempt.kind == WorkKind::incremental ? 0 : std::clamp(attempt.failures - 1, 0, 4);
    return attempt.at + policy_.retry_after * (1 << doubled);
  }

  /// An attempt in the future says nothing: the clock was set back since.
  [[nodiscard]] bool may_begin(WorkKind kind, const std::string& repository, const std::string& backup = {}) const {
    if (running(kind, repository, backup)) return false;
    const FailedAttempt* attempt = failed(kind, repository, backup);
    return attempt == nullptr || attempt->at > now_ || retry_at(*attempt) <= now_;
  }

  void add(WorkKind kind, const std::string& repository, const std::string& backup, std::vector<std::string> reasons) {
    due_->push_back({kind, repository, backup, std::move(reasons)});
  }

  // A35, D6. Into every repository, on the newest chain there: each of them alone bounds what can be lost, also while
  // the log cannot be read. The last one is found by its place in the chain: after a clock was set back its time may
  // lie ahead, and waiting until then would leave hours without one.
  void add_incremental(const std::string& name) {
    const auto& newest = newest_.at(name);
    if (!newest.tip) return;
    const BackupFact& tip = facts_.backups[*newest.tip];
    if (tip.lineage != facts_.lineage || !may_begin(WorkKind::incremental, name)) return;
    if (tip.taken_at > now_)
      add(WorkKind::incremental, name, tip.id,
          {"backup " + tip.id + " is dated in the future: the clock was set back"});
    else if (now_ - tip.taken_at >= policy_.incremental_every)
      add(WorkKind::incremental, name, tip.id,
          {"hourly (A35): the last backup of the chain, " + tip.id + ", is " + duration_text(now_ - tip.taken_at) +
           " old"});
  }

  [[nodiscard]] local_days last_turn_of(const std::string& name) const {
    local_days day = slot_;
    for (std::size_t i = 0; i < policy_.repositories.size() && turn_of(day, policy_) != name; ++i)
      day -= std::chrono::days{1};
    return day;
  }

  /// A clock that was set back runs through nights again whose fulls were taken while it was ahead: days ago, perhaps.
  /// What was taken later and is dated before the slot shows it. Compared in one repository only: another one may hold
  /// more of the log, and so name a later segment for an earlier moment.
  [[nodiscard]] bool is_from_before_setting_back(const BackupFact& backup, local_days slot) const {
    return backup.log_from != 0 && std::ranges::any_of(facts_.backups, [&](const BackupFact& later) {
             return later.repository == backup.repository && later.log_from > backup.log_from &&
                    later.taken_at < backup.taken_at && slot_of(later.taken_at, policy_, to_local_) < slot;
           });
  }

  [[nodiscard]] bool is_past_full_of(const BackupFact& backup, const std::string& name, local_days slot) const {
    return backup.kind == BackupKind::full && backup.repository == name && backup.taken_at <= now_ &&
           slot_of(backup.taken_at, policy_, to_local_) >= slot && !is_from_before_setting_back(backup, slot);
  }

  [[nodiscard]] bool has_full_since(const std::string& name, local_days slot) const {
    return std::ranges::any_of(facts_.backups, [&](const BackupFact& backup) {
      return backup.proof != ProofState::failed && is_past_full_of(backup, name, slot);
    });
  }

  /// Fulls of this slot that failed their proof: making one after the other would do nothing else all day.
  [[nodiscard]] int spoiled_fulls(const std::string& name) const {
    return static_cast<int>(std::ranges::count_if(facts_.backups, [&](const BackupFact& backup) {
      return backup.proof == ProofState::failed && is_past_full_of(backup, name, slot_);
    }));
  }

  [[nodiscard]] bool exhausted(const std::string& name) const {
    const FailedAttempt* attempt = failed(WorkKind::full, name);
    const bool today = attempt != nullptr && slot_of(attempt->at, policy_, to_local_) == slot_;
    return spoiled_fulls(name) + (today ? attempt->failures : 0) >= policy_.attempts;
  }

  [[nodiscard]] std::vector<std::string> reasons_for_full(const std::string& name) const {
    std::vector<std::string> reasons;
    const auto& newest = newest_.at(name);
    if (!newest.full) return {name + " holds no full to begin with"};
    if (const auto turn = last_turn_of(name); !has_full_since(name, turn)) {
      if (turn == slot_)
        reasons.push_back("daily full of " + day_text(turn) + ": the turn of " + name + " (A35, D5)");
      else
        reasons.push_back("made up for: " + name + " has no full since its turn of " + day_text(turn) + " (D5)");
    }
    const BackupFact& full = facts_.backups[*newest.full];
    if (full.lineage != facts_.lineage)
      reasons.push_back("another server serves since full " + full.id + ": no incremental can stand on it");
    if (full.log_from != 0 && reach_of(full.log_from, log_) < end_of(log_))
      reasons.push_back("the log behind full " + full.id + " has a hole after segment " +
                        std::to_string(reach_of(full.log_from, log_)));
    const auto wrong = std::ranges::count_if(facts_.backups, [&](const BackupFact& backup) {
      return backup.repository == name && backup.proof == ProofState::failed &&
             backup.parent == facts_.backups[*newest.tip].id;
    });
    if (wrong >= policy_.attempts)
      reasons.push_back(std::to_string(wrong) + " incrementals on " + facts_.backups[*newest.tip].id +
                        " failed their proof");
    return reasons;
  }

  void add_full(const std::string& name) {
    if (!may_begin(WorkKind::full, name) || spoiled_fulls(name) >= policy_.attempts) return;
    auto reasons = reasons_for_full(name);
    if (!reasons.empty()) add(WorkKind::full, name, {}, std::move(reasons));
  }

  // D5: the day's full goes to another repository when the one whose turn it is cannot take it. What that one misses is
  // made up for when it is back, by the rule above.
  void add_full_elsewhere() {
    for (const auto& name : policy_.repositories) {
      if (!available(name)) continue;
      const bool planned = std::ranges::any_of(
          *due_, [&](const Work& work) { return work.kind == WorkKind::full && work.repository == name; });
      if (planned || running(WorkKind::full, name) || has_full_since(name, slot_)) return;
    }
    const std::string& turn = turn_of(slot_, policy_);
    if (available(turn) && !exhausted(turn)) return;  // tried again soon
    const auto count = policy_.repositories.size();
    const auto first =
        static_cast<std::size_t>(std::ranges::find(policy_.repositories, turn) - policy_.repositories.begin());
    // One that failed as often as the first is better than none.
    for (const bool last_resort : {false, true})
      for (std::size_t i = 1; i < count; ++i) {
        const auto& name = policy_.repositories[(first + i) % count];
        const bool hopeless = last_resort ? spoiled_fulls(name) >= policy_.attempts : exhausted(name);
        if (!available(name) || hopeless || !may_begin(WorkKind::full, name)) continue;
        add(WorkKind::full, name, {},
            {"daily full of " + day_text(slot_) + " in place of " + turn + ", which " +
             (available(turn) ? "failed " + std::to_string(policy_.attempts) + " times" : "does not answer")});
        return;
      }
  }

  // A hole below the end of a repository's log that another one can fill. The tail is the archiver's.
  void add_fill_log(const RepositoryState& repository) {
    if (!may_begin(WorkKind::fill_log, repository.name)) return;
    std::uint64_t from = 0;
    for (std::size_t i = 0; i < facts_.backups.size(); ++i) {
      const BackupFact& backup = facts_.backups[i];
      const bool platform = backup.kind == BackupKind::full || backup.kind == BackupKind::incremental;
      if (!platform || backup.repository != repository.name || backup.log_from == 0 || backup.pinned ||
          links_[i].state != ChainState::usable)
        continue;
      from = from == 0 ? backup.log_from : std::min(from, backup.log_from);
    }
    if (from == 0) return;
    for (const auto& run : repository.log) {
      if (run.first > from) {
        for (const auto& other : log_) {
          const auto first = std::max(from, other.first);
          const auto last = std::min(run.first - 1, other.last);
          if (other.repository == repository.name || first > last) continue;
          add(WorkKind::fill_log, repository.name, {},
              {repository.name + " lacks " + segments_text(first, last) + ", which " + other.repository + " holds"});
          return;
        }
      }
      from = std::max(from, run.last + 1);
    }
  }

  // F1. A full proves itself. Restoring an incremental restores all below it, so only the newest of a chain is proven:
  // after an outage the backups that nobody proved meanwhile are made up for once.
  void add_proofs() {
    std::map<std::size_t, std::size_t> deepest;  // root -> depth of its newest incremental, proven or not
    for (std::size_t i = 0; i < facts_.backups.size(); ++i)
      if (links_[i].state == ChainState::usable)
        deepest[links_[i].root] = std::max(deepest[links_[i].root], links_[i].depth);
    std::vector<std::size_t> pending;
    for (std::size_t i = 0; i < facts_.backups.size(); ++i) {
      const BackupFact& backup = facts_.backups[i];
      if (backup.proof != ProofState::pending || links_[i].state != ChainState::usable) continue;
      if (backup.kind == BackupKind::incremental && links_[i].depth < deepest[links_[i].root]) continue;
      // Whoever took it proves it.
      if (backup.kind == BackupKind::sandbox && now_ - backup.taken_at < policy_.retry_after) continue;
      if (known_silent(backup.repository) || !may_begin(WorkKind::proof, backup.repository, backup.id)) continue;
      pending.push_back(i);
    }
    std::ranges::stable_sort(pending, [&](std::size_t left, std::size_t right) {
      const BackupFact& a = facts_.backups[left];
      const BackupFact& b = facts_.backups[right];
      return a.kind != b.kind ? a.kind < b.kind : taken_before(b, a);
    });
    for (const auto i : pending) {
      const BackupFact& backup = facts_.backups[i];
      add(WorkKind::proof, backup.repository, backup.id,
          {std::string(to_text(backup.kind)) + " " + backup.id + " is not proven yet (F1)"});
    }
  }

  // F1. The log between proofs of backups. The proof of a full takes the copy's place, so what came since goes first.
  void add_log_proof() {
    if (!facts_.copy || !may_begin(WorkKind::log_proof, {})) return;
    const ProvenCopy& copy = *facts_.copy;
    const auto age = now_ - copy.proven_at;
    const bool replaced = std::ranges::any_of(*due_, [&](const Work& work) { return is_proof_of_full(work); });
    std::string reason = "the log since " + to_iso8601(copy.proven_at) + " is not proven yet (F1)";
    if (age < age.zero())
      reason = "last proven in the future: the clock was set back";
    else if (replaced && age >= policy_.retry_after)
      reason += ", and the proof of a full ends its copy";
    else if (age < policy_.log_proof_every)
      return;
    const auto first = std::ranges::find(*due_, WorkKind::proof, &Work::kind);
    due_->insert(first, Work{WorkKind::log_proof, {}, copy.backup, {std::move(reason)}});
  }

  [[nodiscard]] bool is_proof_of_full(const Work& work) const {
    return work.kind == WorkKind::proof && std::ranges::any_of(facts_.backups, [&](const BackupFact& backup) {
             return backup.kind == BackupKind::full && backup.id == work.backup && backup.repository == work.repository;
           });
  }

  [[nodiscard]] bool known_silent(const std::string& name) const {
    const auto found = std::ranges::find(facts_.repositories, name, &RepositoryState::name);
    return found != facts_.repositories.end() && !found->available;
  }

  // A35. The month's copy is a proven full of that month, so it is due with the first one, and once.
  void add_monthly() {
    const std::string& name = policy_.monthly_repository;
    if (name.empty() || known_silent(name) || !may_begin(WorkKind::monthly, name)) return;
    const auto month = month_of(now_, to_local_);
    const BackupFact* newest = nullptr;
    for (std::size_t i = 0; i < facts_.backups.size(); ++i) {
      const BackupFact& backup = facts_.backups[i];
      const bool copy = backup.kind == BackupKind::monthly && backup.proof != ProofState::failed;
      const bool full = backup.kind == BackupKind::full && backup.proof == ProofState::proven &&
                        backup.taken_at <= now_ && available(backup.repository);
      if ((!copy && !full) || month_of(backup.taken_at, to_local_) != month) continue;
      if (copy) return;
      if (newest == nullptr || taken_before(*newest, backup)) newest = &backup;
    }
    if (newest == nullptr) return;
    add(WorkKind::monthly, name, newest->id,
        {name + " has no copy of this month yet (A35); " + newest->id + " in " + newest->repository + " is proven"});
  }

  void add_prune() {
    if (facts_.backups.empty() || !may_begin(WorkKind::prune, {})) return;
    if (!facts_.last_prune)
      add(WorkKind::prune, {}, {}, {"never pruned yet"});
    else if (*facts_.last_prune > now_)
      add(WorkKind::prune, {}, {}, {"last pruned in the future: the clock was set back"});
    else if (now_ - *facts_.last_prune >= policy_.prune_every)
      add(WorkKind::prune, {}, {}, {"last pruned " + duration_text(now_ - *facts_.last_prune) + " ago"});
  }

  [[nodiscard]] Timestamp wake_at() const {
    Timestamp wake = now_ + policy_.incremental_every;
    const auto consider = [&](Timestamp time) {
      if (time > now_) wake = std::min(wake, time);
    };
    // The clock may be set forward or back on the way to the next slot (summer time); the wake-up before it, an hour
    // ahead at most, asks again.
    const auto next_slot = LocalTime(slot_ + std::chrono::days{1}) + policy_.full_at;
    consider(now_ + (next_slot - to_local_(now_)));
    for (const auto& repository : facts_.repositories) {
      if (!repository.available) continue;
      const auto newest = newest_.find(repository.name);
      if (newest != newest_.end() && newest->second.tip)
        consider(facts_.backups[*newest->second.tip].taken_at + policy_.incremental_every);
      consider(repository.log_safe_until + policy_.log_late);
      if (const auto until = restorable_until(repository, facts_, links_)) consider(*until + policy_.loss_alert);
    }
    for (const auto& attempt : facts_.failed) consider(retry_at(attempt));
    if (facts_.last_prune) consider(*facts_.last_prune + policy_.prune_every);
    if (facts_.copy) consider(facts_.copy->proven_at + policy_.log_proof_every);
    return wake;
  }

  const ScheduleFacts& facts_;
  const std::vector<ChainLink>& links_;
  const SchedulePolicy& policy_;
  const Timestamp now_;
  const ToLocal& to_local_;
  const local_days slot_;
  std::map<std::string_view, NewestBackups> newest_;
  std::vector<SegmentRun> log_;  // of all repositories that answer
  std::vector<Work>* due_ = nullptr;
};

}  // namespace

std::string_view to_text(WorkKind kind) {
  constexpr std::array<std::string_view, 7> names{"full",    "incremental", "proof", "log_proof",
                                                  "monthly", "fill_log",    "prune"};
  return names.at(static_cast<std::size_t>(kind));
}

local_days slot_of(Timestamp time, const SchedulePolicy& policy, const ToLocal& to_local) {
  return std::chrono::floor<std::chrono::days>(to_local(time) - policy.full_at);
}

const std::string& turn_of(local_days slot, const SchedulePolicy& policy) {
  const auto count = static_cast<std::int64_t>(policy.repositories.size());
  const std::int64_t day = slot.time_since_epoch().count();
  return policy.repositories[static_cast<std::size_t>(((day % count) + count) % count)];
}

NewestBackups newest_in(const std::string& repository, const std::vector<BackupFact>& backups,
                        const std::vector<ChainLink>& links) {
  NewestBackups newest;
  for (std::size_t i = 0; i < backups.size(); ++i) {
    const BackupFact& backup = backups[i];
    if (backup.kind != BackupKind::full || links[i].state != ChainState::usable || backup.repository != repository)
      continue;
    if (!newest.full || taken_before(backups[*newest.full], backup)) newest.full = i;
    if (backup.proof == ProofState::proven && (!newest.proven || taken_before(backups[*newest.proven], backup)))
      newest.proven = i;
  }
  newest.tip = newest.full;
  for (std::size_t i = 0; newest.full && i < backups.size(); ++i)
    if (links[i].root == *newest.full && links[i].state == ChainState::usable &&
        links[i].depth > links[*newest.tip].depth)
      newest.tip = i;
  return newest;
}

Agenda next_work(const ScheduleFacts& facts, const SchedulePolicy& policy, Timestamp now, const ToLocal& to_local) {
  Agenda agenda;
  agenda.wake_at = now + policy.incremental_every;
  if (!policy.enabled) agenda.off_because = "backups are off until production (A24)";
  if (policy.enabled && policy.repositories.empty()) agenda.off_because = "no repository is configured";
  if (!agenda.off_because.empty()) return agenda;
  const auto links = link_chains(facts.backups);
  Scheduler(facts, links, policy, now, to_local).fill(agenda);
  agenda.alerts = find_alerts(facts, links, policy, now, to_local);
  return agenda;
}

}  // namespace slipway::backup
