#include "services/backup/sandbox_store.hpp"

namespace slipway::backup {
namespace {

/// Empty: it has no tables.
Result<std::string> lock_statement(sql::Connection& server) {
  SLIPWAY_TRY(const auto tables,
              server.query("SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() AND "
                           "table_type IN ('BASE TABLE', 'SYSTEM VERSIONED') ORDER BY table_name"));
  std::string statement;
  for (const auto& table : tables) {
    SLIPWAY_TRY(const std::string name, sql::quote_identifier(table.text(0)));
    statement += (statement.empty() ? "LOCK TABLES " : ", ") + name + " READ";
  }
  return statement;
}

}  // namespace

Result<HeldDatabase> hold_database(sql::Endpoint server, const std::string& database) {
  server.database = database;
  server.statement_limit = std::chrono::seconds(0);
  SLIPWAY_TRY(auto writers, sql::Connection::open(server));
  SLIPWAY_TRY(auto snapshot, sql::Connection::open(server));
  // Who writes waits behind a lock that waits.
  SLIPWAY_CHECK(writers.execute_text("SET SESSION lock_wait_timeout = 10"));
  SLIPWAY_TRY(const std::string statement, lock_statement(writers));
  if (!statement.empty()) {
    const auto held = writers.execute_text(statement);
    if (!held && held.error().code == Code::timeout)
      return Error{Code::in_use, held.error().message, "a statement holds a table for long: try again"};
    if (!held) return held.error();
  }
  SLIPWAY_CHECK(snapshot.execute_text("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ"));
  SLIPWAY_CHECK(snapshot.execute_text("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY"));
  return HeldDatabase{std::move(writers), std::move(snapshot)};
}

Status make_database(sql::Connection& server, const std::string& database) {
  SLIPWAY_TRY(const std::string name, sql::quote_identifier(database));
  SLIPWAY_CHECK(server.execute_text("CREATE DATABASE " + name + " CHARACTER SET utf8mb4"));
  SLIPWAY_CHECK(server.execute_text("USE " + name));
  return {};
}

}  // namespace slipway::backup
