// What a migration does with the platform: claims an account's next generation, publishes it, tidies up.
#include "migrate/engine/fail_point.hpp"
#include "migrate/run/steps.hpp"

namespace slipway::migrate {
namespace {

std::string describe(const Run& run) { return "account '" + run.account.name.text() + "': "; }

/// Requests opened in the account while the migration ran would be hidden by its publication.
Status refuse_growth(Work& work) {
  SLIPWAY_TRY(const std::uint64_t now, count_requests(work.run.admin, work.state.former_database));
  const std::uint64_t before = work.run.report.requests_there;
  if (now == before) return {};
  return Error{Code::conflict,
               describe(work.run) + std::to_string(now - before) + " requests were opened in it during the migration",
               "keep people out of the account and run the migration again, with --replace if they may go"};
}

/// After publication nobody can write to the old generation any more, so this count is final. What came between
/// refuse_growth() and publication is in the old generation only: say so.
bool former_is_empty(Work& work) {
  const auto left = count_requests(work.run.admin, work.state.former_database);
  if (!left) return left.error().code == Code::not_found;  // dropped by a run that was killed just then
  const std::uint64_t before = work.run.report.requests_there;
  if (*left > before)
    work.run.report.warnings.push_back(
        std::to_string(*left - before) +
        " requests were opened at the moment of publication and are only in generation " +
        std::to_string(work.state.former_generation) + ", database " + work.state.former_database);
  return *left == 0;
}

}  // namespace

Result<bool> owns_generation(Run& run, const MigrationState& state) {
  SLIPWAY_TRY(const auto latest,
              run.admin.query_one("SELECT migration_id, JSON_VALUE(report, '$.migration') FROM migration "
                                  "WHERE account_id = ? ORDER BY migration_id DESC LIMIT 1",
                                  {run.account.id}));
  return latest && latest->integer(0) == state.record &&
         (latest->is_null(1) || latest->text(1).empty() || latest->text(1) == state.id);
}

Status refuse_unfinished(Run& run) {
  SLIPWAY_TRY(const auto other,
              run.admin.query_one("SELECT m.source, m.started_at FROM migration m JOIN account_generation g "
                                  "ON g.account_id = m.account_id AND g.generation = m.generation "
                                  "WHERE m.account_id = ? AND m.generation > ? AND m.state <> 'published' "
                                  "ORDER BY m.migration_id DESC LIMIT 1",
                                  {run.account.id, run.account.generation}));
  if (!other) return {};
  return Error{Code::conflict,
               describe(run) + "an unfinished migration into it, from " + other->text(0) + " begun at " +
                   other->text(1) + ", has another state file",
               "go on with that one (--state FILE), or say --restart to drop what it built"};
}

Status claim_prepared(Work& work) {
  Run& run = work.run;
  SLIPWAY_TRY(const bool ours, owns_generation(run, work.state));
  auto adopted = ours ? work.administration.adopt_generation(run.account.name)
                      : Result<account::Administration::Generation>(Error{Code::not_found, ""});
  if (!adopted && adopted.error().code == Code::not_found) {
    return Error{Code::conflict,
                 describe(run) + "the generation this migration was filling is gone, or another migration's now",
                 "say 'slipway-migrate run' with --restart to begin anew"};
  }
  if (!adopted) return std::move(adopted).error();
  work.database = adopted->database;
  return record_resumption(run, work.state.record);
}

Status prepare(Work& work) {
  Run& run = work.run;
  work.progress.begin("prepare the account's next generation");
  work.state.former_generation = run.account.generation;
  work.state.former_database = run.account.database;
  SLIPWAY_CHECK(record_start(run));
  work.state.record = run.record;
  // First, because it refuses when another migration into the account is under way, which may be using its staging.
  SLIPWAY_TRY(const auto generation, work.administration.prepare_generation(run.account.name));
  SLIPWAY_CHECK(drop_staging(run.admin, run.account.name));
  work.database = generation.database;
  work.state.generation = generation.number;
  run.report.generation = generation.number;
  return {};
}

Status publish(Work& work) {
  Run& run = work.run;
  const AccountName& name = run.account.name;
  if (run.account.generation == work.state.generation) return {};  // killed between publishing and recording it
  SLIPWAY_TRY(const auto staff, work.administration.carry_staff(name, work.state.generation));
  if (staff.tokens_left > 0)
    warn(run.report, std::to_string(staff.tokens_left) +
                         " API tokens of persons other than administrators are not carried; make new ones with "
                         "'slipway account token'");
  SLIPWAY_CHECK(refuse_growth(work));
  SLIPWAY_CHECK(mark_trial(work));
  fail_point("run.publishing");
  work.progress.begin("publish");
  Status published = work.administration.publish_generation(name, work.state.generation);
  if (published || published.error().code != Code::unavailable) return published;
  Error lost = std::move(published).error();
  lost.hint = "the server went away during publication: 'slipway account show " + name.text() +
              "' says which generation is published; if the account is 'migrating', run the migration again or serve "
              "its former data with 'slipway account resume " +
              name.text() + "'";
  return lost;
}

Status clean(Work& work) {
  RunReport& report = work.run.report;
  const AccountName& name = work.run.account.name;
  const int former = work.state.former_generation;
  if (!drop_staging(work.run.admin, name))
    warn(report, "staging database " + staging_name(name) + " could not be dropped");
  report.previous_generation = former;
  if (former_is_empty(work) && work.administration.drop_generation(name, former)) report.previous_generation = 0;
  // One way back is kept, not a heap of them.
  if (former > 1 && !work.administration.drop_generation(name, former - 1))
    warn(report, "generation " + std::to_string(former - 1) + " could not be dropped");
  SLIPWAY_CHECK(unmark_trial(work));
  report.executed = true;
  return {};
}

}  // namespace slipway::migrate
