// Signing in and out, sessions, passwords and API tokens.
#include "appliance/base/utf8.hpp"
#include "appliance/crypto/crypto.hpp"
#include "services/desk/desk.hpp"
#include "services/desk/sign_in_store.hpp"

namespace slipway::desk {
namespace {

namespace store = sign_in_store;

constexpr std::size_t kMostLoginBytes = 800;  // 200 characters

std::string lower(std::string text) {
  for (auto& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

std::string token_key(const Secret& token) { return crypto::sha256_hex(token.reveal()); }

struct ThrottleKeys {
  std::string login;
  std::string address;
};

ThrottleKeys throttle_keys(const std::string& login, const std::string& address) {
  return {crypto::sha256_hex("login:" + lower(login)), crypto::sha256_hex("address:" + address)};
}

Error wrong_credentials() {
  return {Code::unauthenticated, "sign-in: login or password is wrong", "check both; capitals count in the password"};
}

Error throttled(std::chrono::seconds wait) {
  return {Code::too_many_requests,
          "sign-in: too many failed attempts",
          "try again in " + std::to_string(wait.count()) + " s",
          {{"retry_after_seconds", std::to_string(wait.count())}}};
}

/// Counts the attempt as failed before the password is looked at, so that many attempts at the same time cannot all
/// slip through one gap; a right password takes it back.
Status count_attempt(sql::Connection& connection, const ThrottleKeys& keys, Timestamp now) {
  return sql::in_transaction(connection, [&](sql::Connection& db) -> Status {
    SLIPWAY_TRY(const auto login, store::lock_failures(db, keys.login, now));
    SLIPWAY_TRY(const auto address, store::lock_failures(db, keys.address, now));
    const auto wait =
        std::max(throttle_wait(Throttled::login, login, now), throttle_wait(Throttled::address, address, now));
    if (wait.count() > 0) return throttled(wait);
    SLIPWAY_CHECK(store::set_failures(db, keys.login, {next_failures(login, now), now}));
    return store::set_failures(db, keys.address, {next_failures(address, now), now});
  });
}

Status forget_attempt(sql::Connection& connection, const ThrottleKeys& keys) {
  return sql::in_transaction(connection, [&](sql::Connection& db) -> Status {
    SLIPWAY_CHECK(store::forget_failures(db, keys.login));
    return store::take_back_failure(db, keys.address);
  });
}

/// The credential when login and password fit; takes the same time when there is no such login.
Result<store::Credential> verify(sql::Pool& pool, const std::string& login, const Secret& password) {
  std::optional<store::Credential> credential;
  if (login.size() <= kMostLoginBytes && is_utf8(login)) {
    SLIPWAY_TRY(auto db, pool.lend());
    SLIPWAY_TRY(credential, store::find_credential(*db, login));
  }
  // The database also finds 'admin' by 'ádmin' or 'admin '. Each spelling has its own throttle, so only one may count.
  if (credential && lower(credential->person.login) != lower(login)) credential.reset();
  // No connection is held while the password is hashed: that takes a good part of a second.
  if (!credential) {
    crypto::verify_nothing(password);
    return wrong_credentials();
  }
  if (!crypto::verify_password(credential->password_hash, password)) return wrong_credentials();
  return *std::move(credential);
}

/// verify() behind the throttle.
Result<store::Credential> throttled_verify(sql::Pool& pool, const SignInAttempt& attempt, Timestamp now) {
  const auto keys = throttle_keys(attempt.login, attempt.client_address);
  {
    SLIPWAY_TRY(auto db, pool.lend());
    SLIPWAY_CHECK(count_attempt(*db, keys, now));
  }
  SLIPWAY_TRY(auto credential, verify(pool, attempt.login, attempt.password));
  SLIPWAY_TRY(auto db, pool.lend());
  SLIPWAY_CHECK(forget_attempt(*db, keys));
  return credential;
}

/// When somebody was here last is noted where it can be: a site that is read-only shows its pages all the same.
Status noted(Status outcome) {
  const bool read_only = !outcome && outcome.error().code == Code::unavailable;
  return read_only ? Status() : std::move(outcome);
}

}  // namespace

Result<SignedIn> Desk::sign_in(const SignInAttempt& attempt, Timestamp now) {
  SLIPWAY_TRY(auto credential, throttled_verify(*pool_, attempt, now));
  auto token = crypto::random_token();
  SLIPWAY_TRY(auto db, pool_->lend());
  SLIPWAY_CHECK(store::add_session(*db, token_key(token), credential.person.id, now));
  return SignedIn{std::move(token), std::move(credential.person), credential.must_change};
}

Status Desk::sign_out(const Secret& token) {
  SLIPWAY_TRY(auto db, pool_->lend());
  return store::remove_session(*db, token_key(token));
}

Result<SessionState> Desk::session(const Secret& token, Timestamp now) {
  const auto key = token_key(token);
  SLIPWAY_TRY(auto db, pool_->lend());
  SLIPWAY_TRY(auto session, store::find_session(*db, key));
  if (!session || !session_alive(session->times, now))
    return Error{Code::unauthenticated, "session: unknown or expired", "sign in again"};
  if (session_seen_due(session->times, now)) SLIPWAY_CHECK(noted(store::touch_session(*db, key, now)));
  return SessionState{std::move(session->person), session->must_change};
}

Status Desk::change_password(const Person& person, const Secret& old_password, const Secret& new_password,
                             const Secret& kept_token, Timestamp now) {
  SLIPWAY_CHECK(check_password(new_password.reveal(), person.login));
  SLIPWAY_CHECK(throttled_verify(*pool_, {person.login, old_password, "change of " + std::to_string(person.id)}, now));
  SLIPWAY_TRY(const auto hash, crypto::hash_password(new_password));
  SLIPWAY_TRY(auto connection, pool_->lend());
  return sql::in_transaction(*connection, [&](sql::Connection& db) -> Status {
    SLIPWAY_CHECK(store::set_password_hash(db, person.id, hash, now));
    return store::remove_sessions_except(db, person.id, token_key(kept_token));
  });
}

Status Desk::set_language(const Person& person, const std::string& language) {
  if (language != "en" && language != "fr")
    return Error{Code::invalid_argument, "language: must be en or fr", "", {{"parameter", "language"}}};
  SLIPWAY_TRY(auto db, pool_->lend());
  return store::set_language(*db, person.id, language);
}

Result<Person> Desk::bearer(const Secret& token, Timestamp now) {
  SLIPWAY_TRY(auto db, pool_->lend());
  const auto key = token_key(token);
  SLIPWAY_TRY(auto bearer, store::find_token(*db, key, now));
  if (!bearer) return Error{Code::unauthenticated, "API token: unknown or expired", "create one and send it as bearer"};
  if (!bearer->last_used_at || now - *bearer->last_used_at >= kSeenInterval)
    SLIPWAY_CHECK(noted(store::touch_token(*db, key, now)));
  return std::move(bearer->person);
}

Result<Secret> Desk::create_api_token(const Person& person, const std::string& label,
                                      std::optional<Timestamp> expires_at, Timestamp now) {
  if (label.empty() || !is_utf8(label) || utf8_length(label) > 200)
    return Error{Code::invalid_argument,
                 "API token: the label must have 1 to 200 characters",
                 "name the program that will use it",
                 {{"parameter", "label"}}};
  auto token = crypto::random_token();
  SLIPWAY_TRY(auto db, pool_->lend());
  SLIPWAY_CHECK(store::add_token(*db, token_key(token), person.id, label, expires_at, now));
  return token;
}

Status Desk::remove_expired(Timestamp now) {
  SLIPWAY_TRY(auto db, pool_->lend());
  return store::remove_expired(*db, now);
}

}  // namespace slipway::desk
