#include "migrate/run/run.hpp"

#include "appliance/sql/schema.hpp"
#include "migrate/dumps/dump.hpp"
#include "migrate/products/content_store.hpp"
#include "migrate/run/report.hpp"
#include "migrate/run/run_steps.hpp"
#include "migrate/run/staging.hpp"

namespace slipway::migrate {
namespace {

/// Staging into generation, for products that are not ours.
Status take_over(Run& run, const account::Administration::Generation& generation, Progress& progress) {
  const Plan& plan = run.report.plan;
  SLIPWAY_TRY(const Staging staging, make_staging(run.admin, run.installation.administrator, run.account.name));
  CopyOptions copying;
  copying.foreign_keys = false;
  copying.keep = Keep::rows;
  sql::Endpoint source = run.source;
  source.database = plan.product.database;
  SLIPWAY_TRY(run.report.copy, copy_database(source, staging.endpoint, copying, progress));
  SLIPWAY_TRY(run.report.transform, transform(run.installation.administrator, *plan.product.profile, plan.map,
                                              staging.database, generation.database, progress));
  for (const std::string& key : run.report.transform.contents.unreadable)
    run.report.warnings.push_back(key + ": its content is not in the source database");

  progress.begin("verify");
  const auto began = std::chrono::steady_clock::now();
  SLIPWAY_TRY(sql::Connection here, open_database(run.installation, staging.database));
  SLIPWAY_TRY(sql::Connection there, open_database(run.installation, generation.database));
  SLIPWAY_TRY(run.report.checks, run_checks(run.admin, *plan.product.profile, staging.database, generation.database));
  SLIPWAY_TRY([[maybe_unused]] const auto compared, compare_contents(here, there, progress));
  SLIPWAY_CHECK(prove(run, there));
  run.report.verify_seconds = seconds_since(began);
  SLIPWAY_TRY(const auto strangers, apply_people(there, plan.map));
  for (const std::string& login : strangers)
    run.report.warnings.push_back("status map: nobody has the login '" + login + "'");

  progress.begin("keep aside");
  const std::string product = plan.product.profile->title + " " + plan.product.version;
  SLIPWAY_TRY(run.report.asides, keep_asides(run.admin, *plan.product.profile, plan.catalog, product, staging.database,
                                             generation.database));
  return {};
}

/// Straight into the generation, then the schema history: our own product.
Status take_own(Run& run, const account::Administration::Generation& generation, Progress& progress) {
  const Plan& plan = run.report.plan;
  SLIPWAY_TRY(sql::Connection there, open_database(run.installation, generation.database));
  SLIPWAY_CHECK(set_schema_version(there, generation.database, plan.product.schema_version));
  SLIPWAY_TRY(const Catalog known, read_catalog(there, generation.database));
  CopyOptions copying;
  copying.create_tables = false;
  copying.keep = Keep::rows;
  copying.constraints = Checks::on;
  for (const auto& [table, reason] : plan.product.profile->left) copying.skip.insert(table);
  CopyOptions others;
  for (const Table& table : plan.catalog.tables)
    (known.find(table.name) == nullptr ? copying : others).skip.insert(table.name);
  sql::Endpoint source = run.source;
  source.database = plan.product.database;
  sql::Endpoint target = run.installation.administrator;
  target.database = generation.database;
  SLIPWAY_TRY(run.report.copy, copy_database(source, target, copying, progress));
  if (others.skip.size() < plan.catalog.tables.size()) {
    // Tables that somebody added to our schema: through staging, so that their rows can be kept aside.
    SLIPWAY_TRY(const Staging staging, make_staging(run.admin, run.installation.administrator, run.account.name));
    others.foreign_keys = false;
    others.keep = Keep::rows;
    SLIPWAY_TRY([[maybe_unused]] const auto copied, copy_database(source, staging.endpoint, others, progress));
    SLIPWAY_TRY(const Catalog added, read_catalog(run.admin, staging.database));
    SLIPWAY_TRY(run.report.asides,
                keep_asides(run.admin, *plan.product.profile, added, "Slipway", staging.database, generation.database));
  }
  progress.begin("verify");
  const auto began = std::chrono::steady_clock::now();
  SLIPWAY_TRY([[maybe_unused]] const auto upgraded, sql::upgrade_schema(there, sql::account_schema()));
  SLIPWAY_TRY(run.report.checks,
              run_checks(run.admin, *plan.product.profile, generation.database, generation.database));
  SLIPWAY_CHECK(prove(run, there));
  run.report.verify_seconds = seconds_since(began);
  for (const auto& [table, reason] : plan.product.profile->left)
    run.report.asides.push_back({table, reason, 0, 0, true});
  return {};
}

/// Requests opened in the account while the migration ran would be hidden by its publication.
Status refuse_growth(Run& run) {
  SLIPWAY_TRY(const std::uint64_t now, count_requests(run.admin, run.account.database));
  if (now == run.report.requests_there) return {};
  return Error{Code::conflict,
               "account '" + run.account.name.text() + "': " + std::to_string(now - run.report.requests_there) +
                   " requests were opened in it during the migration",
               "keep people out of the account and run the migration again, with --replace if they may go"};
}

/// After publication nobody can write to the old generation any more, so this count is final. What came between
/// refuse_growth() and publication is in the old generation only: say so.
bool old_generation_is_empty(Run& run) {
  const auto left = count_requests(run.admin, run.account.database);
  if (left && *left > run.report.requests_there)
    run.report.warnings.push_back(std::to_string(*left - run.report.requests_there) +
                                  " requests were opened at the moment of publication and are only in generation " +
                                  std::to_string(run.account.generation) + ", database " + run.account.database);
  return left && *left == 0;
}

Status execute(Run& run, Progress& progress) {
  account::Administration administration(run.admin, run.installation.account_key);
  const AccountName& name = run.account.name;
  allow_large_rows(run.admin);
  SLIPWAY_CHECK(record_start(run));
  // First, because it refuses when another migration into the account is under way, which may be using its staging.
  SLIPWAY_TRY(const auto generation, administration.prepare_generation(name));
  SLIPWAY_CHECK(drop_staging(run.admin, name));
  run.report.generation = generation.number;
  const bool foreign = run.report.plan.product.profile->transform;
  const auto work = [&]() -> Status {
    SLIPWAY_CHECK(foreign ? take_over(run, generation, progress) : take_own(run, generation, progress));
    SLIPWAY_TRY(const auto staff, administration.carry_staff(name, generation.number));
    if (staff.tokens_left > 0)
      run.report.warnings.push_back(std::to_string(staff.tokens_left) +
                                    " API tokens of persons other than administrators are not carried; make new ones "
                                    "with 'slipway account token'");
    SLIPWAY_CHECK(refuse_growth(run));
    progress.begin("publish");
    Status published = administration.publish_generation(name, generation.number);
    if (published || published.error().code != Code::unavailable) return published;
    Error lost = std::move(published).error();
    lost.hint = "the server went away during publication: 'slipway account show " + name.text() +
                "' says which generation is published; if the account is 'migrating', run the migration again or serve "
                "its former data with 'slipway account resume " +
                name.text() + "'";
    return lost;
  };
  auto done = work();
  const auto cleaned = drop_staging(run.admin, name);
  if (!done) {
    const auto dropped = administration.drop_generation(name, generation.number);
    static_cast<void>(record_failure(run, done.error()));
    return std::move(done).error();
  }
  if (!cleaned) run.report.warnings.push_back("staging database " + staging_name(name) + " could not be dropped");
  run.report.previous_generation = run.account.generation;
  if (old_generation_is_empty(run) && administration.drop_generation(name, run.account.generation))
    run.report.previous_generation = 0;
  // One way back is kept, not a heap of them.
  if (run.account.generation > 1 && !administration.drop_generation(name, run.account.generation - 1))
    run.report.warnings.push_back("generation " + std::to_string(run.account.generation - 1) + " could not be dropped");
  run.report.executed = true;
  return {};
}

}  // namespace

Result<RunReport> run_migration(const Installation& installation, const RunOptions& options, Progress& progress) {
  const auto began = std::chrono::steady_clock::now();
  SLIPWAY_TRY(const AccountName name, AccountName::parse(options.account));
  SLIPWAY_TRY(Run run, begin_run(installation, name));
  std::optional<ScratchServer> scratch;
  if (options.source.kind == SourceAddress::Kind::dump) {
    SLIPWAY_TRY(scratch, load_dump(options.source.file, options.scratch_directory, progress));
    run.source = scratch->endpoint();
  } else {
    SLIPWAY_TRY(run.source, to_endpoint(options.source, options.access));
  }
  progress.begin("inspect " + options.source.describe());
  SLIPWAY_TRY(run.report.plan, make_plan(run.source, options.source.describe(), options.planning));
  if (!options.execute) return std::move(run.report);
  if (run.report.requests_there > 0 && !options.replace) {
    return Error{
        Code::conflict,
        "account '" + name.text() + "': holds " + std::to_string(run.report.requests_there) + " requests already",
        "say --replace to put the source's data in their place, or name another account"};
  }
  SLIPWAY_CHECK(execute(run, progress));
  run.report.total_seconds = seconds_since(began);
  if (const Status recorded = record_end(run); !recorded)  // published all the same
    run.report.warnings.push_back("the platform database has no record of this migration: " + recorded.error().message);
  return std::move(run.report);
}

}  // namespace slipway::migrate
