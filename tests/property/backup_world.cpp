#include "tests/property/backup_world.hpp"

#include <algorithm>

namespace slipway::backup {
namespace {

using namespace std::chrono_literals;

constexpr Minute kSealEvery = 10;
constexpr Timestamp kBegin = std::chrono::sys_days{std::chrono::year{2026} / 3 / 1};
constexpr std::array kFaults = {"repository down", "repository wiped", "agent down",
                                "log not read",    "bad backups",      "server replaced"};

/// The clocks of Paris change on the last Sundays of March and October at 01:00 UTC.
Timestamp last_sunday(std::chrono::year year, std::chrono::month month) {
  return std::chrono::sys_days{year / month / std::chrono::Sunday[std::chrono::last]} + 1h;
}

bool is_proof(const Work& work) { return work.kind == WorkKind::proof; }

}  // namespace

BackupWorld::BackupWorld(std::uint64_t seed) : random_(seed) {
  policy.enabled = true;
  policy.repositories = {"even", "odd"};
  policy.monthly_repository = "customer";
  policy.log_late = 3 * std::chrono::minutes(kSealEvery);
  stores[0].name = "even";
  stores[1].name = "odd";
  facts.lineage = "server1";
  next_fault_ = pick(2 * kDay, 8 * kDay);
  next_clock_ = pick(kDay, 20 * kDay);
}

Timestamp BackupWorld::clock(Minute time) const { return kBegin + std::chrono::minutes(time + offset_); }

LocalTime BackupWorld::local(Timestamp time) {
  const std::chrono::year_month_day date{std::chrono::floor<std::chrono::days>(time)};
  const bool summer =
      time >= last_sunday(date.year(), std::chrono::March) && time < last_sunday(date.year(), std::chrono::October);
  return LocalTime(time.time_since_epoch() + (summer ? 2h : 1h));
}

Store* BackupWorld::store(const std::string& name) {
  const auto found = std::ranges::find(stores, name, &Store::name);
  return found == stores.end() ? nullptr : &*found;
}

// Tells by true times and flags what schedule_alert_rules tells by clocks and proofs.
std::optional<Minute> BackupWorld::loss(const Store& store) const {
  std::uint64_t begin = store.log.empty() ? 0 : store.log.back().number;
  for (auto segment = store.log.rbegin(); segment != store.log.rend() && segment->number + 1 >= begin; ++segment)
    begin = segment->number;
  std::optional<Minute> newest;
  for (const auto& backup : facts.backups) {
    const Truth& true_one = truth(backup);
    if (backup.repository != store.name || !true_one.good) continue;
    const bool followed =
        !store.log.empty() && backup.log_from >= begin && backup.log_from <= store.log.back().number + 1;
    newest = std::max(newest.value_or(0), followed ? std::max(store.log_safe, true_one.at) : true_one.at);
  }
  if (!newest) return std::nullopt;
  return now - *newest;
}

void BackupWorld::go_down(Store& store, bool wiped) {
  store.up = false;
  for (auto& job : jobs_)
    if (job.work.repository == store.name) job.doomed = true;
  if (!wiped) return;
  store.log.clear();
  std::erase_if(facts.backups, [&](const BackupFact& backup) { return backup.repository == store.name; });
}

// One fault at a time: what two at once may cost is another question (A39 promises nothing for them).
void BackupWorld::begin_fault() {
  fault_ = static_cast<int>(pick(0, static_cast<std::int64_t>(kFaults.size()) - 1));
  ++faults[kFaults.at(static_cast<std::size_t>(fault_))];
  faulty_ = &stores.at(static_cast<std::size_t>(pick(0, 1)));
  fault_ends_ = now + pick(kHour, 30 * kHour);
  calm_since = wake_ = now;
  disturbed = fault_ > 1;
  switch (fault_) {
    case 0:
      fault_ends_ = now + (chance(70) ? pick(1, 60 * kHour) : pick(5 * kDay, 20 * kDay));
      go_down(*faulty_, false);
      break;
    case 1:
      fault_ends_ = now + pick(1, 20 * kDay);
      go_down(*faulty_, true);
      break;
    case 2:
      agent_up = false;
      for (const auto& job : jobs_) note_failure(job.work);
      jobs_.clear();
      break;
    case 3:
      reader_up = false;
      hole_ = chance(50);
      if (chance(50)) next_clock_ = now + pick(1, fault_ends_ - now);  // the incrementals alone bound the loss then
      break;
    case 4:
      bad_backups_ = true;
      fault_ends_ = now + pick(kHour, 3 * kDay);
      break;
    default:
      facts.lineage = "server" + std::to_string(now);
      for (auto& job : jobs_) job.doomed = true;
      fault_ends_ = now + 4 * kHour;
  }
}

void BackupWorld::end_fault() {
  calm_since = now;
  if (fault_ == 0 || fault_ == 1) {
    faulty_->up = true;
    faulty_->up_since = now;
  }
  if (fault_ == 2) agent_up_since = now;
  agent_up = true;
  disturbed = bad_backups_ = false;
  if (!reader_up && hole_) {
    ++next_segment_;  // the server has removed its log meanwhile
    ++position_;
  }
  reader_up = true;
  if (fault_ != 4) seal_segment();  // the reader goes on where it stopped
  fault_ends_ = -1;
  next_fault_ = now + pick(3 * kDay, 14 * kDay);
  wake_ = now;
}

void BackupWorld::set_clock() {
  offset_ = chance(40) ? 0 : pick(-30 * kHour, 30 * kHour);
  ++faults["clock set"];
  calm_since = clock_steady_since = now;
  next_clock_ = now + pick(2 * kDay, 24 * kDay);
}

void BackupWorld::step_faults() {
  if (fault_ends_ == now) end_fault();
  if (next_fault_ == now) begin_fault();
  if (next_clock_ == now) set_clock();
}

void BackupWorld::seal_segment() {
  if (!agent_up || !reader_up) return;
  SegmentFact segment{next_segment_, clock(sealed_at_), clock_now(), std::to_string(position_), {}};
  segment.gtid_after = std::to_string(++position_);
  ++next_segment_;
  sealed_at_ = now;
  for (auto& one : stores) {
    if (!one.up) continue;
    one.log.push_back(segment);
    one.log_safe = now;
    one.log_safe_clock = clock_now();
  }
}

void BackupWorld::ask() {
  facts.repositories.clear();
  for (const auto& one : stores) {
    facts.repositories.push_back({one.name, one.up, {}, one.log_safe_clock});
    // runs_of() of a borrowed log would copy it each time.
    auto& runs = facts.repositories.back().log;
    for (const auto& segment : one.log) {
      if (!runs.empty() && runs.back().last + 1 == segment.number) {
        runs.back().last = segment.number;
        continue;
      }
      if (!runs.empty())
        runs.back().gtid_after = one.log[static_cast<std::size_t>(&segment - one.log.data()) - 1].gtid_after;
      runs.push_back({one.name, segment.number, segment.number, segment.gtid_before, {}});
    }
    if (!runs.empty()) runs.back().gtid_after = one.log.back().gtid_after;
  }
  facts.running.clear();
  for (const auto& job : jobs_)
    facts.running.push_back({job.work.kind, job.work.repository, is_proof(job.work) ? job.work.backup : std::string()});
  agenda = next_work(facts, policy, clock_now(), local);
  ++questions;
  wake_ = now + std::max<Minute>(1, std::chrono::ceil<std::chrono::minutes>(agenda.wake_at - clock_now()).count());
}

void BackupWorld::begin_jobs() {
  for (const auto& work : agenda.due) {
    const bool busy = std::ranges::any_of(jobs_, [&](const Job& job) { return is_proof(job.work) == is_proof(work); });
    if (busy) continue;
    if (work.kind == WorkKind::prune) {
      prune();
      continue;
    }
    const bool full = work.kind == WorkKind::full || work.kind == WorkKind::monthly;
    jobs_.push_back({work, now + (full ? pick(20, 40) : is_proof(work) ? pick(3, 20) : pick(2, 5)), false});
  }
}

void BackupWorld::note_failure(const Work& work) {
  const std::string backup = is_proof(work) ? work.backup : std::string();
  for (auto& attempt : facts.failed) {
    if (attempt.kind != work.kind || attempt.repository != work.repository || attempt.backup != backup) continue;
    attempt.at = clock_now();
    ++attempt.failures;
    return;
  }
  facts.failed.push_back({work.kind, work.repository, backup, clock_now(), 1});
}

void BackupWorld::clear_failure(const Work& work) {
  std::erase_if(facts.failed, [&](const FailedAttempt& attempt) {
    return attempt.kind == work.kind && attempt.repository == work.repository &&
           (!is_proof(work) || attempt.backup == work.backup);
  });
}

void BackupWorld::finish_backup(const Work& work) {
  BackupFact backup;
  backup.id = std::to_string(next_id_++);
  backup.repository = work.repository;
  backup.lineage = facts.lineage;
  backup.taken_at = clock_now();
  backup.log_from = next_segment_;
  Truth true_one{true, now};
  if (work.kind == WorkKind::full) {
    ++fulls;
    true_one.good = !bad_backups_ || chance(50);
  } else if (work.kind == WorkKind::incremental) {
    backup.kind = BackupKind::incremental;
    backup.parent = work.backup;
    true_one.good = truth_.at(work.backup).good && (!bad_backups_ || chance(70));
  } else {
    backup.kind = BackupKind::monthly;
    const auto copied = std::ranges::find(facts.backups, work.backup, &BackupFact::id);
    if (copied == facts.backups.end()) return note_failure(work);
    backup.taken_at = copied->taken_at;
    true_one = truth(*copied);
  }
  truth_[backup.id] = true_one;
  facts.backups.push_back(std::move(backup));
  clear_failure(work);
}

void BackupWorld::finish_proof(const Work& work) {
  const auto found = std::ranges::find(facts.backups, work.backup, &BackupFact::id);
  if (found == facts.backups.end()) return;  // wiped meanwhile
  found->proof = truth(*found).good ? ProofState::proven : ProofState::failed;
  clear_failure(work);
}

void BackupWorld::fill_log(Store& to) {
  const Store& from = &to == stores.data() ? stores[1] : stores[0];
  if (!from.up) return;
  for (const auto& segment : from.log) {
    if (to.log.empty() || segment.number < to.log.front().number) continue;
    const auto place = std::ranges::lower_bound(to.log, segment.number, {}, &SegmentFact::number);
    if (place != to.log.end() && place->number != segment.number) to.log.insert(place, segment);
  }
}

void BackupWorld::finish(Job job) {
  if (job.doomed || (!disturbed && chance(3))) return note_failure(job.work);
  if (is_proof(job.work)) return finish_proof(job.work);
  if (job.work.kind != WorkKind::fill_log) return finish_backup(job.work);
  fill_log(*store(job.work.repository));
  clear_failure(job.work);
}

void BackupWorld::prune() {
  RetentionFacts retention{facts.backups, {}};
  for (const auto& one : stores) retention.logs.push_back({one.name, one.up, one.log, one.log_safe_clock});
  const auto plan = decide_retention(retention, {}, clock_now(), local);
  each_prune_(retention, plan);
  std::vector<BackupFact> kept;
  for (std::size_t i = 0; i < facts.backups.size(); ++i)
    if (plan.backups[i].keep) kept.push_back(facts.backups[i]);
  facts.backups = std::move(kept);
  for (std::size_t i = 0; i < stores.size(); ++i)
    std::erase_if(stores.at(i).log,
                  [&](const SegmentFact& segment) { return segment.number < plan.logs[i].keep_from; });
  facts.last_prune = clock_now();
}

void BackupWorld::run(Minute end, const std::function<void()>& each_hour,
                      const std::function<void(const RetentionFacts&, const RetentionPlan&)>& each_prune) {
  each_prune_ = each_prune;
  while (now <= end) {
    step_faults();
    if (now % kSealEvery == 0) seal_segment();
    bool changed = wake_ <= now;
    for (std::size_t i = 0; i < jobs_.size();) {
      if (jobs_[i].ends > now) {
        ++i;
        continue;
      }
      Job job = jobs_[i];
      jobs_.erase(jobs_.begin() + static_cast<std::ptrdiff_t>(i));
      finish(std::move(job));
      changed = true;
    }
    if (agent_up && changed) {
      ask();
      begin_jobs();
    }
    if (now % kHour == 0) each_hour();
    ++now;
  }
}

}  // namespace slipway::backup
