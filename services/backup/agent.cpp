#include "services/backup/agent.hpp"

#include <algorithm>
#include <thread>

#include "appliance/account/directory.hpp"
#include "appliance/telemetry/log.hpp"
#include "services/backup/agent_metrics.hpp"
#include "services/backup/lease.hpp"
#include "services/backup/lineage.hpp"
#include "services/backup/log_line.hpp"
#include "services/backup/look_around.hpp"
#include "services/backup/monthly_copies.hpp"
#include "services/backup/prove.hpp"
#include "services/backup/prune.hpp"
#include "services/backup/rolling_copy.hpp"
#include "services/backup/sandbox_backup.hpp"
#include "services/backup/take.hpp"

namespace slipway::backup {
namespace {

constexpr std::chrono::seconds kLookEvery{5};
constexpr std::chrono::seconds kRenewEvery{15};
constexpr std::chrono::hours kUnpublishedAge{24};
constexpr std::chrono::minutes kArchiveLag{1};
// A service manager tells all processes of a unit to end at once: our own turn comes within a moment of a child's end.
constexpr std::chrono::seconds kStopArrives{2};

/// What was found is a result; that nothing could be is an attempt.
Status tell_proof(const Proof& proof, const std::string& what, const std::string& repository) {
  telemetry::log(proof.outcome == ProofOutcome::proven ? telemetry::Level::info : telemetry::Level::error, what,
                 {{"backup", proof.backup},
                  {"repository", repository},
                  {"outcome", std::string(to_text(proof.outcome))},
                  {"words", to_text(proof)}});
  return proof.outcome == ProofOutcome::could_not_try && proof.fault ? Status(proof.fault->error) : Status();
}

}  // namespace

struct Agent::State {
  State(AgentOptions how, const Repositories& where, const Clock& by)
      : options(std::move(how)),
        repositories(where),
        clock(by),
        archiver({options.server, options.server_id, options.data}, options.log, where.all(), options.work / "spool",
                 by),
        copies(where, by) {}

  AgentOptions options;
  const Repositories& repositories;
  const Clock& clock;
  LogArchiver archiver;
  MonthlyCopies copies;
  SegmentMemory memory;
  AgentMetrics metrics;
  std::vector<FailedAttempt> failed;
  std::optional<Timestamp> last_prune;
  std::optional<Timestamp> copy_proven_at;  ///< of the copy in proofs_of_fulls(); nothing: before this start
  std::optional<LogProof> log_proof;
  bool log_proof_known = false;  ///< a repository was asked for it

  mutable std::mutex mutex;
  std::condition_variable changed;
  bool stopping = false;
  std::optional<Error> ended;  ///< why the archiver ended by itself
  AgentStatus status;
  TimelineFacts timeline;

