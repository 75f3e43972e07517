#include "migrate/run/run.hpp"

#include "appliance/crypto/crypto.hpp"
#include "migrate/engine/fail_point.hpp"
#include "migrate/run/report.hpp"
#include "migrate/run/source.hpp"
#include "migrate/run/state_rules.hpp"
#include "migrate/run/steps.hpp"

namespace slipway::migrate {
namespace {

/// A run between its beginning and its first step.
struct Begun {
  Approach approach = Approach::anew;
  MigrationState state;
  OpenSource source;
};

Result<Choices> choices_of(const RunOptions& options) {
  SLIPWAY_TRY(std::string digest, digest_of(options.planning.status_map_file));
  SLIPWAY_TRY(std::string of_profile, digest_of_profile(options.planning.profile_directory));
  return Choices{options.replace,
                 options.trial,
                 options.anonymise,
                 options.planning.status_map_file.string(),
                 std::move(digest),
                 options.planning.profile_directory.string(),
                 options.dump.scratch_directory.string(),
                 options.access.password_file.string(),
                 options.access.tls_ca_file.string(),
                 options.access.plaintext,
                 options.planning.files_directory.string(),
                 options.planning.without_files,
                 options.dump.database,
                 options.dump.charset,
                 options.dump.most_bytes,
                 std::move(of_profile)};
}

Status inspect(Run& run, const RunOptions& options, OpenSource& source, Progress& progress) {
  SLIPWAY_TRY(source, open_source(options, progress));
  run.source = source.endpoint;
  if (source.scratch) run.report.warnings = source.scratch->notes;
  progress.begin("inspect " + options.source.describe());
  SLIPWAY_TRY(run.report.plan, make_plan(run.source, options.source.describe(), options.planning));
  for (const std::string& remark : remarks_on_files(run.report.plan)) warn(run.report, remark);
  return options.execute ? require_files(run.report.plan, options.planning) : Status{};
}

Status begin_anew(Run& run, const RunOptions& options, Begun& begun, Asked& asked) {
  if (options.trial && run.account.kind == account::Kind::production && options.production_account != options.account) {
    return Error{Code::conflict,
                 "account '" + options.account + "': is a production account, and a trial replaces what it holds",
                 "make another with 'slipway account create NAME --kind validation', or say --into-production " +
                     options.account};
  }
  if (run.report.requests_there > 0 && !options.replace && !options.trial) {
    return Error{
        Code::conflict,
        "account '" + options.account + "': holds " + std::to_string(run.report.requests_there) + " requests already",
        "say --replace to put the source's data in their place, or name another account"};
  }
  if (!options.restart) SLIPWAY_CHECK(refuse_unfinished(run));
  begun.state = {};
  begun.state.id = crypto::random_token(12).reveal();
  begun.state.account = options.account;
  begun.state.source = asked.source;
  begun.state.identity = asked.identity;
  begun.state.choices = std::move(asked.choices);
  begun.state.requests_there = run.report.requests_there;
  begun.state.created_at = run.report.started_at;
  run.report.id = begun.state.id;
  run.report.trial = options.trial;
  return {};
}

/// The report as far as it was, with the plan of today when the source was looked at again.
Status begin_again(Run& run, const RunOptions& options, Begun& begun, bool looked) {
  MigrationState& state = begun.state;
  SLIPWAY_TRY(const KnownProfiles known, known_profiles(options.planning.profile_directory));
  SLIPWAY_TRY(RunReport report, report_from_json(state.report, known));
  if (looked) report.plan = std::move(run.report.plan);
  SLIPWAY_TRY(report.plan.map, status_map(*report.plan.product.profile, options.planning.status_map_file));
  // Said again, --replace speaks of the requests there are now.
  if (options.replace || options.trial) state.requests_there = run.report.requests_there;
  report.requests_there = state.requests_there;
  run.report = std::move(report);
  run.report.resumes = ++state.resumes;
  run.report.steps.clear();  // of those that are taken back, no figures stay
  for (const DoneStep& step : state.steps) run.report.steps.push_back({step.name, step.seconds});
  run.record = state.record;
  return {};
}

/// Decides what this run is, looking at the source only when it has to.
Result<Begun> begin(Run& run, const RunOptions& options, const StateFile& file, bool resume, Progress& progress) {
  Begun begun;
  Asked asked{options.account, "", "", {}, resume, options.restart};
  SLIPWAY_TRY(asked.choices, choices_of(options));
  const std::string name = file.path().string();
  SLIPWAY_TRY(begun.approach, choose_approach(file.earlier(), asked, name));
  asked.source = options.source.describe();
  const bool looked = begun.approach == Approach::anew || !file.earlier()->has("copied");
  if (looked) {
    SLIPWAY_CHECK(inspect(run, options, begun.source, progress));
    SLIPWAY_TRY(asked.identity, identify(begun.source, run.report.plan));
  }
  SLIPWAY_TRY(begun.approach, choose_approach(file.earlier(), asked, name));
  if (begun.approach == Approach::anew) {
    SLIPWAY_CHECK(begin_anew(run, options, begun, asked));
    return begun;
  }
  begun.state = *file.earlier();
  // A dump is read into another scratch server each time, which is another source.
  take_back(begun.state, asked.choices, !begun.source.scratch);
  begun.state.choices = std::move(asked.choices);
  SLIPWAY_CHECK(begin_again(run, options, begun, looked));
  return begun;
}

/// The steps that are still to do, each recorded as it ends.
Status carry_out(Work& work, const StateFile& file, RecordedProgress& progress) {
  Run& run = work.run;
  const bool published = work.state.generation > 0 && run.account.generation == work.state.generation;
  if (work.state.has("prepared") && !published) SLIPWAY_CHECK(claim_prepared(work));
  const auto steps = run.report.plan.product.profile->transform ? foreign_steps() : own_steps();
  for (const StepOf& step : steps) {
    if (work.state.has(step.name)) continue;
    const auto began = std::chrono::steady_clock::now();
    progress.enter(step.name);
    SLIPWAY_CHECK(step.work(work));
    const std::string point = "run." + std::string(step.name);
    fail_point(point);  // done, and not yet recorded
    const double seconds = seconds_since(began);
    run.report.steps.push_back({std::string(step.name), seconds});
    run.report.total_seconds += seconds;
    work.state.steps.push_back({std::string(step.name), to_iso8601(SystemClock().now()), seconds});
    work.state.report = to_json(run.report);
    SLIPWAY_CHECK(file.save(work.state));
    fail_point(point);  // recorded, and the next not yet begun
  }
  return {};
}

Status execute(Run& run, const RunOptions& options, Begun& begun, const StateFile& file, Progress& shown) {
  MigrationState& state = begun.state;
  RecordedProgress progress(shown, file, state);
  progress.enter("planned");
  state.last_error.reset();
  state.report = to_json(run.report);
  SLIPWAY_CHECK(file.save(state));
  fail_point("run.planned");
  account::Administration administration(run.admin, run.installation.account_key);
  Work work{run, administration, options, state, progress, begun.approach == Approach::resume};
  allow_large_rows(run.admin);
  Status done = carry_out(work, file, progress);
  if (!done) {
    Error error = std::move(done).error();
    if (run.record > 0) static_cast<void>(record_failure(run, error));
    error.hint += (error.hint.empty() ? "" : "; ") +
                  ("then 'slipway-migrate resume --account " + state.account +
                   "' goes on behind the last finished step, and 'abort' drops what was built");
    state.last_error = error;
    static_cast<void>(file.save(state));
    return error;
  }
  if (const Status recorded = record_end(run); !recorded)  // published all the same
    run.report.warnings.push_back("the platform database has no record of this migration: " + recorded.error().message);
  state.outcome = Outcome::published;
  state.live = {};
  state.report = to_json(run.report);
  if (const Status saved = file.save(state); !saved)
    run.report.warnings.push_back("the state file could not be closed: " + saved.error().message);
  return {};
}

Result<RunReport> carry_on(const Installation& installation, const RunOptions& options, bool resume,
                           Progress& progress) {
  SLIPWAY_TRY(const AccountName name, AccountName::parse(options.account));
  if (!options.execute) {
    SLIPWAY_TRY(Run run, begin_run(installation, name));
    OpenSource source;
    SLIPWAY_CHECK(inspect(run, options, source, progress));
    return std::move(run.report);
  }
  // The account first: a name that is none makes no file.
  SLIPWAY_TRY(Run run, begin_run(installation, name));
  SLIPWAY_TRY(const StateFile file, StateFile::lock(state_file_for(installation, options.account, options.state_file)));
  SLIPWAY_TRY(Begun begun, begin(run, options, file, resume, progress));
  SLIPWAY_CHECK(execute(run, options, begun, file, progress));
  return std::move(run.report);
}

}  // namespace

std::filesystem::path state_file_for(const Installation& installation, const std::string& account,
                                     const std::filesystem::path& chosen) {
  return chosen.empty() ? state_file_of(installation.migrations, account) : chosen;
}

Result<RunReport> run_migration(const Installation& installation, const RunOptions& options, Progress& progress) {
  return carry_on(installation, options, false, progress);
}

Result<RunReport> resume_migration(const Installation& installation, const ResumeOptions& options, Progress& progress) {
  const auto file = state_file_for(installation, options.account, options.state_file);
  SLIPWAY_TRY(const auto earlier, read_state(file));
  SLIPWAY_TRY([[maybe_unused]] const Approach approach,
              choose_approach(earlier, {options.account, "", "", earlier ? earlier->choices : Choices(), true, false},
                              file.string()));
  RunOptions run;
  run.account = options.account;
  run.state_file = file;
  run.execute = true;
  run.replace = options.replace;
  run.load = options.load;
  run.method = options.method;
  run.trial = earlier->choices.trial;
  run.anonymise = earlier->choices.anonymise;
  SLIPWAY_TRY(run.source, parse_source(earlier->source));
  const Choices& choices = earlier->choices;
  run.planning = {choices.profile_directory, choices.status_map_file, choices.files_directory, choices.without_files};
  run.dump = {choices.scratch_directory, choices.dump_database, choices.dump_charset, choices.dump_most_bytes};
  run.access = {options.password_file.empty() ? std::filesystem::path(choices.password_file) : options.password_file,
                choices.tls_ca_file, choices.plaintext};
  return carry_on(installation, run, true, progress);
}

Status abort_migration(const Installation& installation, const std::string& account,
                       const std::filesystem::path& state_file) {
  SLIPWAY_TRY(const AccountName name, AccountName::parse(account));
  SLIPWAY_TRY(Run run, begin_run(installation, name));
  SLIPWAY_TRY(const StateFile file, StateFile::lock(state_file_for(installation, account, state_file)));
  SLIPWAY_TRY([[maybe_unused]] const Approach approach,
              choose_approach(file.earlier(),
                              {account, "", "", file.earlier() ? file.earlier()->choices : Choices(), true, false},
                              file.path().string()));
  MigrationState state = *file.earlier();
  if (state.generation > 0 && run.account.generation == state.generation) {
    return Error{Code::conflict, "account '" + account + "': the migration is published already",
                 "'slipway-migrate resume' finishes it"};
  }
  SLIPWAY_TRY(const bool ours, owns_generation(run, state));
  if (ours) {
    account::Administration administration(run.admin, installation.account_key);
    SLIPWAY_CHECK(drop_staging(run.admin, name));
    SLIPWAY_CHECK(administration.drop_generation(name, run.account.generation + 1));
    // Cut off in the middle of its publication: the account goes on with what it had.
    if (run.account.state == account::State::migrating) SLIPWAY_CHECK(administration.resume(name));
    SLIPWAY_CHECK(restore_trial_mark(run));
    run.record = state.record;
    run.report.id = state.id;
    SLIPWAY_CHECK(record_failure(run, {Code::cancelled, "aborted by a person"}));
  }
  state.outcome = Outcome::aborted;
  state.live = {};
  return file.save(state);
}

}  // namespace slipway::migrate
