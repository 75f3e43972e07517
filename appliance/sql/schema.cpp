// How a killed run is resumed: before each statement its number is written to schema_progress (intent), after it the
// same row is marked done. A statement that changes rows shares one transaction with its mark. DDL cannot, but MariaDB
// (10.6 on) makes each DDL statement atomic: after a kill between the two marks it has happened wholly or not at all.
// So it is run again, and "exists already" (or, of a DROP, "does not exist") then means that it had happened.
#include "appliance/sql/schema.hpp"

#include <mysqld_error.h>

#include <algorithm>
#include <array>

#include "appliance/crypto/crypto.hpp"
#include "appliance/sql/failure.hpp"
#include "appliance/sql/script.hpp"
#include "appliance/telemetry/log.hpp"

namespace slipway::sql {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kLockLimit{60};

constexpr std::string_view kBookkeeping = R"(
CREATE TABLE IF NOT EXISTS schema_history (
  version     INT UNSIGNED NOT NULL PRIMARY KEY,
  name        VARCHAR(200) NOT NULL,
  checksum    CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  applied_at  DATETIME(6) NOT NULL,
  duration_ms BIGINT UNSIGNED NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
CREATE TABLE IF NOT EXISTS schema_progress (
  version     INT UNSIGNED NOT NULL,
  statement   INT UNSIGNED NOT NULL,
  checksum    CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  done        BOOLEAN NOT NULL,
  PRIMARY KEY (version, statement)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4)";

// Holds the named lock of the connection's database.
class SchemaLock {
 public:
  [[nodiscard]] static Result<SchemaLock> take(Connection& connection) {
    SLIPWAY_TRY(const auto database, connection.query_one("SELECT DATABASE()"));
    if (database->is_null(0)) return Error{Code::invalid_argument, "schema upgrade: no database is selected"};
    const std::string& name = database->text(0);
    const std::string lock = "slipway.schema." + crypto::sha256_hex(name).substr(0, 32);
    // In short waits, so that the statement time limit of the connection does not end them.
    for (const auto deadline = Clock::now() + kLockLimit; Clock::now() < deadline;) {
      SLIPWAY_TRY(const auto taken, connection.query_one("SELECT GET_LOCK(?, 0.5)", {lock}));
      if (!taken->is_null(0) && taken->integer(0) == 1) return SchemaLock(connection, lock);
    }
    return Error{Code::in_use, "database " + name + ": another program is upgrading its schema", "wait and try again"};
  }
  SchemaLock(SchemaLock&& other) noexcept : connection_(other.connection_), name_(std::move(other.name_)) {
    other.connection_ = nullptr;
  }
  SchemaLock& operator=(SchemaLock&&) = delete;
  SchemaLock(const SchemaLock&) = delete;
  SchemaLock& operator=(const SchemaLock&) = delete;
  ~SchemaLock() {
    if (connection_ != nullptr) static_cast<void>(connection_->query("SELECT RELEASE_LOCK(?)", {name_}));
  }

 private:
  SchemaLock(Connection& connection, std::string name) : connection_(&connection), name_(std::move(name)) {}
  Connection* connection_;
  std::string name_;
};

std::string label(const SchemaVersion& version) { return "schema version " + std::string(version.name); }

Error changed(const SchemaVersion& version) {
  return {Code::corrupt, label(version) + ": differs from the one this database was made with",
          "install the program that made the database, or a newer release of it"};
}

// What DDL answers when it has been carried out already.
bool had_happened(std::string_view statement, const Error& error) {
  struct Answer {
    std::string_view verb;
    std::array<unsigned, 6> numbers;
  };
  static constexpr std::array<Answer, 4> answers{{
      {"CREATE",
       {ER_TABLE_EXISTS_ERROR, ER_DUP_KEYNAME, ER_TRG_ALREADY_EXISTS, ER_SP_ALREADY_EXISTS, ER_EVENT_ALREADY_EXISTS}},
      {"DROP",
       {ER_BAD_TABLE_ERROR, ER_CANT_DROP_FIELD_OR_KEY, ER_TRG_DOES_NOT_EXIST, ER_SP_DOES_NOT_EXIST,
        ER_EVENT_DOES_NOT_EXIST, ER_UNKNOWN_VIEW}},
      {"ALTER",
       {ER_DUP_FIELDNAME, ER_DUP_KEYNAME, ER_CANT_DROP_FIELD_OR_KEY, ER_MULTIPLE_PRI_KEY, ER_DUP_CONSTRAINT_NAME,
        ER_BAD_FIELD_ERROR}},
      {"RENAME", {ER_NO_SUCH_TABLE}},
  }};
  const std::string verb = first_word(statement);
  const unsigned number = mysql_errno_of(error);
  // InnoDB's answer to a foreign key whose name is taken.
  if (verb == "ALTER" && number == ER_CANT_CREATE_TABLE) return error.message.find("errno: 121") != std::string::npos;
  const auto* const answer =
      std::find_if(answers.begin(), answers.end(), [&](const Answer& one) { return one.verb == verb; });
  return number != 0 && answer != answers.end() &&
         std::find(answer->numbers.begin(), answer->numbers.end(), number) != answer->numbers.end();
}

struct Step {
  const SchemaVersion& version;
  const std::string& checksum;
  std::size_t number;  // of the statement, from 1
  const ScriptStatement& statement;
};

Status apply_rows(Connection& connection, const Step& step) {
  return in_transaction(connection, [&](Connection& inside) -> Status {
    SLIPWAY_CHECK(
        inside.execute("INSERT INTO schema_progress (version, statement, checksum, done) VALUES (?, ?, ?, TRUE)",
                       {step.version.number, step.number, step.checksum}));
    SLIPWAY_CHECK(inside.execute_text(step.statement.text));
    return {};
  });
}

Status apply_definition(Connection& connection, const Step& step, bool begun_before) {
  const Values place{step.version.number, step.number};
  if (!begun_before) {
    SLIPWAY_CHECK(
        connection.execute("INSERT INTO schema_progress (version, statement, checksum, done) VALUES (?, ?, ?, FALSE)",
                           {step.version.number, step.number, step.checksum}));
  }
  const auto run = connection.execute_text(step.statement.text);
  if (!run && !(begun_before && had_happened(step.statement.text, run.error()))) {
    // A refused statement has not happened: without its note the next run does not take it for done. (When the
    // connection is gone nobody knows, and the note stays.)
    static_cast<void>(connection.execute("DELETE FROM schema_progress WHERE version = ? AND statement = ?", place));
    return run.error();
  }
  SLIPWAY_CHECK(
      connection.execute("UPDATE schema_progress SET done = TRUE WHERE version = ? AND statement = ?", place));
  return {};
}

Status apply_version(Connection& connection, const SchemaVersion& version) {
  const auto begun = Clock::now();
  const std::string checksum = crypto::sha256_hex(version.script);
  auto split = split_script(version.script);
  if (!split) return split.error().within(label(version));
  SLIPWAY_TRY(const auto progress, connection.query("SELECT statement, done, checksum FROM schema_progress "
                                                    "WHERE version = ? ORDER BY statement",
                                                    {version.number}));
  for (const Row& row : progress)
    if (row.text(2) != checksum) return changed(version);
  for (std::size_t number = 1; number <= split->size(); ++number) {
    const bool known = number <= progress.size();
    if (known && progress[number - 1].boolean(1)) continue;
    const Step step{version, checksum, number, (*split)[number - 1]};
    const Status applied = changes_rows_only(step.statement.text) ? apply_rows(connection, step)
                                                                  : apply_definition(connection, step, known);
    if (!applied) return applied.error().within(label(version) + " line " + std::to_string(step.statement.line));
  }
  const auto spent = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begun);
  return in_transaction(connection, [&](Connection& inside) -> Status {
    SLIPWAY_CHECK(
        inside.execute("INSERT INTO schema_history (version, name, checksum, applied_at, duration_ms) "
                       "VALUES (?, ?, ?, UTC_TIMESTAMP(6), ?)",
                       {version.number, version.name, checksum, spent.count()}));
    SLIPWAY_CHECK(inside.execute("DELETE FROM schema_progress WHERE version = ?", {version.number}));
    return {};
  });
}

// Refuses a database that a newer program made, or one made from other files. Returns its version.
Result<int> check_history(Connection& connection, std::span<const SchemaVersion> versions) {
  SLIPWAY_TRY(const auto history, connection.query("SELECT version, checksum FROM schema_history ORDER BY version"));
  const int newest = versions.empty() ? 0 : versions.back().number;
  for (const Row& row : history) {
    const auto number = static_cast<int>(row.integer(0));
    if (number > newest)
      return Error{Code::unsupported,
                   "schema version " + std::to_string(number) + " of the database is newer than this program's " +
                       std::to_string(newest),
                   "use the program version that upgraded the database, or a newer one"};
    const auto known = std::find_if(versions.begin(), versions.end(),
                                    [&](const SchemaVersion& version) { return version.number == number; });
    if (known == versions.end())
      return Error{Code::corrupt,
                   "schema version " + std::to_string(number) + ": recorded, but unknown to this program"};
    if (crypto::sha256_hex(known->script) != row.text(1)) return changed(*known);
  }
  return history.empty() ? 0 : static_cast<int>(history.back().integer(0));
}

}  // namespace

Result<SchemaReport> upgrade_schema(Connection& connection, std::span<const SchemaVersion> versions) {
  SLIPWAY_TRY(const auto lock, SchemaLock::take(connection));
  static_cast<void>(lock);
  SLIPWAY_CHECK(connection.run_script(kBookkeeping));
  SchemaReport report;
  SLIPWAY_TRY(report.before, check_history(connection, versions));
  report.after = report.before;
  for (const SchemaVersion& version : versions) {
    if (version.number <= report.before) continue;
    SLIPWAY_CHECK(apply_version(connection, version));
    report.after = version.number;
    telemetry::log(telemetry::Level::info, "schema.applied", {{"version", std::string(version.name)}});
  }
  return report;
}

Result<int> schema_version(Connection& connection) {
  auto newest = connection.query_one("SELECT MAX(version) FROM schema_history");
  if (!newest && mysql_errno_of(newest.error()) == ER_NO_SUCH_TABLE) return 0;
  SLIPWAY_TRY(const auto row, std::move(newest));
  return row->is_null(0) ? 0 : static_cast<int>(row->integer(0));
}

}  // namespace slipway::sql
