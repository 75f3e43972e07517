// Accounts' databases brought to the schema of this program, and their users to the key of this machine.
#include "appliance/account/database_user.hpp"
#include "appliance/account/generation.hpp"
#include "appliance/base/utf8.hpp"

namespace slipway::account {
namespace {

// How a suspension by a failed upgrade is told from one by an operator.
constexpr std::string_view kReason = "schema upgrade failed: ";

bool has_database(const Account& account) {
  return account.state == State::active || account.state == State::suspended || account.state == State::migrating;
}

bool stopped_by_upgrade(const Account& account) {
  return account.state == State::suspended && account.state_reason.starts_with(kReason);
}

Result<sql::SchemaReport> upgrade(sql::Connection& admin, const Account& account,
                                  std::span<const sql::SchemaVersion> versions) {
  sql::Endpoint endpoint = admin.endpoint();
  endpoint.database = account.database;
  endpoint.statement_limit = std::chrono::seconds(0);  // rebuilding a large table takes as long as it takes
  SLIPWAY_TRY(auto inside, sql::Connection::open(endpoint));
  return sql::upgrade_schema(inside, versions);
}

}  // namespace

Result<std::vector<AccountName>> Administration::renew_passwords() {
  SLIPWAY_TRY(const auto accounts, list_accounts(admin_));
  std::vector<AccountName> renewed;
  for (const Account& account : accounts) {
    SLIPWAY_TRY(const NamedLock lock, lock_account(admin_, account.name));
    SLIPWAY_TRY(const auto generations, list_generations(admin_, account.id));
    bool any = false;
    for (const GenerationRow& row : generations) {
      SLIPWAY_TRY(const bool done, renew_password(admin_, key_, account, row));
      any = any || done;
    }
    if (!any) continue;
    SLIPWAY_CHECK(write_journal(admin_, {actor_, "account.renew_passwords", account.name.text(), ""}));
    renewed.push_back(account.name);
  }
  return renewed;
}

Result<std::vector<AccountUpgrade>> Administration::upgrade_accounts(std::span<const sql::SchemaVersion> versions) {
  SLIPWAY_TRY(const auto accounts, list_accounts(admin_));
  std::vector<AccountUpgrade> all;
  for (const Account& listed : accounts) {
    if (!has_database(listed)) continue;
    SLIPWAY_TRY(const NamedLock lock, lock_account(admin_, listed.name));
    SLIPWAY_TRY(const Account account, require_account(admin_, listed.name));
    const auto done = upgrade(admin_, account, versions);
    if (!done) {
      all.push_back({account.name, {}, done.error()});
      std::string reason = (std::string(kReason) + done.error().message).substr(0, 500);
      while (!is_utf8(reason)) reason.pop_back();  // cut inside a character
      if (account.state != State::suspended || stopped_by_upgrade(account))
        SLIPWAY_CHECK(set_state(admin_, account.id, State::suspended, reason,
                                {actor_, "account.upgrade_failed", account.name.text(), reason}));
      continue;
    }
    all.push_back({account.name, *done, std::nullopt});
    if (stopped_by_upgrade(account))
      SLIPWAY_CHECK(
          set_state(admin_, account.id, State::active, "", {actor_, "account.upgraded", account.name.text()}));
  }
  return all;
}

}  // namespace slipway::account
