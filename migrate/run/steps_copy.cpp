// From the source into the account's next generation.
#include <array>

#include "appliance/sql/schema.hpp"
#include "migrate/engine/checkpoint.hpp"
#include "migrate/run/source.hpp"
#include "migrate/run/steps.hpp"

namespace slipway::migrate {
namespace {

Status stage(Work& work) {
  SLIPWAY_TRY(work.staging, make_staging(work.run.admin, work.run.installation.administrator, work.run.account.name));
  return {};
}

/// The staging database of this run or of the one before it.
Result<Staging> staging_of(Work& work) {
  if (!work.staging) {
    SLIPWAY_TRY(work.staging,
                adopt_staging(work.run.admin, work.run.installation.administrator, work.run.account.name));
  }
  return *work.staging;
}

sql::Endpoint source_of(const Work& work) {
  sql::Endpoint source = work.run.source;
  source.database = work.run.report.plan.product.database;
  return source;
}

/// Its records stay until the step is recorded: a run killed between the two finds the copy finished.
CopyOptions resumable(const Work& work) {
  CopyOptions copying;
  copying.keep = Keep::rows;
  copying.resume = work.resumed;
  copying.keep_records = true;
  copying.load = work.options.load;
  copying.method = work.options.method;
  copying.source_title = work.options.source.describe();
  return copying;
}

/// Which moment of the source the account will show. A dump's is when its newest file was last written.
void note_moment(Work& work) {
  RunReport& report = work.run.report;
  report.data_at = report.copy.taken_at.empty() ? report.started_at : report.copy.taken_at;
  if (work.options.source.kind == SourceAddress::Kind::dump)
    if (const auto written = newest_change(work.options.source.file))
      report.data_at = to_iso8601(std::chrono::floor<std::chrono::seconds>(*written));
}

Status copy_foreign(Work& work) {
  SLIPWAY_TRY(const Staging staging, staging_of(work));
  CopyOptions copying = resumable(work);
  copying.foreign_keys = false;
  copying.binary_log = staging.binary_log;
  SLIPWAY_TRY(work.run.report.copy, copy_database(source_of(work), staging.endpoint, copying, work.progress));
  note_moment(work);
  return {};
}

Status transform_foreign(Work& work) {
  Run& run = work.run;
  const Plan& plan = run.report.plan;
  if (work.resumed) {
    // What a transformation that was cut off left is not worth telling apart from what it lacks.
    SLIPWAY_TRY(const auto generation, work.administration.prepare_generation(run.account.name));
    SLIPWAY_CHECK(drop_working_tables(run.admin, run.account.name));
    work.database = generation.database;
  }
  SLIPWAY_TRY(run.report.transform,
              transform(run.installation.administrator, *plan.product.profile, plan.map, staging_name(run.account.name),
                        work.database, work.options.planning.files_directory, work.progress));
  for (const std::string& remark : remarks_on(run.report.transform.contents)) warn(run.report, remark);
  return {};
}

Status verify_foreign(Work& work) {
  Run& run = work.run;
  work.progress.begin("verify");
  const auto began = std::chrono::steady_clock::now();
  const std::string staging = staging_name(run.account.name);
  SLIPWAY_TRY(sql::Connection here, open_database(run.installation, staging));
  SLIPWAY_TRY(sql::Connection there, open_database(run.installation, work.database));
  SLIPWAY_TRY(run.report.checks, run_checks(run.admin, *run.report.plan.product.profile, staging, work.database));
  SLIPWAY_TRY([[maybe_unused]] const auto compared,
              compare_contents(here, there, work.options.planning.files_directory, work.progress));
  SLIPWAY_CHECK(prove(run, there));
  run.report.verify_seconds = seconds_since(began);
  SLIPWAY_TRY(const auto strangers, apply_people(there, run.report.plan.map));
  for (const std::string& login : strangers) warn(run.report, "status map: nobody has the login '" + login + "'");
  return {};
}

/// The tables of the source as they stand in the staging database.
Result<Catalog> staged_catalog(Work& work) {
  SLIPWAY_TRY(Catalog staged, read_catalog(work.run.admin, staging_name(work.run.account.name)));
  const Catalog& planned = work.run.report.plan.catalog;
  std::erase_if(staged.tables, [&](const Table& table) { return planned.find(table.name) == nullptr; });
  return staged;
}

Status keep_foreign_aside(Work& work) {
  Run& run = work.run;
  const Plan& plan = run.report.plan;
  work.progress.begin("keep aside");
  SLIPWAY_TRY(sql::Connection there, open_database(run.installation, work.database));
  SLIPWAY_CHECK(there.execute("DELETE FROM kept_aside"));  // of a run that was killed here
  SLIPWAY_TRY(const Catalog staged, staged_catalog(work));
  SLIPWAY_TRY(run.report.asides, keep_asides(run.admin, *plan.product.profile, staged,
                                             plan.product.profile->title + " " + plan.product.version,
                                             staging_name(run.account.name), work.database));
  return {};
}

/// Tables that somebody added to our schema: through staging, so that their rows can be kept aside.
Status copy_added(Work& work, CopyOptions others) {
  SLIPWAY_TRY(const bool staged, has_staging(work.run.admin, work.run.account.name));
  if (!work.resumed || !staged) SLIPWAY_CHECK(stage(work));
  SLIPWAY_TRY(const Staging staging, staging_of(work));
  others.foreign_keys = false;
  others.binary_log = staging.binary_log;
  SLIPWAY_TRY([[maybe_unused]] const auto copied,
              copy_database(source_of(work), staging.endpoint, others, work.progress));
  return {};
}

/// The tables of the version that the source has.
Status stage_own(Work& work) {
  SLIPWAY_TRY(sql::Connection there, open_database(work.run.installation, work.database));
  return set_schema_version(there, work.database, work.run.report.plan.product.schema_version);
}

Status copy_own(Work& work) {
  Run& run = work.run;
  const Plan& plan = run.report.plan;
  SLIPWAY_TRY(sql::Connection there, open_database(run.installation, work.database));
  SLIPWAY_TRY(const Catalog known, read_catalog(there, work.database));
  CopyOptions copying = resumable(work);
  copying.create_tables = false;
  copying.constraints = Checks::on;
  for (const auto& [table, reason] : plan.product.profile->left) copying.skip.insert(table);
  CopyOptions others = resumable(work);
  for (const Table& table : plan.catalog.tables)
    (known.find(table.name) == nullptr ? copying : others).skip.insert(table.name);
  sql::Endpoint target = run.installation.administrator;
  target.database = work.database;
  SLIPWAY_TRY(run.report.copy, copy_database(source_of(work), target, copying, work.progress));
  note_moment(work);
  if (others.skip.size() < plan.catalog.tables.size()) SLIPWAY_CHECK(copy_added(work, std::move(others)));
  SLIPWAY_TRY(const auto last, there.query_one("SELECT COALESCE(MAX(aside_id), 0) FROM kept_aside"));
  work.state.last_aside = last->natural(0);
  return {};
}

Status upgrade_own(Work& work) {
  SLIPWAY_TRY(sql::Connection there, open_database(work.run.installation, work.database));
  SLIPWAY_CHECK(Checkpoint::forget(there));
  SLIPWAY_TRY([[maybe_unused]] const auto upgraded, sql::upgrade_schema(there, sql::account_schema()));
  return {};
}

Status keep_own_aside(Work& work) {
  Run& run = work.run;
  const Profile& profile = *run.report.plan.product.profile;
  run.report.asides.clear();
  SLIPWAY_TRY(sql::Connection there, open_database(run.installation, work.database));
  SLIPWAY_CHECK(there.execute("DELETE FROM kept_aside WHERE aside_id > ?", {work.state.last_aside}));
  SLIPWAY_TRY(const bool staged, has_staging(run.admin, run.account.name));
  if (staged) {
    SLIPWAY_TRY(const Catalog added, staged_catalog(work));
    SLIPWAY_TRY(run.report.asides,
                keep_asides(run.admin, profile, added, "Slipway", staging_name(run.account.name), work.database));
  }
  for (const auto& [table, reason] : profile.left) run.report.asides.push_back({table, reason, 0, 0, true});
  return {};
}

Status verify_own(Work& work) {
  Run& run = work.run;
  work.progress.begin("verify");
  const auto began = std::chrono::steady_clock::now();
  SLIPWAY_TRY(sql::Connection there, open_database(run.installation, work.database));
  SLIPWAY_TRY(run.report.checks, run_checks(run.admin, *run.report.plan.product.profile, work.database, work.database));
  SLIPWAY_CHECK(prove(run, there));
  run.report.verify_seconds = seconds_since(began);
  return {};
}

}  // namespace

std::span<const StepOf> foreign_steps() {
  static constexpr auto kSteps = std::to_array<StepOf>({{"prepared", prepare},
                                                        {"staged", stage},
                                                        {"copied", copy_foreign},
                                                        {"transformed", transform_foreign},
                                                        {"verified", verify_foreign},
                                                        {"kept_aside", keep_foreign_aside},
                                                        {"anonymised", anonymise},
                                                        {"published", publish},
                                                        {"cleaned", clean}});
  return kSteps;
}

std::span<const StepOf> own_steps() {
  static constexpr auto kSteps = std::to_array<StepOf>({{"prepared", prepare},
                                                        {"staged", stage_own},
                                                        {"copied", copy_own},
                                                        {"upgraded", upgrade_own},
                                                        {"kept_aside", keep_own_aside},
                                                        {"verified", verify_own},
                                                        {"anonymised", anonymise},
                                                        {"published", publish},
                                                        {"cleaned", clean}});
  return kSteps;
}

}  // namespace slipway::migrate
