// One account out of a restored server into the living one: in its place, or beside it. (A37)
#pragma once

#include "appliance/account/directory.hpp"
#include "services/backup/restore.hpp"

namespace slipway::backup {

struct AccountRestore {
  AccountName account;  ///< as it was called then
  AccountName into;     ///< the same: in its place; a name that nobody has: beside it, and it sends no mail
  std::filesystem::path work;
  RestoreProgress progress;  ///< "load", bytes, 0
};

struct AccountRestored {
  std::string database;    ///< where it is served from now
  std::string set_aside;   ///< the database that was served before; empty: none
  std::size_t tables = 0;  ///< whose checksums were compared
};

/// Loads the account's database into a new generation beside what is served, compares every table's checksum on both
/// servers, and publishes it in one statement. Until then the living account is as it was, and a killed call is begun
/// anew; what was served before stays as a database. `admin` and `key`: as Administration's. Errors: not_found (there
/// was no such account then), conflict (`into` is taken by another account, or is being changed), corrupt (a table
/// differs after loading), those of mariadb-dump, mariadb and Administration.
[[nodiscard]] Result<AccountRestored> restore_account(const embedded::Database& restored, sql::Connection& admin,
                                                      const Secret& key, const AccountRestore& wanted);

/// The same out of a sandbox backup (A36), of the account that it holds. What is made anew is of the kind of the living
/// account, and a sandbox where there is none any more.
[[nodiscard]] Result<AccountRestored> restore_account(const Repository& repository, const Manifest& backup,
                                                      sql::Connection& admin, const Secret& key,
                                                      const AccountRestore& wanted);

/// Whether restore_account() may make the account: there is none of that name, or one that a killed call left. Error:
/// conflict.
[[nodiscard]] Status check_new_account(account::Directory& living, const AccountName& name);

/// The accounts that the restored server has.
[[nodiscard]] Result<std::vector<account::Account>> accounts_of(const embedded::Database& restored);

}  // namespace slipway::backup
