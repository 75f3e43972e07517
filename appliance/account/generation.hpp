// The databases of an account: made and dropped. Inside this folder only; callers hold the account's lock.
#pragma once

#include "appliance/account/account_store.hpp"

namespace slipway::account {

/// Excludes other administrations of the account.
[[nodiscard]] Result<class NamedLock> lock_account(sql::Connection& admin, const AccountName& name);

/// Records the generation unless it is, makes its database, user, rights and schema, and gives it `ready_state`. Goes
/// on where a killed call stopped. Returns the endpoint of its own user.
[[nodiscard]] Result<sql::Endpoint> build_generation(sql::Connection& admin, const Secret& key, const Account& account,
                                                     int number);

/// The endpoint of the own user of a generation that is recorded.
[[nodiscard]] Result<sql::Endpoint> generation_endpoint(sql::Connection& admin, const Secret& key,
                                                        const Account& account, int number);

/// Gives the generation's user a new password, unless the key opens the recorded one; whether it did.
[[nodiscard]] Result<bool> renew_password(sql::Connection& admin, const Secret& key, const Account& account,
                                          const GenerationRow& row);

/// Drops the database, its user and the record, in an order that leaves the record until all else has gone.
[[nodiscard]] Status discard_generation(sql::Connection& admin, const Account& account, const GenerationRow& row);

/// A session of the administrator in another database.
[[nodiscard]] Result<sql::Connection> open_database(const sql::Connection& admin, const std::string& database);

}  // namespace slipway::account
