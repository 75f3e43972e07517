#include "services/backup/prove.hpp"

#include <algorithm>

#include "appliance/base/file_lock.hpp"
#include "appliance/embedded/data_directory.hpp"
#include "services/backup/gentle_thread.hpp"
#include "services/backup/oracle_store.hpp"
#include "services/backup/rolling_copy.hpp"

namespace slipway::backup {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMiB = 1U << 20U;
// Address space that a server reserves and does not use: stacks, arenas, libraries.
constexpr std::uint64_t kReservedBytes = 2048 * kMiB;
constexpr std::string_view kAccountDatabase = "acct_";

/// The agent's own user, of an appliance, is none that the saved server knows.
Result<embedded::DatabaseOptions> scratch_options(const ProofOptions& options) {
  const auto pool = std::clamp<std::uint64_t>(options.memory_bytes / 2, 32 * kMiB, 4096 * kMiB);
  embedded::DatabaseOptions server{.directory = scratch_server(options.directory),
                                   .buffer_pool_bytes = pool,
                                   .durable = false,
                                   .start_limit = std::chrono::minutes(10),
                                   // Else newer servers reserve terabytes of address space, for a pool that could grow.
                                   .arguments = {"--loose-innodb-buffer-pool-size-max=" + std::to_string(pool)},
                                   .memory_bytes = options.memory_bytes + kReservedBytes};
  SLIPWAY_CHECK(embedded::let_in_own_user(server));
  return server;
}

/// What an error in a stage says of the backup.
ProofOutcome outcome_of(const std::string& stage, Code code) {
  const auto is = [code](auto... codes) { return ((code == codes) || ...); };
  if (stage == "backup" && is(Code::corrupt, Code::not_found, Code::internal, Code::too_large))
    return ProofOutcome::failed;
  // A server that ends on these data, or does not start on them, has found something.
  if ((stage == "replay" || stage == "check" || stage == "compare") &&
      is(Code::corrupt, Code::internal, Code::unavailable, Code::not_found, Code::conflict))
    return ProofOutcome::failed;
  return ProofOutcome::could_not_try;
}

/// One attempt. Its methods are the stages.
class Trial {
 public:
  Trial(const Oracle& oracle, const ProofOptions& options, Proof& proof)
      : oracle_(oracle), options_(options), proof_(proof) {}

  [[nodiscard]] const std::string& stage() const { return stage_; }

  /// The chain, and the log after it, into the scratch server.
  [[nodiscard]] Status restore(const std::vector<const Repository*>& repositories, const Repository& home,
                               const Manifest& backup) {
    stage_ = "backup";
    clear_scratch(options_.directory);
    RestoreRoute route;
    route.goal.log.position = oracle_.position;
    route.repository = &home;
    SLIPWAY_TRY(route.chain, chain_of(home, backup.id));
    SLIPWAY_TRY(const auto server, scratch_options(options_));
    SLIPWAY_TRY(auto restored,
                restore_server(repositories, route,
                               {.server = server,
                                .work = scratch_work(options_.directory),
                                .threads = options_.threads,
                                .progress = [this](const std::string& step, std::uint64_t done, std::uint64_t of) {
                                  tell(step == "unpack" ? "backup" : step, step, done, of);
                                }}));
    server_.emplace(std::move(restored.server));
    return note_log(restored.log);
  }

  /// The log since the copy onto it.
  [[nodiscard]] Status advance(const std::vector<const Repository*>& repositories, const RollingCopy& copy) {
    tell("log", "log", 0, 0);
    SLIPWAY_TRY(const auto server, scratch_options(options_));
    clear_relay_files(server.directory / "data");
    SLIPWAY_TRY(const auto log, fetch_log(repositories, copy.line, copy.position,
                                          LogTarget{.gtid = {}, .time = {}, .position = oracle_.position},
                                          server.directory / "data", kRelayName));
    forget_copy(options_.directory);
    tell("replay", "replay", 0, log.groups);
    SLIPWAY_TRY(
        auto running,
        replay({.server = server,
                .threads = options_.threads,
                .progress = [this](std::uint64_t done, std::uint64_t of) { tell("replay", "replay", done, of); }},
               copy.position, log));
    server_.emplace(std::move(running));
    return note_log(log);
  }

  /// Every table by the server's own check: accounts wholly, others quickly.
  [[nodiscard]] Status check() {
    tell("check", "check", 0, 0);
    SLIPWAY_TRY(auto session, open_oracle_session(server_->administrator()));
    SLIPWAY_TRY(const Description description, describe_server(session));
    proof_.server_version = session.server_version();
    for (const auto& [object, table] : description.tables) {
      SLIPWAY_TRY(const std::string fault, check_table(session, table, table.database.starts_with(kAccountDatabase)));
      if (!fault.empty()) proof_.mismatches.push_back({object, "check", "OK", fault});
      tell("check", "check", ++proof_.checked, description.tables.size());
    }
    return {};
  }

  [[nodiscard]] Status compare() {
    tell("compare", "compare", 0, 0);
    SLIPWAY_TRY(const Oracle found,
                read_quiet_server(server_->administrator(), [this](std::uint64_t done, std::uint64_t of) -> Status {
                  tell("compare", "compare", done, of);
                  return {};
                }));
    proof_.server_version = found.server_version;
    proof_.tables = oracle_.tables.size();
    proof_.definitions = oracle_.definitions.size();
    for (auto& mismatch : differences(oracle_, found)) proof_.mismatches.push_back(std::move(mismatch));
    return {};
  }

