#include "migrate/run/run_steps.hpp"

#include "appliance/account/platform.hpp"
#include "appliance/sql/schema.hpp"
#include "migrate/engine/binary_log.hpp"
#include "migrate/products/content_store.hpp"
#include "migrate/run/report.hpp"

namespace slipway::migrate {

double seconds_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

void warn(RunReport& report, std::string text) {
  auto& warnings = report.warnings;
  if (std::find(warnings.begin(), warnings.end(), text) == warnings.end()) warnings.push_back(std::move(text));
}

Result<sql::Connection> open_database(const Installation& installation, const std::string& database) {
  sql::Endpoint endpoint = installation.administrator;
  endpoint.database = database;
  endpoint.statement_limit = std::chrono::seconds{0};
  SLIPWAY_TRY(sql::Connection connection, sql::Connection::open(endpoint));
  SLIPWAY_CHECK(log_rows(connection));
  return connection;
}

Result<std::uint64_t> count_requests(sql::Connection& admin, const std::string& database) {
  SLIPWAY_TRY(const std::string quoted, sql::quote_identifier(database));
  SLIPWAY_TRY(const auto requests, admin.query_one("SELECT COUNT(*) FROM " + quoted + ".request"));
  return requests->natural(0);
}

Result<Run> begin_run(const Installation& installation, const AccountName& name) {
  sql::Endpoint platform = installation.administrator;
  platform.database = account::kPlatformDatabase;
  sql::Pool pool(platform, {1});
  account::Directory directory(pool, installation.account_key);
  SLIPWAY_TRY(account::Account account, directory.find(name));
  SLIPWAY_TRY(sql::Connection admin, open_database(installation, std::string(account::kPlatformDatabase)));
  // It idles while the copy runs, and its locks must outlive that.
  SLIPWAY_CHECK(admin.execute_text("SET SESSION wait_timeout = 31536000"));
  SLIPWAY_TRY(const auto lock, admin.query_one("SELECT GET_LOCK(?, 3)", {"slipway_migrate_" + name.text()}));
  if (!lock || lock->is_null(0) || lock->integer(0) != 1) {
    return Error{Code::in_use, "account '" + name.text() + "': another migration into it is running",
                 "wait until it has ended"};
  }
  SLIPWAY_TRY(const std::uint64_t requests, count_requests(admin, account.database));
  Run run{installation, std::move(admin), std::move(account), {}, 0, {}};
  run.report.account = name.text();
  run.report.requests_there = requests;
  run.report.started_at = to_iso8601(SystemClock().now());
  return run;
}

Status prove(Run& run, sql::Connection& target) {
  SLIPWAY_TRY(const ContentProof proof, prove_contents(target));
  run.report.contents = proof.contents;
  run.report.content_bytes = proof.bytes;
  return {};
}

Status set_schema_version(sql::Connection& target, const std::string& database, int version) {
  const auto versions = sql::account_schema();
  if (version >= versions.back().number) return {};
  SLIPWAY_TRY(const auto tables,
              target.query("SELECT table_name FROM information_schema.tables WHERE table_schema = ?", {database}));
  SLIPWAY_CHECK(target.execute_text("SET SESSION foreign_key_checks = 0"));
  for (const auto& table : tables) {
    SLIPWAY_TRY(const std::string quoted, sql::quote_identifier(table.text(0)));
    SLIPWAY_CHECK(target.execute_text("DROP TABLE IF EXISTS " + quoted));
  }
  SLIPWAY_CHECK(target.execute_text("SET SESSION foreign_key_checks = 1"));
  const auto wanted = std::find_if(versions.begin(), versions.end(), [&](const auto& v) { return v.number > version; });
  SLIPWAY_TRY([[maybe_unused]] const auto report,
              sql::upgrade_schema(target, versions.first(static_cast<std::size_t>(wanted - versions.begin()))));
  return {};
}

Status record_start(Run& run) {
  SLIPWAY_CHECK(run.admin.execute(
      "UPDATE migration SET state = 'failed', ended_at = UTC_TIMESTAMP(6) WHERE account_id = ? AND state = 'running'",
      {run.account.id}));
  const Plan& plan = run.report.plan;
  SLIPWAY_TRY(
      const auto done,
      run.admin.execute("INSERT INTO migration (account_id, generation, product, product_version, source, state, "
                        "started_at, report) VALUES (?, ?, ?, ?, ?, 'running', UTC_TIMESTAMP(6), ?)",
                        {run.account.id, run.account.generation + 1, plan.product.profile->title, plan.product.version,
                         plan.source.substr(0, 500), nlohmann::json{{"migration", run.report.id}}.dump()}));
  run.record = static_cast<std::int64_t>(done.last_insert_id);
  return {};
}

Status record_resumption(Run& run, std::int64_t record) {
  run.record = record;
  SLIPWAY_CHECK(
      run.admin.execute("UPDATE migration SET state = 'running', ended_at = NULL WHERE migration_id = ?", {record}));
  return {};
}

Status record_failure(Run& run, const Error& error) {
  const nlohmann::json report{
      {"migration", run.report.id}, {"error", traits(error.code).name}, {"message", error.message}};
  SLIPWAY_CHECK(run.admin.execute(
      "UPDATE migration SET state = 'failed', ended_at = UTC_TIMESTAMP(6), report = ? WHERE migration_id = ?",
      {report.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace), run.record}));
  return {};
}

Status record_end(Run& run) {
  SLIPWAY_CHECK(run.admin.execute(
      "UPDATE migration SET state = 'published', ended_at = UTC_TIMESTAMP(6), generation = ?, report = ? "
      "WHERE migration_id = ?",
      {run.report.generation, to_json(run.report).dump(), run.record}));
  return {};
}

}  // namespace slipway::migrate
