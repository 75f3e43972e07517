#include "services/desk/change_store.hpp"

namespace slipway::desk::change_store {
namespace {

Status done(Result<sql::Outcome> outcome) {
  SLIPWAY_CHECK(std::move(outcome));
  return {};
}

sql::Value text_or_null(const std::string& text) { return text.empty() ? sql::Value() : sql::Value(text); }

}  // namespace

Result<std::optional<Locked>> lock_request(sql::Connection& db, std::int64_t number, std::int64_t person) {
  SLIPWAY_TRY(const auto row,
              db.query_one("SELECT r.status, r.severity, r.requester_id, r.assignee_id, r.team_id, r.updated_at,"
                           " r.deleted_at IS NOT NULL, r.merged_into FROM request r WHERE r.number = ? FOR UPDATE",
                           {number}));
  if (!row) return std::optional<Locked>{};
  SLIPWAY_TRY(
      const auto watcher,
      db.query_one("SELECT 1 FROM request_watcher WHERE number = ? AND person_id = ? LIMIT 1", {number, person}));
  return std::optional(Locked{parse_status(row->text(0)).value_or(CaseStatus::closed),
                              static_cast<int>(row->integer(1)), row->integer(2), row->optional_integer(3),
                              row->optional_integer(4), row->time(5), row->boolean(6), row->optional_integer(7),
                              watcher.has_value()});
}

Result<std::int64_t> insert_request(sql::Connection& db, const RequestRow& row, Timestamp now) {
  SLIPWAY_TRY(
      const auto outcome,
      db.execute("INSERT INTO request (subject, search_text, status, severity, requester_id, team_id, created_at,"
                 " updated_at) VALUES (?, ?, 'new', ?, ?, ?, ?, ?)",
                 {row.subject, row.search_text, row.severity, row.requester_id, row.team_id, now, now}));
  return static_cast<std::int64_t>(outcome.last_insert_id);
}

Result<std::int64_t> insert_message(sql::Connection& db, const MessageRow& row, Timestamp now) {
  SLIPWAY_TRY(const auto outcome,
              db.execute("INSERT INTO message (number, author_id, visibility, body, written_at) VALUES (?, ?, ?, ?, ?)",
                         {row.number, row.author_id, to_text(row.visibility), row.body, now}));
  return static_cast<std::int64_t>(outcome.last_insert_id);
}

Status insert_event(sql::Connection& db, const EventRow& row, Timestamp now) {
  return done(
      db.execute("INSERT INTO request_event (number, happened_at, actor_id, kind, old_value, new_value, detail)"
                 " VALUES (?, ?, ?, ?, ?, ?, ?)",
                 {row.number, now, row.actor_id, row.kind, text_or_null(row.old_value), text_or_null(row.new_value),
                  text_or_null(row.detail)}));
}

Status touch(sql::Connection& db, std::int64_t number, Timestamp now) {
  return done(db.execute("UPDATE request SET updated_at = ? WHERE number = ?", {now, number}));
}

Status add_search_text(sql::Connection& db, std::int64_t number, const std::string& text) {
  // Bounded: a request of endless length stays writable; its first megabytes stay searchable.
  return done(
      db.execute("UPDATE request SET search_text = CONCAT_WS('\n', search_text, ?) WHERE number = ?"
                 " AND COALESCE(LENGTH(search_text), 0) < 4194304",
                 {text, number}));
}

Status set_status(sql::Connection& db, std::int64_t number, const StatusRow& row, Timestamp now) {
  const auto solution = row.solution ? sql::Value(to_text(*row.solution)) : sql::Value();
  return done(
      db.execute("UPDATE request SET status = ?, solution = IF(? = 'open', NULL, COALESCE(?, solution)),"
                 " close_reason = COALESCE(?, close_reason), updated_at = ? WHERE number = ?",
                 {to_text(row.status), to_text(row.status), solution, row.close_reason, now, number}));
}

Status set_severity(sql::Connection& db, std::int64_t number, int severity, Timestamp now) {
  return done(db.execute("UPDATE request SET severity = ?, updated_at = ? WHERE number = ?", {severity, now, number}));
}

Status set_assignee(sql::Connection& db, std::int64_t number, std::int64_t assignee, Timestamp now) {
  return done(
      db.execute("UPDATE request SET assignee_id = ?, updated_at = ? WHERE number = ?", {assignee, now, number}));
}

Status set_team(sql::Connection& db, std::int64_t number, std::optional<std::int64_t> team, Timestamp now) {
  return done(db.execute("UPDATE request SET team_id = ?, updated_at = ? WHERE number = ?", {team, now, number}));
}

Result<std::optional<PersonRef>> find_active_staff(sql::Connection& db, std::int64_t person) {
  SLIPWAY_TRY(const auto row, db.query_one("SELECT person_id, display_name FROM person"
                                           " WHERE person_id = ? AND active AND role <> 'requester'",
                                           {person}));
  if (!row) return std::optional<PersonRef>{};
  return std::optional(PersonRef{row->integer(0), row->text(1)});
}

Result<std::optional<TeamRef>> find_active_team(sql::Connection& db, std::int64_t team) {
  SLIPWAY_TRY(const auto row, db.query_one("SELECT team_id, name FROM team WHERE team_id = ? AND active", {team}));
  if (!row) return std::optional<TeamRef>{};
  return std::optional(TeamRef{row->integer(0), row->text(1)});
}

Result<std::int64_t> requester_by_email(sql::Connection& db, const std::string& email, Timestamp now) {
  SLIPWAY_TRY(const auto row, db.query_one("SELECT person_id FROM person WHERE email = ? AND active"
                                           " ORDER BY person_id LIMIT 1",
                                           {email}));
  if (row) return row->integer(0);
  SLIPWAY_TRY(const auto outcome,
              db.execute("INSERT INTO person (display_name, email, role, created_at) VALUES (?, ?, 'requester', ?)",
                         {email.substr(0, 200), email, now}));
  return static_cast<std::int64_t>(outcome.last_insert_id);
}

}  // namespace slipway::desk::change_store