  /// Stops the server; true when its data may serve as a copy.
  [[nodiscard]] bool end() {
    if (!server_) return false;
    const bool ran = server_->running();
    server_->stop();
    server_.reset();
    return ran;
  }

 private:
  void tell(const std::string& stage, const std::string& step, std::uint64_t done, std::uint64_t of) {
    stage_ = stage;
    if (options_.progress) options_.progress(step, done, of);
  }

  [[nodiscard]] Status note_log(const FetchedLog& log) {
    proof_.window.first_segment = log.first_segment;
    proof_.window.last_segment = log.last_segment;
    proof_.window.groups = log.groups;
    proof_.window.bytes = log.bytes;
    if (log.end == oracle_.position) return {};
    stage_ = "log";
    return Error{Code::conflict,
                 "the log leads to " + log.end.to_text() + ", the oracle is at " + oracle_.position.to_text(),
                 "take backups while the log is archived"};
  }

  static void clear_relay_files(const fs::path& data) {
    std::error_code problem;
    for (const auto& entry : fs::directory_iterator(data, problem)) {
      const std::string name = entry.path().filename().string();
      if (name.starts_with(kRelayName) || name == "relay-log.info" || name == "master.info")
        fs::remove(entry.path(), problem);
    }
  }

  const Oracle& oracle_;
  const ProofOptions& options_;
  Proof& proof_;
  std::string stage_ = "scratch";
  std::optional<embedded::Database> server_;
};

Proof begin_proof(const Oracle& oracle, const Clock& clock) {
  Proof proof;
  proof.position = oracle.position;
  proof.oracle_at = oracle.taken_at;
  proof.oracle_version = oracle.server_version;
  proof.program_version = SLIPWAY_VERSION;
  proof.not_compared = oracle.left_out;
  for (const auto& [object, reason] : oracle.not_summed) proof.not_compared.emplace(object, reason);
  proof.began_at = clock.now();
  return proof;
}

/// Runs `stages` with the scratch directory to itself, and says in `proof` what came of it.
void try_proof(const std::function<Status(Trial& trial)>& stages, const Oracle& oracle, const ProofOptions& options,
               Proof& proof) {
  Trial trial(oracle, options, proof);
  const auto work = [&] {
    auto lock = Result<FileLock>(Error{});
    Status done = embedded::make_private_directory(options.directory);
    if (done) lock = FileLock::take(options.directory / "proof.lock");
    if (done && !lock) done = lock.error().within("another proof runs");
    if (done) done = stages(trial);
    if (!done) proof.fault = ProofFault{trial.stage(), done.error()};
    proof.outcome = done ? ProofOutcome::proven : outcome_of(trial.stage(), done.error().code);
    if (proof.outcome == ProofOutcome::failed && options.interrupted && options.interrupted())
      proof.outcome = ProofOutcome::could_not_try;
    if (!proof.mismatches.empty()) proof.outcome = ProofOutcome::failed;
    if (!lock) return;
    const bool usable = trial.end() && proof.outcome == ProofOutcome::proven && options.keep_copy;
    const RollingCopy copy{
        .backup = proof.backup, .repository = proof.repository, .line = proof.window.line, .position = proof.position};
    // A copy that nothing was replayed onto yet stays what it was.
    if (usable ? !note_copy(options.directory, copy) : !find_copy(options.directory)) clear_scratch(options.directory);
  };
  if (options.gently)
    run_gently(work);
  else
    work();
}

}  // namespace

Result<Proof> prove_backup(const std::vector<const Repository*>& repositories, const Repository& home,
                           const Manifest& backup, const Oracle& oracle, const ProofOptions& options,
                           const Clock& clock) {
  Proof proof = begin_proof(oracle, clock);
  proof.backup = backup.id;
  proof.repository = home.id();
  proof.window.line = backup.log_line;
  proof.window.from = backup.position;
  const auto stages = [&](Trial& trial) -> Status {
    SLIPWAY_CHECK(trial.restore(repositories, home, backup));
    SLIPWAY_CHECK(trial.check());
    return trial.compare();
  };
  try_proof(stages, oracle, options, proof);
  proof.ended_at = clock.now();
  if (proof.outcome == ProofOutcome::could_not_try) return proof;
  SLIPWAY_TRY([[maybe_unused]] const auto name, home.add_proof(proof));
  return proof;
}

Result<Proof> prove_window(const std::vector<const Repository*>& repositories, const Oracle& oracle,
                           const ProofOptions& options, const Clock& clock) {
  Proof proof = begin_proof(oracle, clock);
  const auto stages = [&](Trial& trial) -> Status {
    SLIPWAY_TRY(const RollingCopy copy, find_copy(options.directory));
    proof.backup = copy.backup;
    proof.repository = copy.repository;
    proof.window.line = copy.line;
    proof.window.from = copy.position;
    SLIPWAY_CHECK(trial.advance(repositories, copy));
    return trial.compare();
  };
  try_proof(stages, oracle, options, proof);
  proof.ended_at = clock.now();
  if (proof.outcome == ProofOutcome::could_not_try) return proof;
  std::optional<Error> fault;
  bool written = false;
  for (const Repository* repository : repositories) {
    const auto done = repository->write_document(window_proof_name(proof.ended_at), to_json(proof));
    written = written || done.has_value();
    if (!done) fault = done.error();
  }
  if (!written && fault) return *fault;
  return proof;
}

}  // namespace slipway::backup
