#include "migrate/dumps/statement_runner.hpp"

#include <algorithm>

namespace slipway::migrate {
namespace {

constexpr std::uint64_t kRoomBytes = 64U << 20U;
constexpr std::size_t kLookEveryBytes = 1U << 20U;

// What the server says when it leaves a value as it should be all the same.
constexpr unsigned kGeneratedIgnored = 1906;
constexpr unsigned kDuplicateIgnored = 1062;  // of INSERT IGNORE
constexpr unsigned kUnknownEngine = 1286;
constexpr unsigned kEngineReplaced = 1266;
constexpr unsigned kWrongString = 1366;

constexpr const char* kDeadlock = "1213";
constexpr int kMostAgain = 100;

constexpr const char* kMoreRoom = "name a directory with more room with --scratch-dir DIR";
constexpr const char* kAnew = "make the dump anew with mariadb-dump or mysqldump --single-transaction";

Error full_disk() { return {Code::no_space, "the disk of the scratch server is full", kMoreRoom}; }

std::string errno_of(const Error& error) {
  for (const auto& [name, value] : error.context)
    if (name == "mysql_errno") return value;
  return {};
}

/// What the server said, reduced to number and line: the rest can quote data.
Error refused(const Error& said, const ReadyStatement& statement) {
  const std::string number = errno_of(said);
  if (said.code == Code::no_space || number == "3" || number == "28") return full_disk();
  if (said.code == Code::unavailable)
    return {Code::unavailable, "the scratch server ended while the dump was loaded",
            "run it again; a load starts anew"};
  Error error{Code::corrupt,
              "the server refused the statement at line " + std::to_string(statement.line) + " (error " + number + ")",
              kAnew, said.context};
  if (!statement.verdict.name.empty() && statement.verdict.name.size() <= 64)
    error.message += ", which is about '" + statement.verdict.name + "'";
  if (number == "1273" || number == "1115") {
    error.code = Code::unsupported;
    error.hint =
        "it names a collation or character set that MariaDB lacks; migrate from the running server (mysql://…)";
  }
  if (number == "1044" || number == "1142" || number == "1227" || number == "1370") {
    error.code = Code::forbidden;
    error.message = "the statement at line " + std::to_string(statement.line) +
                    " reaches outside its database (error " + number + ")";
    error.hint = "make the dump anew with mariadb-dump or mysqldump, of the one database";
  }
  return error;
}

/// "… for column `db`.`t`.`c` at row 1" → "c".
std::string column_of(const std::string& message) {
  const auto label = message.find(" column ");
  if (label == std::string::npos) return {};
  const auto end = message.find(" at row", label);
  std::string column = message.substr(label + 8, end == std::string::npos ? end : end - label - 8);
  if (!column.empty() && (column.back() == '`' || column.back() == '\'')) column.pop_back();
  const auto begin = column.find_last_of("`'");
  return column.substr(begin == std::string::npos ? 0 : begin + 1).substr(0, 64);
}

Error changed_value(const ReadyStatement& statement, unsigned number, const std::string& column) {
  const std::string where = "line " + std::to_string(statement.line) + ", table '" + statement.verdict.name + "'" +
                            (column.empty() ? "" : ", column '" + column + "'");
  if (number == kWrongString)
    return {Code::corrupt, where + ": bytes that are no text in the character set the dump declares",
            "say what it is really encoded in with --dump-charset NAME (often latin1), or make the dump anew with "
            "--default-character-set=utf8mb4"};
  return {Code::corrupt, where + ": the server would change a value (warning " + std::to_string(number) + ")", kAnew};
}

}  // namespace

Result<StatementRunner> StatementRunner::open(const sql::Endpoint& endpoint, const std::filesystem::path& scratch,
                                              const std::string& charset) {
  SLIPWAY_TRY(sql::Connection connection, sql::Connection::open(endpoint));
  SLIPWAY_CHECK(connection.execute_text(
      "SET SESSION unique_checks = 0, foreign_key_checks = 0, check_constraint_checks = 0, sql_notes = 0, "
      "sql_mode = 'NO_AUTO_VALUE_ON_ZERO', max_error_count = 1024, innodb_lock_wait_timeout = 3600"));
  if (!charset.empty() && !connection.execute_text("SET NAMES " + charset))
    return Error{Code::invalid_argument, "character set '" + charset + "': the server does not know it",
                 "name one that MariaDB has, such as latin1 or utf8mb4"};
  return StatementRunner(std::move(connection), scratch);
}

Status StatementRunner::keep_room(std::size_t bytes) {
  bytes_since_look_ += bytes;
  if (bytes_since_look_ < kLookEveryBytes) return {};
  bytes_since_look_ = 0;
  std::error_code fault;
  const auto space = std::filesystem::space(scratch_, fault);
  return fault || space.available >= kRoomBytes ? Status{} : Status{full_disk()};
}

/// Dates that only other SQL modes allow are in many old databases; definitions keep the mode the dump gives them.
Status StatementRunner::permit_dates(const Verdict& verdict) {
  if (verdict.sets_sql_mode) dates_permitted_ = false;
  if (verdict.action != Action::rows || dates_permitted_) return {};
  dates_permitted_ = true;
  SLIPWAY_CHECK(connection_.execute_text("SET SESSION sql_mode = CONCAT(@@sql_mode, ',ALLOW_INVALID_DATES')"));
  return {};
}

Status StatementRunner::run(const ReadyStatement& statement) {
  SLIPWAY_CHECK(keep_room(statement.text.size()));
  SLIPWAY_CHECK(permit_dates(statement.verdict));
  auto done = connection_.execute_text(statement.text);
  // Two parts of one table: the first rows of an empty table lock it, and the server lets one of the two go. Each
  // statement is a transaction of its own (the dump's are left out), so nothing but it was undone.
  for (int again = 0; !done && errno_of(done.error()) == kDeadlock && again < kMostAgain; ++again)
    done = connection_.execute_text(statement.text);
  if (!done) {
    std::error_code fault;
    const auto space = std::filesystem::space(scratch_, fault);
    if (!fault && space.available < kRoomBytes / 4) return full_disk();
    return refused(done.error(), statement);
  }
  return done->warnings == 0 ? Status{} : read_warnings(statement);
}

Status StatementRunner::read_warnings(const ReadyStatement& statement) {
  SLIPWAY_TRY(const auto warnings, connection_.query("SHOW WARNINGS"));
  for (const sql::Row& warning : warnings) {
    if (warning.text(0) == "Note") continue;
    const auto number = static_cast<unsigned>(warning.natural(1));
    if (statement.verdict.action == Action::rows && number != kGeneratedIgnored && number != kDuplicateIgnored)
      return changed_value(statement, number, column_of(warning.text(2)));
    if (number == kUnknownEngine || number == kEngineReplaced) {
      std::string note = "table '" + statement.verdict.name + "': its engine is unknown here and became InnoDB";
      if (std::find(notes_.begin(), notes_.end(), note) == notes_.end()) notes_.push_back(std::move(note));
    }
  }
  return {};
}

}  // namespace slipway::migrate
