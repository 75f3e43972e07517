#include "services/desk/sign_in_store.hpp"

namespace slipway::desk::sign_in_store {
namespace {

/// Columns 0 to 5 of every query below that gives a person.
#define SLIPWAY_PERSON_COLUMNS \
  "p.person_id, p.display_name, COALESCE(p.email, ''), COALESCE(p.login, ''), p.role, p.language"

Person person_of(const sql::Row& row) {
  return {row.integer(0), row.text(1), row.text(2), row.text(3), parse_role(row.text(4)).value_or(Role::requester),
          row.text(5)};
}

Status done(Result<sql::Outcome> outcome) {
  SLIPWAY_CHECK(std::move(outcome));
  return {};
}

}  // namespace

Result<std::optional<Credential>> find_credential(sql::Connection& db, const std::string& login) {
  SLIPWAY_TRY(auto row,
              db.query_one("SELECT " SLIPWAY_PERSON_COLUMNS
                           ", c.password_hash, c.must_change FROM person p JOIN credential c USING (person_id)"
                           " WHERE p.login = ? AND p.active",
                           {login}));
  if (!row) return std::optional<Credential>{};
  return std::optional(Credential{person_of(*row), row->text(6), row->boolean(7)});
}

Result<std::optional<Session>> find_session(sql::Connection& db, const std::string& key) {
  SLIPWAY_TRY(auto row,
              db.query_one("SELECT " SLIPWAY_PERSON_COLUMNS ", COALESCE(c.must_change, 0), s.seen_at, s.expires_at"
                           " FROM web_session s JOIN person p USING (person_id)"
                           " LEFT JOIN credential c ON c.person_id = p.person_id WHERE s.session_key = ? AND p.active",
                           {key}));
  if (!row) return std::optional<Session>{};
  return std::optional(Session{person_of(*row), row->boolean(6), {row->time(7), row->time(8)}});
}

Status add_session(sql::Connection& db, const std::string& key, std::int64_t person, Timestamp now) {
  return done(db.execute(
      "INSERT INTO web_session (session_key, person_id, created_at, seen_at, expires_at) VALUES (?, ?, ?, ?, ?)",
      {key, person, now, now, now + kSessionLimit}));
}

Status touch_session(sql::Connection& db, const std::string& key, Timestamp now) {
  return done(db.execute("UPDATE web_session SET seen_at = ? WHERE session_key = ? AND seen_at < ?", {now, key, now}));
}

Status remove_session(sql::Connection& db, const std::string& key) {
  return done(db.execute("DELETE FROM web_session WHERE session_key = ?", {key}));
}

Status remove_sessions_except(sql::Connection& db, std::int64_t person, const std::string& kept_key) {
  return done(db.execute("DELETE FROM web_session WHERE person_id = ? AND session_key <> ?", {person, kept_key}));
}

Status set_password_hash(sql::Connection& db, std::int64_t person, const std::string& hash, Timestamp now) {
  return done(
      db.execute("UPDATE credential SET password_hash = ?, must_change = FALSE, changed_at = ? WHERE person_id = ?",
                 {hash, now, person}));
}

Status set_language(sql::Connection& db, std::int64_t person, const std::string& language) {
  return done(db.execute("UPDATE person SET language = ? WHERE person_id = ?", {language, person}));
}

Result<std::optional<Bearer>> find_token(sql::Connection& db, const std::string& key, Timestamp now) {
  SLIPWAY_TRY(
      auto row,
      db.query_one("SELECT " SLIPWAY_PERSON_COLUMNS ", t.last_used_at FROM api_token t JOIN person p USING (person_id)"
                   " WHERE t.token_key = ? AND p.active AND (t.expires_at IS NULL OR t.expires_at > ?)",
                   {key, now}));
  if (!row) return std::optional<Bearer>{};
  return std::optional(Bearer{person_of(*row), row->optional_time(6)});
}

Status touch_token(sql::Connection& db, const std::string& key, Timestamp now) {
  return done(db.execute("UPDATE api_token SET last_used_at = ? WHERE token_key = ?", {now, key}));
}

Status add_token(sql::Connection& db, const std::string& key, std::int64_t person, const std::string& label,
                 std::optional<Timestamp> expires_at, Timestamp now) {
  return done(
      db.execute("INSERT INTO api_token (token_key, person_id, label, created_at, expires_at) VALUES (?, ?, ?, ?, ?)",
                 {key, person, label, now, expires_at}));
}

Result<FailureRecord> lock_failures(sql::Connection& db, const std::string& key, Timestamp now) {
  // Inserting first takes the row's lock whether or not it was there; locking a gap would deadlock with a neighbour.
  SLIPWAY_CHECK(
      db.execute("INSERT INTO sign_in_failure (throttle_key, failures, last_at) VALUES (?, 0, ?)"
                 " ON DUPLICATE KEY UPDATE failures = failures",
                 {key, now}));
  SLIPWAY_TRY(auto row,
              db.query_one("SELECT failures, last_at FROM sign_in_failure WHERE throttle_key = ? FOR UPDATE", {key}));
  if (!row) return Error{Code::internal, "sign-in throttle: a row just written is gone"};
  return FailureRecord{static_cast<std::uint32_t>(row->natural(0)), row->time(1)};
}

Status set_failures(sql::Connection& db, const std::string& key, const FailureRecord& record) {
  return done(db.execute("UPDATE sign_in_failure SET failures = ?, last_at = ? WHERE throttle_key = ?",
                         {record.failures, record.last_at, key}));
}

Status forget_failures(sql::Connection& db, const std::string& key) {
  return done(db.execute("DELETE FROM sign_in_failure WHERE throttle_key = ?", {key}));
}

Status take_back_failure(sql::Connection& db, const std::string& key) {
  return done(
      db.execute("UPDATE sign_in_failure SET failures = failures - 1 WHERE throttle_key = ? AND failures > 0", {key}));
}

Status remove_expired(sql::Connection& db, Timestamp now) {
  SLIPWAY_CHECK(db.execute("DELETE FROM web_session WHERE expires_at <= ? LIMIT 10000", {now}));
  SLIPWAY_CHECK(db.execute("DELETE FROM web_session WHERE seen_at <= ? LIMIT 10000", {now - kSessionIdleLimit}));
  SLIPWAY_CHECK(db.execute("DELETE FROM api_token WHERE expires_at <= ? LIMIT 10000", {now}));
  return done(db.execute("DELETE FROM sign_in_failure WHERE last_at <= ? LIMIT 10000", {now - kFailuresKept}));
}

}  // namespace slipway::desk::sign_in_store
