#include "appliance/account/directory.hpp"

#include <map>
#include <mutex>

#include "appliance/account/account_store.hpp"
#include "appliance/crypto/crypto.hpp"

namespace slipway::account {

struct Directory::Cache {
  struct Entry {
    std::string database;
    std::string sealed_password;  // differs when an account was deleted and made again
    std::shared_ptr<sql::Pool> pool;
  };
  std::mutex mutex;
  std::map<AccountName, Entry> entries;
};

namespace {

Error missing(const AccountName& name) {
  return {Code::not_found, "account '" + name.text() + "': does not exist", "check the name"};
}

// Why an account that is not active cannot be served.
Error refusal(const Account& account) {
  const std::string object = "account '" + account.name.text() + "': ";
  switch (account.state) {
    case State::suspended:
      return {Code::conflict,
              object + "is suspended" + (account.state_reason.empty() ? "" : ": " + account.state_reason),
              "ask the operator"};
    case State::migrating:
      return {Code::conflict, object + "is being migrated",
              "try again in a moment; if it lasts, a publication was cut off: 'slipway account resume " +
                  account.name.text() + "' serves the former data again"};
    case State::creating:
      return {Code::conflict, object + "is not ready yet", "try again in a moment"};
    case State::deleting:
    case State::active:
      break;
  }
  return {Code::conflict, object + "is being deleted"};
}

}  // namespace

Directory::Directory(sql::Pool& platform, Secret key, sql::PoolLimits limits)
    : platform_(platform), key_(std::move(key)), limits_(limits), cache_(std::make_unique<Cache>()) {}

Directory::~Directory() = default;

Result<std::vector<Account>> Directory::list() {
  SLIPWAY_TRY(auto platform, platform_.lend());
  return list_accounts(*platform);
}

Result<Account> Directory::find(const AccountName& name) {
  SLIPWAY_TRY(auto platform, platform_.lend());
  SLIPWAY_TRY(auto account, find_account(*platform, name));
  if (!account) return missing(name);
  return *std::move(account);
}

Result<std::shared_ptr<sql::Pool>> Directory::pool(const AccountName& name) {
  SLIPWAY_TRY(const auto served, [&]() -> Result<std::optional<ServedAccount>> {
    SLIPWAY_TRY(auto platform, platform_.lend());
    return find_served(*platform, name);
  }());
  std::shared_ptr<sql::Pool> outdated;  // closed and destroyed outside the lock
  const std::lock_guard guard(cache_->mutex);
  auto& entries = cache_->entries;
  const auto known = entries.find(name);
  if (known != entries.end()) {
    const Cache::Entry& entry = known->second;
    const bool fits = served && served->account.state == State::active && entry.database == served->account.database &&
                      entry.sealed_password == served->sealed_password;
    if (fits) return entry.pool;
    entry.pool->close();
    outdated = entry.pool;
    entries.erase(known);
  }
  if (!served) return missing(name);
  const Account& account = served->account;
  if (account.state != State::active) return refusal(account);

  auto password = crypto::unseal(key_, account.database, served->sealed_password);
  if (!password) return password.error().within("account '" + name.text() + "'");
  sql::Endpoint endpoint = platform_.endpoint();
  endpoint.database = account.database;
  endpoint.user = account.database;
  endpoint.password = *std::move(password);
  auto pool = std::make_shared<sql::Pool>(endpoint, limits_);
  entries[name] = {account.database, served->sealed_password, pool};
  return pool;
}

}  // namespace slipway::account
