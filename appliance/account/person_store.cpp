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

Status add_token(sql::Connection& inside, std::int64_t person_id, const std::string& key, const std::string& label) {
  SLIPWAY_CHECK(
      inside.execute("INSERT INTO api_token (token_key, person_id, label) VALUES (?, ?, ?)", {key, person_id, label}));
  return {};
}

Status copy_staff(sql::Connection& inside, const std::string& from) {
  SLIPWAY_TRY(const std::string source, sql::quote_identifier(from));
  const std::string staff = source + ".person p JOIN " + source +
                            ".credential c ON c.person_id = p.person_id "
                            "AND p.role = 'administrator' AND p.active AND p.login IS NOT NULL";
  return sql::in_transaction(inside, [&](sql::Connection& connection) -> Status {
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
    return {};
  });
}

}  // namespace slipway::account
