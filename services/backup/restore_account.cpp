#include "services/backup/restore_account.hpp"

#include "appliance/account/platform.hpp"
#include "services/backup/fail_point.hpp"
#include "services/backup/load_account.hpp"
#include "services/backup/pieces.hpp"
#include "services/backup/restore_store.hpp"
#include "services/backup/sandbox_backup.hpp"

namespace slipway::backup {
namespace {

namespace fs = std::filesystem;

constexpr const char* kUnderWay = "is being restored";

/// One server's database into another's.
Status load(const sql::Endpoint& from, const std::string& database, const sql::Endpoint& to,
            const AccountRestore& wanted) {
  SLIPWAY_TRY(auto loader, Loader::start(to, wanted.work));
  const fs::path log = wanted.work / "dump.log";
  SLIPWAY_TRY(auto dump,
              start_dump({"--no-defaults", "--socket=" + from.socket, "--user=" + from.user}, database, log));
  std::uint64_t bytes = 0;
  const auto take = [&](std::string_view part) -> Status {
    bytes += part.size();
    if (wanted.progress) wanted.progress("load", bytes, 0);
    return loader.add(part);
  };
  const auto pumped = drain(dump, take, "mariadb-dump", log);
  // Why it takes no more is said by its end.
  SLIPWAY_CHECK(loader.finish());
  SLIPWAY_CHECK(end_of_dump(dump, log));
  return pumped;
}

/// The tables in which two databases differ, as a list.
Result<std::size_t> compare(sql::Connection& from, sql::Connection& to) {
  SLIPWAY_TRY(const auto expected, table_sums(from));
  SLIPWAY_TRY(const auto found, table_sums(to));
  std::string differing;
  for (const auto& [table, sum] : expected) {
    const auto there = found.find(table);
    if (there == found.end() || there->second != sum) differing += (differing.empty() ? "" : ", ") + table;
  }
  if (!differing.empty())
    return Error{Code::corrupt, "database '" + to.endpoint().database + "': differs after loading in " + differing};
  return expected.size();
}

Result<sql::Connection> open(sql::Endpoint endpoint, const std::string& database) {
  endpoint.database = database;
  endpoint.statement_limit = std::chrono::seconds(0);
  return sql::Connection::open(endpoint);
}

/// One that a killed call left behind.
bool is_left_over(const account::Account& account) {
  return account.state == account::State::creating ||
         (account.state == account::State::suspended && account.state_reason == kUnderWay);
}

Error is_there(const AccountName& name) {
  return {Code::conflict, "account '" + name.text() + "': is there already", "choose a name that no account has"};
}

/// What an account is made of.
struct Source {
  std::string title;
  account::Kind kind = account::Kind::other;
  std::optional<Timestamp> trial_at;  ///< it is a trial, and what it becomes is one
  /// Fills the connection's empty database, and compares; how many tables.
  std::function<Result<std::size_t>(sql::Connection& target)> load;
};

/// The account that is restored into: the one that is there, or a new one, which nobody uses before it is whole.
/// Whether it is new.
Result<bool> make_account(account::Administration& administration, const sql::Connection& admin, const Source& source,
                          const AccountRestore& wanted) {
  sql::Pool pool(admin.endpoint());
  const auto there = account::Directory(pool, Secret()).find(wanted.into);
  if (!there && there.error().code != Code::not_found) return there.error();
  if (!there || is_left_over(*there)) {
    if (!there || there->state == account::State::creating) {
      SLIPWAY_TRY([[maybe_unused]] const auto made,
                  administration.create(wanted.into, source.title, source.kind, kUnderWay));
      fail_point("account.made");
    }
    SLIPWAY_CHECK(administration.silence(wanted.into, source.trial_at));
    return true;
  }
  if (wanted.into == wanted.account) return false;
  return is_there(wanted.into);
}

/// Loads beside what is served, and publishes.
Result<AccountRestored> restore_from(const Source& source, sql::Connection& admin, const Secret& key,
                                     const AccountRestore& wanted) {
  account::Administration administration(admin, key, "restore");
  SLIPWAY_TRY(const bool is_new, make_account(administration, admin, source, wanted));
  SLIPWAY_TRY(const auto generation, administration.prepare_generation(wanted.into));
  SLIPWAY_TRY(auto target, open(admin.endpoint(), generation.database));
  SLIPWAY_CHECK(empty_database(target));
  AccountRestored result;
  SLIPWAY_TRY(result.tables, source.load(target));
  // What was saved may be of an older version.
  SLIPWAY_TRY([[maybe_unused]] const auto schema, sql::upgrade_schema(target, sql::account_schema()));
  fail_point("account.loaded");
  SLIPWAY_CHECK(administration.publish_generation(wanted.into, generation.number));
  fail_point("account.published");
  result.database = generation.database;
  if (is_new) {
    // With those of calls that were killed.
    for (int earlier = 1; earlier < generation.number; ++earlier)
      SLIPWAY_CHECK(administration.drop_generation(wanted.into, earlier));
    SLIPWAY_CHECK(administration.resume(wanted.into));
  } else {
    result.set_aside = "acct_" + wanted.into.text() + "_" + std::to_string(generation.number - 1);
  }
  return result;
}

}  // namespace

Status check_new_account(account::Directory& living, const AccountName& name) {
  const auto there = living.find(name);
  if (!there) return there.error().code == Code::not_found ? Status() : there.error();
  return is_left_over(*there) ? Status() : is_there(name);
}

Result<std::vector<account::Account>> accounts_of(const embedded::Database& restored) {
  sql::Endpoint endpoint = restored.administrator();
  endpoint.database = account::kPlatformDatabase;
  sql::Pool pool(endpoint);
  return account::Directory(pool, Secret()).list();
}

Result<AccountRestored> restore_account(const embedded::Database& restored, sql::Connection& admin, const Secret& key,
                                        const AccountRestore& wanted) {
  SLIPWAY_TRY(const auto accounts, accounts_of(restored));
  const auto source =
      std::ranges::find_if(accounts, [&](const auto& account) { return account.name == wanted.account; });
  if (source == accounts.end())
    return Error{Code::not_found, "account '" + wanted.account.text() + "': was not there at that moment",
                 "see 'slipway backup show' for the accounts of a backup"};
  const sql::Endpoint from = restored.administrator();
  const auto load_and_compare = [&](sql::Connection& target) -> Result<std::size_t> {
    SLIPWAY_CHECK(load(from, source->database, target.endpoint(), wanted));
    SLIPWAY_TRY(auto origin, open(from, source->database));
    return compare(origin, target);
  };
  return restore_from({source->title, source->kind, source->trial_at, load_and_compare}, admin, key, wanted);
}

Result<AccountRestored> restore_account(const Repository& repository, const Manifest& backup, sql::Connection& admin,
                                        const Secret& key, const AccountRestore& wanted) {
  sql::Pool pool(admin.endpoint());
  const auto living = account::Directory(pool, Secret()).find(wanted.account);
  if (!living && living.error().code != Code::not_found) return living.error();
  const auto load_and_compare = [&](sql::Connection& target) {
    return load_sandbox_backup(repository, backup, target, wanted.work, wanted.progress);
  };
  Source source{wanted.account.text(), account::Kind::sandbox, {}, load_and_compare};
  if (living) source.title = living->title;
  if (living) source.kind = living->kind;
  if (living) source.trial_at = living->trial_at;
  return restore_from(source, admin, key, wanted);
}

}  // namespace slipway::backup
