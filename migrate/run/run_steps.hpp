// The parts of a run that touch the platform: which account, who else is at work, what is recorded. For run.cpp.
#pragma once

#include "migrate/run/run.hpp"

namespace slipway::migrate {

/// One migration under way.
struct Run {
  const Installation& installation;
  sql::Connection admin;  ///< the platform database selected; holds the lock of the account's migration
  account::Account account;
  sql::Endpoint source;
  std::int64_t record = 0;  ///< row of the platform's table `migration`
  RunReport report;
};

[[nodiscard]] double seconds_since(std::chrono::steady_clock::time_point begin);

/// Adds a warning to the report, once: a step may run again.
void warn(RunReport& report, std::string text);

/// How many requests a database of an account holds.
[[nodiscard]] Result<std::uint64_t> count_requests(sql::Connection& admin, const std::string& database);

/// Finds the account and takes its lock. Errors: not_found, in_use.
[[nodiscard]] Result<Run> begin_run(const Installation& installation, const AccountName& name);

[[nodiscard]] Result<sql::Connection> open_database(const Installation& installation, const std::string& database);

/// Re-reads and hashes every file of the account.
[[nodiscard]] Status prove(Run& run, sql::Connection& target);

/// Rebuilds a generation at an older version of the schema, so that rows of that version fit.
[[nodiscard]] Status set_schema_version(sql::Connection& target, const std::string& database, int version);

/// The platform's record of this run; earlier ones that never ended become failed.
[[nodiscard]] Status record_start(Run& run);
[[nodiscard]] Status record_resumption(Run& run, std::int64_t record);
[[nodiscard]] Status record_failure(Run& run, const Error& error);
[[nodiscard]] Status record_end(Run& run);

}  // namespace slipway::migrate
