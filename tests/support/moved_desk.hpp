// Desks of other products as tests/migration_cases/NAME/create.sql makes them, moved into an account, and what the
// account holds afterwards as plain facts, to be compared with facts that a test reads out of the source by itself.
#pragma once

#include <map>
#include <string>

#include "migrate/run/run.hpp"
#include "tests/support/migration.hpp"

namespace slipway::test {

/// "request 12 subject" → "Hello". Equal maps are equal desks. What keys there are: see facts_of().
using Facts = std::map<std::string, std::string>;

/// A new database with the tables and rows of a case. Aborts, naming the line, when its script fails.
[[nodiscard]] sql::Endpoint case_database(const std::string& name, const std::string& script = "create.sql");

/// A file of a case.
[[nodiscard]] std::filesystem::path case_file(const std::string& name, const std::string& file);

/// How the case is moved into `account`, which is made.
[[nodiscard]] migrate::RunOptions move_options(const sql::Endpoint& source, const std::string& account);

[[nodiscard]] Result<migrate::RunReport> move(const migrate::RunOptions& options);

/// The database that an account has after its first migration.
[[nodiscard]] sql::Connection moved_account(const std::string& account);

/// Everything that people see in the account:
///   person LABEL         name|email|role|language|active|created; a label is the login, or "~" and the name without
///   one team NAME            description|active request N FIELD      subject, status, severity, requester, assignee,
///   team, close reason, created, updated, deleted, merged message KEY request|author|visibility|format|written message
///   KEY body file KEY             key of its message|name|type|bytes|SHA-256 field NAME           kind|active value N
///   NAME PLACE   the value watcher N LABEL ROLE, link N KIND TARGET, event N TIME|ACTOR|KIND|OLD|NEW|DETAIL   how many
///   there are
/// KEY is what the profile calls source_key.
[[nodiscard]] Facts facts_of(sql::Connection& account);

/// Adds one to a counted fact.
void count_fact(Facts& facts, const std::string& key);

/// Size and SHA-256 of bytes, as in a file fact.
[[nodiscard]] std::string sum_of(const std::string& bytes);

/// The first facts that differ, one a line; empty when the maps are equal.
[[nodiscard]] std::string differences(const Facts& expected, const Facts& found);

/// Every text in the account's kept_aside that contains one of `secrets`, which must be none.
[[nodiscard]] std::string leaked(sql::Connection& account, const std::vector<std::string>& secrets);

/// Rows kept aside of a table with reasons, as "TABLE: REASON" → how many; and what was left, as "TABLE (left)".
[[nodiscard]] std::map<std::string, std::uint64_t> asides_of(const migrate::RunReport& report);

}  // namespace slipway::test
