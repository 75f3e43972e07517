// People, passwords, sessions, tokens and failed attempts in an account's database.
#pragma once

#include "appliance/sql/connection.hpp"
#include "services/desk/desk.hpp"
#include "services/desk/sign_in_rules.hpp"

namespace slipway::desk::sign_in_store {

struct Credential {
  Person person;
  std::string password_hash;
  bool must_change = false;
};
/// The active person of this login that may sign in.
[[nodiscard]] Result<std::optional<Credential>> find_credential(sql::Connection& db, const std::string& login);

struct Session {
  Person person;
  bool must_change = false;
  SessionTimes times;
};
/// `key`: SHA-256 hex of the token, as below. People made inactive have no session.
[[nodiscard]] Result<std::optional<Session>> find_session(sql::Connection& db, const std::string& key);
[[nodiscard]] Status add_session(sql::Connection& db, const std::string& key, std::int64_t person, Timestamp now);
[[nodiscard]] Status touch_session(sql::Connection& db, const std::string& key, Timestamp now);
[[nodiscard]] Status remove_session(sql::Connection& db, const std::string& key);
[[nodiscard]] Status remove_sessions_except(sql::Connection& db, std::int64_t person, const std::string& kept_key);

[[nodiscard]] Status set_password_hash(sql::Connection& db, std::int64_t person, const std::string& hash,
                                       Timestamp now);

[[nodiscard]] Status set_language(sql::Connection& db, std::int64_t person, const std::string& language);

struct Bearer {
  Person person;
  std::optional<Timestamp> last_used_at;
};
/// The active person of an API token that has not expired.
[[nodiscard]] Result<std::optional<Bearer>> find_token(sql::Connection& db, const std::string& key, Timestamp now);
[[nodiscard]] Status touch_token(sql::Connection& db, const std::string& key, Timestamp now);
[[nodiscard]] Status add_token(sql::Connection& db, const std::string& key, std::int64_t person,
                               const std::string& label, std::optional<Timestamp> expires_at, Timestamp now);

/// Locks the row of a throttle key (made when there is none) until the transaction ends.
[[nodiscard]] Result<FailureRecord> lock_failures(sql::Connection& db, const std::string& key, Timestamp now);
[[nodiscard]] Status set_failures(sql::Connection& db, const std::string& key, const FailureRecord& record);
[[nodiscard]] Status forget_failures(sql::Connection& db, const std::string& key);
/// Takes back one attempt that turned out to be right.
[[nodiscard]] Status take_back_failure(sql::Connection& db, const std::string& key);

[[nodiscard]] Status remove_expired(sql::Connection& db, Timestamp now);

}  // namespace slipway::desk::sign_in_store
