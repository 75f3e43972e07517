// What the server says of views, sequences, triggers, routines and events.
#include "appliance/sql/failure.hpp"
#include "migrate/assess/facts_reader.hpp"

namespace slipway::migrate::assess {
namespace {

constexpr unsigned kNoSuchUser = 1449;  // ER_NO_SUCH_USER: the definer is gone

std::string text(const sql::Row& row, std::size_t column) { return row.optional_text(column).value_or(""); }

/// Why a view cannot be read; empty when it can. Nothing of it is computed.
Result<std::string> try_view(sql::Connection& source, const Database& database, const std::string& name) {
  SLIPWAY_TRY(const std::string schema, sql::quote_identifier(database.name));
  SLIPWAY_TRY(const std::string view, sql::quote_identifier(name));
  const auto tried = source.query("SELECT 1 FROM " + schema + "." + view + " LIMIT 0");
  if (tried) return std::string{};
  const Error& error = tried.error();
  if (error.code == Code::unavailable) return error;
  const bool other_reason = error.code == Code::permission || sql::mysql_errno_of(error) == kNoSuchUser;
  return other_reason ? std::string{} : std::string("refers to what is not there, or not allowed to its definer");
}

Status read_views(sql::Connection& source, Database& database) {
  SLIPWAY_TRY(const auto rows, source.query("SELECT table_name, definer, view_definition FROM information_schema.views "
                                            "WHERE table_schema = ? ORDER BY table_name",
                                            {database.name}));
  for (const auto& row : rows) {
    Program view{Program::Kind::view, database.name, row.text(0), "view", text(row, 1), text(row, 2), {}, {}, true};
    SLIPWAY_TRY(view.fault, try_view(source, database, view.name));
    database.programs.push_back(std::move(view));
  }
  return {};
}

Status read_sequences(sql::Connection& source, Database& database) {
  SLIPWAY_TRY(const auto rows, source.query("SELECT table_name FROM information_schema.tables WHERE table_schema = ? "
                                            "AND table_type = 'SEQUENCE' ORDER BY table_name",
                                            {database.name}));
  for (const auto& row : rows)
    database.programs.push_back(
        {Program::Kind::sequence, database.name, row.text(0), "sequence", {}, {}, {}, {}, true});
  return {};
}

/// The statement gives name, what it is, definer, body, sql_mode and, of events, the status.
Status read_stored(sql::Connection& source, std::string_view statement, Program::Kind kind, Database& database) {
  SLIPWAY_TRY(const auto rows, source.query(statement, {database.name}));
  for (const auto& row : rows) {
    Program program{kind, database.name, row.text(0), text(row, 1), text(row, 2), text(row, 3), text(row, 4), {}, true};
    if (row.size() > 5) program.enabled = text(row, 5) == "ENABLED";
    database.programs.push_back(std::move(program));
  }
  return {};
}

}  // namespace

Status read_programs(sql::Connection& source, const Server& server, Database& database) {
  SLIPWAY_CHECK(read_views(source, database));
  if (server.mariadb) SLIPWAY_CHECK(read_sequences(source, database));
  SLIPWAY_CHECK(read_stored(source,
                            "SELECT trigger_name, CONCAT('trigger on ', event_object_table), definer, "
                            "action_statement, sql_mode FROM information_schema.triggers WHERE trigger_schema = ? "
                            "ORDER BY trigger_name",
                            Program::Kind::trigger, database));
  SLIPWAY_CHECK(read_stored(source,
                            "SELECT routine_name, LOWER(routine_type), definer, routine_definition, sql_mode "
                            "FROM information_schema.routines WHERE routine_schema = ? "
                            "ORDER BY routine_name, routine_type",
                            Program::Kind::routine, database));
  return read_stored(source,
                     "SELECT event_name, 'event', definer, event_definition, sql_mode, status "
                     "FROM information_schema.events WHERE event_schema = ? ORDER BY event_name",
                     Program::Kind::event, database);
}

}  // namespace slipway::migrate::assess
