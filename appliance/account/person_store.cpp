#include "appliance/account/person_store.hpp"

namespace slipway::account {

Status put_administrator(sql::Connection& inside, const std::string& login, const std::string& hash) {
  return sql::in_transaction(inside, [&](sql::Connection& connection) -> Status {
    SLIPWAY_CHECK(
        connection.execute("INSERT INTO person (display_name, login, role) VALUES ('Administrator', ?, "
                           "'administrator') ON DUPLICATE KEY UPDATE role = 'administrator'",
                           {login}));
    SLIPWAY_TRY(const std::int64_t person_id, require_person(connection, login));
    return replace_credential(connection, person_id, hash);
  });
}

Status set_mail_address(sql::Connection& inside, std::int64_t person_id, const std::string& mail) {
  SLIPWAY_CHECK(inside.execute("UPDATE person SET email = NULLIF(?, '') WHERE person_id = ?", {mail, person_id}));
  return {};
}

Result<std::string> mail_address(sql::Connection& inside, std::int64_t person_id) {
  SLIPWAY_TRY(const auto row,
              inside.query_one("SELECT COALESCE(email, '') FROM person WHERE person_id = ?", {person_id}));
  return row ? row->text(0) : std::string();
}

Result<std::int64_t> require_person(sql::Connection& inside, const std::string& login) {
  SLIPWAY_TRY(const auto row, inside.query_one("SELECT person_id FROM person WHERE login = ? AND active", {login}));
  if (!row)
    return Error{Code::not_found, "person with login '" + login + "': does not exist or is not active",
                 "check the login in the account's list of persons"};
  return row->integer(0);
}

Status replace_credential(sql::Connection& inside, std::int64_t person_id, const std::string& hash) {
  SLIPWAY_CHECK(
      inside.execute("INSERT INTO credential (person_id, password_hash) VALUES (?, ?) ON DUPLICATE KEY UPDATE "
                     "password_hash = VALUES(password_hash), changed_at = UTC_TIMESTAMP(6)",
                     {person_id, hash}));
  SLIPWAY_CHECK(inside.execute("DELETE FROM web_session WHERE person_id = ?", {person_id}));
  return {};
}

Status add_token(sql::Connection& inside, std::int64_t person_id, const std::string& key, const std::string& label,
                 std::chrono::seconds lifetime) {
  SLIPWAY_CHECK(
      inside.execute("INSERT INTO api_token (token_key, person_id, label, expires_at) VALUES "
                     "(?, ?, ?, UTC_TIMESTAMP(6) + INTERVAL ? SECOND)",
                     {key, person_id, label, lifetime.count()}));
  return {};
}

Result<std::vector<Token>> list_tokens(sql::Connection& inside) {
  SLIPWAY_TRY(
      const auto rows,
      inside.query("SELECT LEFT(t.token_key, 12), t.label, COALESCE(p.login, ''), t.created_at, t.last_used_at, "
                   "t.expires_at FROM api_token t JOIN person p USING (person_id) ORDER BY t.created_at, 1"));
  std::vector<Token> tokens;
  tokens.reserve(rows.size());
  for (const sql::Row& row : rows)
    tokens.push_back({row.text(0), row.text(1), row.text(2), row.time(3), row.optional_time(4), row.optional_time(5)});
  return tokens;
}

Result<std::uint64_t> remove_tokens(sql::Connection& inside, const std::string& id) {
  SLIPWAY_TRY(const auto removed, inside.execute("DELETE FROM api_token WHERE LEFT(token_key, 12) = ?", {id}));
  return removed.affected_rows;
}

Result<StaffCarried> copy_staff(sql::Connection& inside, const std::string& from) {
  SLIPWAY_TRY(const std::string source, sql::quote_identifier(from));
  const std::string staff = source + ".person p JOIN " + source +
                            ".credential c ON c.person_id = p.person_id "
                            "AND p.role = 'administrator' AND p.active AND p.login IS NOT NULL";
  StaffCarried carried;
  SLIPWAY_CHECK(sql::in_transaction(inside, [&](sql::Connection& connection) -> Status {
    SLIPWAY_CHECK(
        connection.execute("INSERT INTO person (display_name, email, login, role, language, active, created_at) "
                           "SELECT p.display_name, p.email, p.login, p.role, p.language, p.active, p.created_at FROM " +
                           staff + " ON DUPLICATE KEY UPDATE role = 'administrator', active = TRUE"));
    SLIPWAY_CHECK(connection.execute(
        "INSERT INTO credential (person_id, password_hash, must_change, changed_at) "
        "SELECT n.person_id, c.password_hash, c.must_change, c.changed_at FROM " +
        staff +
        " JOIN person n ON n.login = p.login ON DUPLICATE KEY UPDATE password_hash = VALUES(password_hash), "
        "must_change = VALUES(must_change), changed_at = VALUES(changed_at)"));
    SLIPWAY_CHECK(
        connection.execute("INSERT INTO api_token (token_key, person_id, label, created_at, expires_at) "
                           "SELECT t.token_key, n.person_id, t.label, t.created_at, t.expires_at FROM " +
                           staff + " JOIN " + source +
                           ".api_token t ON t.person_id = p.person_id JOIN person n ON n.login = p.login "
                           "ON DUPLICATE KEY UPDATE person_id = VALUES(person_id)"));
    SLIPWAY_TRY(const auto tokens,
                connection.query_one("SELECT COUNT(n.token_key), COUNT(*) - COUNT(n.token_key) FROM " + source +
                                     ".api_token t LEFT JOIN api_token n ON n.token_key = t.token_key"));
    carried = {tokens->natural(0), tokens->natural(1)};
    return {};
  }));
  return carried;
}

}  // namespace slipway::account
