// The rows of the platform database that stand for accounts, their generations and the journal. Inside this folder
// only.
#pragma once

#include <optional>

#include "appliance/account/directory.hpp"

namespace slipway::account {

[[nodiscard]] Result<State> parse_state(std::string_view text);

/// A row of account_generation.
struct GenerationRow {
  int number = 0;
  std::string database;
  std::string sealed_password;
  std::string state;  ///< preparing, ready, published, retired
};

/// "acct_<name>_<generation>": the database and its user.
[[nodiscard]] std::string database_name(const AccountName& name, int generation);

[[nodiscard]] Result<std::vector<Account>> list_accounts(sql::Connection& platform);
[[nodiscard]] Result<std::optional<Account>> find_account(sql::Connection& platform, const AccountName& name);
/// Error: not_found.
[[nodiscard]] Result<Account> require_account(sql::Connection& platform, const AccountName& name);

/// An account and the sealed password of its published generation, in one statement.
struct ServedAccount {
  Account account;
  std::string sealed_password;
};
[[nodiscard]] Result<std::optional<ServedAccount>> find_served(sql::Connection& platform, const AccountName& name);

[[nodiscard]] Result<std::vector<GenerationRow>> list_generations(sql::Connection& platform, std::int64_t account_id);
[[nodiscard]] Result<std::optional<GenerationRow>> find_generation(sql::Connection& platform, std::int64_t account_id,
                                                                   int number);

/// The size of its tables and indexes, as the server estimates it.
[[nodiscard]] Result<std::uint64_t> database_bytes(sql::Connection& server, const std::string& database);

/// Who did what, for the journal.
struct Entry {
  std::string actor;
  std::string action;  ///< "account.create"
  std::string account;
  std::string detail = {};
};
[[nodiscard]] Status write_journal(sql::Connection& platform, const Entry& entry);

/// Sets the state and writes the journal, in one transaction.
[[nodiscard]] Status set_state(sql::Connection& platform, std::int64_t account_id, State state,
                               const std::string& reason, const Entry& entry);

/// Sets whether it sends mail, and whether it is a trial, and writes the journal, in one transaction.
[[nodiscard]] Status store_mail(sql::Connection& platform, std::int64_t account_id, bool sends,
                                std::optional<Timestamp> trial_at, const Entry& entry);

}  // namespace slipway::account
