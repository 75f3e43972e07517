// The few rows of an account's own database that its administration writes. Inside this folder only.
#pragma once

#include "appliance/sql/connection.hpp"

namespace slipway::account {

/// The administrator with this login, made unless there, and the password hash.
[[nodiscard]] Status put_administrator(sql::Connection& inside, const std::string& login, const std::string& hash);

/// The id of the active person with this login. Error: not_found.
[[nodiscard]] Result<std::int64_t> require_person(sql::Connection& inside, const std::string& login);

/// Sets the password hash and ends the person's browser sessions.
[[nodiscard]] Status replace_credential(sql::Connection& inside, std::int64_t person_id, const std::string& hash);

[[nodiscard]] Status add_token(sql::Connection& inside, std::int64_t person_id, const std::string& key,
                               const std::string& label);

/// Administrators with credentials of database `from` into the connection's database, by login.
[[nodiscard]] Status copy_staff(sql::Connection& inside, const std::string& from);

}  // namespace slipway::account
