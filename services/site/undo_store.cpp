#include "services/site/undo_store.hpp"

#include <algorithm>
#include <fstream>
#include <utility>

#include "services/site/fail_point.hpp"

namespace slipway::site {
namespace {

/// So many are undone in one commit: one each would be one write to the disk each.
constexpr std::uint64_t kTogether = 100;
constexpr std::string_view kEnd = "/*!*/;";

/// `mariadb-binlog` writes one statement after another, each with an end of its own; what is no change of rows is for
/// the client program.
class Statements {
 public:
  explicit Statements(const std::filesystem::path& file) : stream_(file) {}

  /// "BINLOG '…'", "START TRANSACTION" or "COMMIT"; nothing at the end.
  std::optional<std::string> next() {
    std::string statement;
    for (std::string line; std::getline(stream_, line);) {
      if (line.starts_with("#") || line.starts_with("DELIMITER")) continue;
      const bool ends = line.ends_with(kEnd);
      if (ends) line.resize(line.size() - kEnd.size());
      statement.append(line).append("\n");
      if (!ends) continue;
      const auto begin = statement.find_first_not_of(" \n");
      statement.erase(0, std::min(begin, statement.size()));
      for (const char* kind : {"BINLOG", "COMMIT", "START TRANSACTION"})
        if (statement.starts_with(kind)) return statement;
      statement.clear();
    }
    return std::nullopt;
  }
  [[nodiscard]] bool readable() const { return stream_.is_open() && !stream_.bad(); }

 private:
  std::ifstream stream_;
};

class Undoing {
 public:
  Undoing(sql::Connection& server, std::uint64_t epoch, std::uint64_t undone)
      : server_(server), epoch_(epoch), undone_(undone) {}

  Status take(const std::string& statement) {
    if (statement.starts_with("START")) in_transaction_ = true;
    if (statement.starts_with("COMMIT")) return end_transaction();
    if (!statement.starts_with("BINLOG")) return {};
    // The first one tells the server what version the others are of.
    const bool heading = !begun_;
    begun_ = true;
    if (!heading && seen_ < undone_) return {};
    if (!heading && !open_) {
      SLIPWAY_CHECK(server_.execute_text("START TRANSACTION"));
      open_ = true;
    }
    SLIPWAY_CHECK(server_.execute_text(statement));
    return {};
  }

  Status commit() {
    if (!open_) return {};
    SLIPWAY_CHECK(server_.execute(
        "INSERT INTO slipway.site_undo (epoch, undone) VALUES (?, ?) ON DUPLICATE KEY UPDATE undone = VALUES(undone)",
        {epoch_, seen_}));
    SLIPWAY_CHECK(server_.execute_text("COMMIT"));
    open_ = false;
    pass("set_aside.some_undone");
    return {};
  }
  [[nodiscard]] std::uint64_t seen() const { return seen_; }

 private:
  Status end_transaction() {
    if (!std::exchange(in_transaction_, false)) return {};
    ++seen_;
    return open_ && seen_ % kTogether == 0 ? commit() : Status();
  }

  sql::Connection& server_;
  std::uint64_t epoch_;
  std::uint64_t undone_;  ///< by an earlier call
  std::uint64_t seen_ = 0;
  bool begun_ = false;
  bool in_transaction_ = false;
  bool open_ = false;
};

Status run(sql::Connection& server, const std::string& statement) {
  const auto outcome = server.execute_text(statement);
  if (!outcome) return outcome.error();
  return {};
}

}  // namespace

Result<std::string> logged_position(sql::Connection& server) {
  SLIPWAY_TRY(const auto row, server.query_one("SELECT @@global.gtid_binlog_pos"));
  return row->text(0);
}

Result<std::vector<std::string>> log_files_since(sql::Connection& server, const sql::GtidPosition& position) {
  SLIPWAY_TRY(const auto files, server.query("SHOW BINARY LOGS"));
  std::vector<std::string> names;
  for (auto file = files.rbegin(); file != files.rend(); ++file) {
    names.insert(names.begin(), file->text(0));
    SLIPWAY_TRY(const auto begins, server.query_one("SELECT BINLOG_GTID_POS(?, 4)", {file->text(0)}));
    SLIPWAY_TRY(const auto at, sql::GtidPosition::parse(begins->optional_text(0).value_or("")));
    if (position.covers(at)) return names;
  }
  return Error{Code::not_found, "binary log: what comes behind " + position.to_text() + " is not in it any more",
               "this site needs a fresh copy of the other one"};
}

Result<std::set<std::string>> tables_whose_deletions_spread(sql::Connection& server) {
  SLIPWAY_TRY(const auto rows,
              server.query("SELECT DISTINCT REF_NAME FROM information_schema.INNODB_SYS_FOREIGN WHERE TYPE & 11"));
  std::set<std::string> tables;
  for (const sql::Row& row : rows) {
    std::string name = row.text(0);  // "database/table"
    std::replace(name.begin(), name.end(), '/', '.');
    tables.insert(std::move(name));
  }
  return tables;
}

Status undo(sql::Connection& server, std::uint64_t epoch, std::uint64_t transactions,
            const std::filesystem::path& statements) {
  Statements file(statements);
  if (!file.readable()) return Error{Code::not_found, statements.string() + ": cannot be read"};
  SLIPWAY_CHECK(run(server, "SET SESSION sql_log_bin = 0"));
  SLIPWAY_TRY(const auto before, server.query_one("SELECT undone FROM slipway.site_undo WHERE epoch = ?", {epoch}));
  Undoing undoing(server, epoch, before ? before->natural(0) : 0);
  while (const auto statement = file.next()) SLIPWAY_CHECK(undoing.take(*statement));
  if (!file.readable()) return Error{Code::internal, statements.string() + ": cannot be read to its end"};
  SLIPWAY_CHECK(undoing.commit());
  if (undoing.seen() != transactions)
    return Error{Code::corrupt,
                 statements.string() + ": undoes " + std::to_string(undoing.seen()) + " of " +
                     std::to_string(transactions) + " transactions",
                 "this site needs a fresh copy of the other one"};
  return run(server, "SET SESSION sql_log_bin = 1");
}

Status forget_undo(sql::Connection& server) {
  SLIPWAY_CHECK(run(server, "SET SESSION sql_log_bin = 0"));
  SLIPWAY_CHECK(server.execute("DELETE FROM slipway.site_undo"));
  return run(server, "SET SESSION sql_log_bin = 1");
}

Status begin_log_anew(sql::Connection& server, const sql::GtidPosition& position) {
  SLIPWAY_CHECK(run(server, "STOP SLAVE"));
  SLIPWAY_CHECK(run(server, "RESET SLAVE ALL"));
  SLIPWAY_CHECK(run(server, "RESET MASTER"));
  return run(server, "SET GLOBAL gtid_slave_pos = '" + position.to_text() + "'");
}

}  // namespace slipway::site