  [[nodiscard]] Status lease();
  [[nodiscard]] Result<bool> wait_for_lease();
  [[nodiscard]] bool is_stopping();
  void tell_alerts(std::vector<Alert> alerts);
  [[nodiscard]] Result<ScheduleFacts> facts();
  [[nodiscard]] Result<bool> look();
  [[nodiscard]] Status carry_out(const Work& work);
  [[nodiscard]] Status take(const Work& work);
  [[nodiscard]] Status prove(const Work& work);
  [[nodiscard]] Status prove_log();
  [[nodiscard]] Result<Oracle> archived_oracle(const std::string& what);
  [[nodiscard]] Timestamp proven_at(const std::string& backup, const std::vector<BackupFact>& backups) const;
  void note_log_proof(const Proof& proof);
  void recall_log_proof();
  [[nodiscard]] std::filesystem::path proofs_of_fulls() const { return options.work / "proof"; }
  void note(const Work& work, const Status& outcome);
  void tell(const std::string& doing, const std::string& repository);
  bool wait(std::chrono::microseconds time);
};

Status Agent::State::lease() { return take_leases(repositories.all(), clock.now()); }

/// Another agent's lease may be that of a machine that has died: it ends by itself. False: we are to stop.
Result<bool> Agent::State::wait_for_lease() {
  for (;;) {
    const auto held = lease();
    if (held) break;
    // Of several repositories none is kept from the other agent.
    drop_leases(repositories.all(), clock.now());
    if (held.error().code != Code::in_use) return held.error();
    if (status.alerts.empty()) telemetry::log_error("backup.waits_for_lease", held.error());
    tell_alerts({{"agent_elsewhere", {}, held.error().message + ": nothing is backed up by this one"}});
    if (wait(kLookEvery)) return false;
  }
  tell_alerts({});
  return true;
}

void Agent::State::tell_alerts(std::vector<Alert> alerts) {
  metrics.tell_alerts(alerts);
  const std::lock_guard lock(mutex);
  status.alerts = std::move(alerts);
}

Result<ScheduleFacts> Agent::State::facts() {
  ScheduleFacts facts;
  const LogStatus log = archiver.status();
  auto seen = look_around(repositories, log, memory);
  facts.backups = seen.timeline.backups;
  facts.repositories = std::move(seen.states);
  {
    const std::lock_guard lock(mutex);
    timeline = std::move(seen.timeline);
    status.looked_at = clock.now();
  }
  recall_log_proof();
  facts.log_proof = log_proof;
  if (const auto copy = find_copy(proofs_of_fulls()); copy && copy->line == log.line)
    facts.copy = ProvenCopy{copy->backup, proven_at(copy->backup, facts.backups)};
  copies.add_facts(facts);
  facts.failed = failed;
  facts.last_prune = last_prune;
  facts.lineage = lineage_of(options.data);
  return facts;
}

/// At least up to when the copy of this backup was proven.
Timestamp Agent::State::proven_at(const std::string& backup, const std::vector<BackupFact>& backups) const {
  if (copy_proven_at) return *copy_proven_at;
  if (log_proof && log_proof->backup == backup) return log_proof->at;
  const auto found = std::ranges::find(backups, backup, &BackupFact::id);
  return found == backups.end() ? Timestamp() : found->taken_at;
}

void Agent::State::tell(const std::string& doing, const std::string& repository) {
  const std::lock_guard lock(mutex);
  status.doing = doing;
  status.doing_in = repository;
}

Status Agent::State::take(const Work& work) {
  SLIPWAY_TRY(const Repository* const repository, repositories.named(work.repository));
  TakeOptions take{.server = options.server,
                   .data = options.data,
                   .work = options.work / "take",
                   .parent = {},
                   .accounts = {},
                   .log_line = archiver.status().line,
                   .patience = {.give_up = [this] { return is_stopping(); }},
                   .read_bytes_per_s = options.read_bytes_per_s};
  if (work.kind == WorkKind::incremental) {
    SLIPWAY_TRY(take.parent, repository->backup(work.backup));
  }
  sql::Pool pool(options.server);
  SLIPWAY_TRY(const auto accounts, account::Directory(pool, Secret()).list());
  for (const auto& account : accounts) take.accounts.push_back({account.name.text(), account.database});
  SLIPWAY_TRY(const Manifest manifest, take_backup(*repository, take, clock, [](std::uint64_t, std::uint64_t) {}));
  telemetry::log(telemetry::Level::info, "backup.taken",
                 {{"backup", manifest.id}, {"repository", repository->name()}, {"gtid", manifest.position.to_text()}});
  return {};
}

/// What the server holds now, with the log up to it archived.
Result<Oracle> Agent::State::archived_oracle(const std::string& what) {
  SLIPWAY_TRY(auto oracle, take_oracle(options.server));
  if (archiver.wait_for(oracle.position, kArchiveLag)) return oracle;
  return Error{Code::timeout, what + ": the log up to " + oracle.position.to_text() +
                                  " is not in the archive yet, so it cannot be proven"};
}

Status Agent::State::prove(const Work& work) {
  SLIPWAY_TRY(const Repository* const repository, repositories.named(work.repository));
  SLIPWAY_TRY(const Manifest backup, repository->backup(work.backup));
  if (backup.kind == Kind::sandbox) {
    SLIPWAY_TRY(const Proof proof,
                prove_sandbox_backup(*repository, backup, options.work / "proof-sandbox", clock, nullptr));
    return tell_proof(proof, "backup.proof", work.repository);
  }
  SLIPWAY_TRY(const Oracle oracle, archived_oracle("backup " + work.backup));
  // The copy of a full stays, for the log after it; so an incremental has a place of its own.
  const bool full = backup.kind == Kind::full;
  const ProofOptions proving{.directory = full ? proofs_of_fulls() : options.work / "proof-incremental",
                             .keep_copy = full,
                             .interrupted = [this] { return wait(kStopArrives); }};
  SLIPWAY_TRY(const Proof proof, prove_backup(repositories.all(), *repository, backup, oracle, proving, clock));
  if (full && proof.outcome == ProofOutcome::proven) copy_proven_at = clock.now();
  return tell_proof(proof, "backup.proof", work.repository);
}

Status Agent::State::prove_log() {
  SLIPWAY_TRY(const Oracle oracle, archived_oracle("log"));
  SLIPWAY_TRY(const Proof proof, prove_window(repositories.all(), oracle,
                                              {.directory = proofs_of_fulls(),
                                               .keep_copy = true,
                                               .interrupted = [this] { return wait(kStopArrives); }},
                                              clock));
  if (proof.outcome != ProofOutcome::could_not_try) note_log_proof(proof);
  if (proof.outcome == ProofOutcome::proven) copy_proven_at = clock.now();
  return tell_proof(proof, "backup.log_proof", log_proof ? log_proof->repository : "");
}

void Agent::State::note_log_proof(const Proof& proof) {
  LogProof found{.proof = proof.outcome == ProofOutcome::proven ? ProofState::proven : ProofState::failed,
                 .at = proof.ended_at,
                 .repository = {},
                 .backup = proof.backup};
  for (const Repository* repository : repositories.all())
    if (repository->id() == proof.repository) found.repository = repository->name();
  log_proof = std::move(found);
  log_proof_known = true;
}

/// A failed proof is not forgotten by a restart.
void Agent::State::recall_log_proof() {
  if (log_proof_known) return;
  std::optional<Proof> last;
  for (const Repository* repository : repositories.all()) {
    auto proof = last_window_proof(*repository);
    if (!proof) continue;
    log_proof_known = true;
    if (*proof && (!last || last->ended_at < (*proof)->ended_at)) last = *std::move(proof);
  }
  if (last) note_log_proof(*last);
}

Status Agent::State::carry_out(const Work& work) {
  switch (work.kind) {
    case WorkKind::full:
    case WorkKind::incremental:
      return take(work);
    case WorkKind::prune: {
      // One that does not answer hinders nothing; the next time does it.
      for (const Repository* repository : repositories.all()) {
        static_cast<void>(remove_unpublished(*repository, clock.now(), kUnpublishedAge).has_value());
        static_cast<void>(repository->storage().sweep(kUnpublishedAge).has_value());
      }
      SLIPWAY_TRY(const auto plan, plan_prune(repositories.all(), retention_policy(), clock.now()));
      SLIPWAY_CHECK(carry_out_prune(repositories.all(), plan));
      last_prune = clock.now();
      return {};
    }
    case WorkKind::proof:
      return prove(work);
    case WorkKind::log_proof:
      return prove_log();
    case WorkKind::monthly:   // beside all else
    case WorkKind::fill_log:  // the archiver's own
      return {};
  }
  return {};
}

void Agent::State::note(const Work& work, const Status& outcome) {
  const std::string backup = work.kind == WorkKind::proof ? work.backup : "";
  const auto same = [&](const FailedAttempt& attempt) {
    return attempt.kind == work.kind && attempt.repository == work.repository && attempt.backup == backup;
  };
  if (outcome) {
    std::erase_if(failed, same);
    return;
  }
  telemetry::log_error("backup.work_failed", outcome.error(),
                       {{"work", std::string(to_text(work.kind))}, {"repository", work.repository}});
  const std::lock_guard lock(mutex);
  status.last_fault = to_text(outcome.error());
  const auto found = std::find_if(failed.begin(), failed.end(), same);
  if (found == failed.end()) {
    failed.push_back({work.kind, work.repository, backup, clock.now(), 1});
  } else {
    found->at = clock.now();
    ++found->failures;
  }
}

/// Does the first thing that is due; false when nothing is.
Result<bool> Agent::State::look() {
  // A backup names the line that goes on from it.
  if (archiver.status().line.empty()) return false;
  if (const auto copied = copies.ended()) note(copied->first, copied->second);
  SLIPWAY_TRY(const auto known, facts());
  const Agenda agenda = next_work(known, options.schedule, clock.now(), local_time);
  metrics.tell(known, archiver.status(), agenda.alerts);
  {
    const std::lock_guard lock(mutex);
    status.alerts = agenda.alerts;
    status.next_at = agenda.wake_at;
  }
  for (const Work& work : agenda.due) {
    if (work.kind == WorkKind::fill_log) continue;
    if (work.kind == WorkKind::monthly) {
      copies.begin(work);
      continue;
    }
    tell(std::string(to_text(work.kind)), work.repository);
    const auto begun = std::chrono::steady_clock::now();
    const Status outcome = carry_out(work);
    count_work(work.kind, outcome.has_value(),
               std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count());
    note(work, outcome);
    tell("", "");
    return true;  // the facts are others now
  }
  return false;
}

bool Agent::State::is_stopping() {
  const std::lock_guard lock(mutex);
  return stopping || ended.has_value();
}

bool Agent::State::wait(std::chrono::microseconds time) {
  std::unique_lock lock(mutex);
  changed.wait_for(lock, time, [this] { return stopping || ended; });
  return stopping || ended;
}

Agent::Agent(AgentOptions options, const Repositories& repositories, const Clock& clock)
    : state_(std::make_unique<State>(std::move(options), repositories, clock)) {}

Agent::~Agent() = default;

Status Agent::run() {
  State& state = *state_;
  state.status.enabled = state.options.schedule.enabled;
  if (!state.options.schedule.enabled) {
    while (!state.wait(std::chrono::hours(1))) {
    }
    return {};
  }
  SLIPWAY_TRY(const bool leased, state.wait_for_lease());
  if (!leased) return {};
  std::error_code problem;
  std::filesystem::create_directories(state.options.work / "spool", problem);
  if (problem) return Error{Code::permission, "directory '" + state.options.work.string() + "': " + problem.message()};
  std::thread archiving([&state] {
    const auto outcome = state.archiver.run();
    const std::lock_guard lock(state.mutex);
    if (!outcome) state.ended = outcome.error();
    state.changed.notify_all();
  });
  // Who lost the lease, asleep for longer than it lives, must not write beside its new holder.
  std::thread renewing([&state] {
    while (!state.wait(kRenewEvery)) {
      const auto held = state.lease();
      if (held) continue;
      state.archiver.stop();
      const std::lock_guard lock(state.mutex);
      state.ended = held.error();
      state.changed.notify_all();
    }
  });
  for (bool busy = false; !state.wait(busy ? std::chrono::seconds(0) : kLookEvery);) {
    const auto looked = state.look();
    busy = looked && *looked;
    if (looked) continue;
    const std::lock_guard lock(state.mutex);
    state.status.last_fault = to_text(looked.error());
  }
  state.archiver.stop();
  state.copies.stop();
  archiving.join();
  renewing.join();
  drop_leases(state.repositories.all(), state.clock.now());
  const std::lock_guard lock(state.mutex);
  if (state.ended) return *state.ended;
  return {};
}

void Agent::stop() {
  const std::lock_guard lock(state_->mutex);
  state_->stopping = true;
  state_->changed.notify_all();
}

AgentStatus Agent::status() const {
  const std::lock_guard lock(state_->mutex);
  AgentStatus status = state_->status;
  status.log = state_->archiver.status();
  return status;
}

TimelineFacts Agent::timeline() const {
  const std::lock_guard lock(state_->mutex);
  return state_->timeline;
}

}  // namespace slipway::backup
