#include "migrate/products/transform.hpp"

#include <algorithm>

#include "appliance/sql/script.hpp"
#include "migrate/engine/binary_log.hpp"
#include "migrate/engine/fail_point.hpp"
#include "migrate/products/answer.hpp"
#include "migrate/products/outside_files.hpp"

namespace slipway::migrate {
namespace {

Result<sql::Connection> open_in(sql::Endpoint endpoint, const std::string& database) {
  endpoint.database = database;
  endpoint.statement_limit = std::chrono::seconds{0};
  SLIPWAY_TRY(sql::Connection connection, sql::Connection::open(endpoint));
  SLIPWAY_CHECK(log_rows(connection));
  return connection;
}

/// Listing a large directory takes a while: only for profiles that ask what is there.
bool asks_for_files(const Profile& profile) {
  return std::any_of(profile.files.begin(), profile.files.end(),
                     [](const auto& file) { return file.second.find(".slipway_file") != std::string::npos; });
}

}  // namespace

Status write_maps(sql::Connection& staging, const StatusMap& map) {
  SLIPWAY_CHECK(
      staging.execute_text("CREATE TABLE slipway_status_map (source VARCHAR(64) CHARACTER SET utf8mb4 COLLATE "
                           "utf8mb4_general_ci NOT NULL PRIMARY KEY, "
                           "status VARCHAR(20) NOT NULL, reason VARCHAR(500) NOT NULL, deleted BOOLEAN NOT NULL)"));
  SLIPWAY_CHECK(staging.execute_text(
      "CREATE TABLE slipway_severity_map (priority INT NOT NULL PRIMARY KEY, severity TINYINT NOT NULL)"));
  SLIPWAY_CHECK(staging.execute_text(
      "CREATE TABLE slipway_file (path VARBINARY(700) NOT NULL PRIMARY KEY, size_bytes BIGINT UNSIGNED NOT NULL, "
      "text VARBINARY(250) NULL)"));
  for (const auto& [from, to] : map.statuses)
    SLIPWAY_CHECK(staging.execute("INSERT INTO slipway_status_map VALUES (?, ?, ?, ?)",
                                  {from, to.status, to.reason, to.deleted}));
  for (const auto& [priority, severity] : map.severities)
    SLIPWAY_CHECK(staging.execute("INSERT INTO slipway_severity_map VALUES (?, ?)", {priority, severity}));
  return {};
}

Result<std::vector<std::string>> apply_people(sql::Connection& target, const StatusMap& map) {
  std::vector<std::string> unknown;
  for (const auto& [from, to] : map.people) {
    SLIPWAY_TRY(const auto person, target.query_one("SELECT person_id FROM person WHERE login = ?", {from}));
    if (!person) {
      unknown.push_back(from);
      continue;
    }
    auto done = target.execute(
        "UPDATE person SET login = COALESCE(?, login), email = COALESCE(?, email), role = COALESCE(?, role), "
        "language = COALESCE(?, language), active = COALESCE(?, active) WHERE person_id = ?",
        {to.login, to.email, to.role, to.language, to.active, person->natural(0)});
    if (!done) return std::move(done).error().within("the map's person '" + from + "'");
  }
  return unknown;
}

Result<TransformReport> transform(const sql::Endpoint& admin, const Profile& profile, const StatusMap& map,
                                  const std::string& source, const std::string& target,
                                  const std::filesystem::path& files, Progress& progress) {
  TransformReport report;
  const auto began = std::chrono::steady_clock::now();
  SLIPWAY_TRY(sql::Connection staging, open_in(admin, source));
  SLIPWAY_TRY(sql::Connection account, open_in(admin, target));
  // References inside one statement (a request merged into a later one) cannot be held row by row; the checks look for
  // orphans.
  SLIPWAY_CHECK(account.execute_text("SET SESSION foreign_key_checks = 0, innodb_lock_wait_timeout = 600"));
  SLIPWAY_CHECK(write_maps(staging, map));
  progress.begin("transform");
  if (asks_for_files(profile)) {
    SLIPWAY_TRY([[maybe_unused]] const auto listed, list_files(staging, files));
  }
  for (const std::string& step : profile.steps) {
    fail_point("run.transforming");
    if (step == "content") {
      auto done = write_contents(staging, account, files, progress);
      if (!done) return std::move(done).error().within("step " + step);
      report.contents = std::move(*done);
    } else if (step == "values") {
      auto done = write_values(staging, account);
      if (!done) return std::move(done).error().within("step " + step);
      report.values = *done;
    } else {
      SLIPWAY_TRY(const std::string script, profile_script(profile, step, source, target));
      if (auto done = account.run_script(script); !done) return std::move(done).error().within("step " + step);
    }
  }
  report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  return report;
}

Result<std::vector<Check>> run_checks(sql::Connection& admin, const Profile& profile, const std::string& source,
                                      const std::string& target) {
  SLIPWAY_TRY(const std::string script, profile_script(profile, profile.checks, source, target));
  SLIPWAY_TRY(const auto statements, sql::split_script(script));
  std::vector<Check> checks;
  std::string faults;
  for (const auto& statement : statements) {
    SLIPWAY_TRY(const auto row, admin.query_one(statement.text));
    if (!row) continue;
    const std::string place = profile.checks + ":" + std::to_string(statement.line);
    SLIPWAY_TRY(const std::uint64_t expected, whole_number(*row, 1, place));
    SLIPWAY_TRY(const std::uint64_t found, whole_number(*row, 2, place));
    const std::string what = row->optional_text(0).value_or("check without a name");
    checks.push_back({what, expected, found});
    if (expected != found)
      faults += "\n  " + what + ": " + std::to_string(expected) + " expected, " + std::to_string(found) + " found (" +
                place + ")";
  }
  if (faults.empty()) return checks;
  return Error{Code::corrupt, "the account does not hold what the source holds:" + faults,
               "nothing was published; both sides are there to look at, in the databases '" + source + "' and '" +
                   target + "'; keep the source as it is and report this"};
}

}  // namespace slipway::migrate
