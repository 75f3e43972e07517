// The few rows of an account's own database that its administration writes. Inside this folder only.
#pragma once

#include "appliance/account/directory.hpp"

namespace slipway::account {

/// The administrator with this login, made unless there, and the password hash.
[[nodiscard]] Status put_administrator(sql::Connection& inside, const std::string& login, const std::string& hash);

/// The mail address of a person; an empty text takes it away.
[[nodiscard]] Status set_mail_address(sql::Connection& inside, std::int64_t person_id, const std::string& mail);
[[nodiscard]] Result<std::string> mail_address(sql::Connection& inside, std::int64_t person_id);

/// The id of the active person with this login. Error: not_found.
[[nodiscard]] Result<std::int64_t> require_person(sql::Connection& inside, const std::string& login);

/// Sets the password hash and ends the person's browser sessions.
[[nodiscard]] Status replace_credential(sql::Connection& inside, std::int64_t person_id, const std::string& hash);

[[nodiscard]] Status add_token(sql::Connection& inside, std::int64_t person_id, const std::string& key,
                               const std::string& label, std::chrono::seconds lifetime);
[[nodiscard]] Result<std::vector<Token>> list_tokens(sql::Connection& inside);
/// How many tokens of this id there were.
[[nodiscard]] Result<std::uint64_t> remove_tokens(sql::Connection& inside, const std::string& id);

/// Administrators with credentials of database `from`, and their tokens, into the connection's database, by login.
[[nodiscard]] Result<StaffCarried> copy_staff(sql::Connection& inside, const std::string& from);

}  // namespace slipway::account
