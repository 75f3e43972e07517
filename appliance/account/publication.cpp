// The next generation of an account: prepared, published, dropped.
#include <algorithm>

#include "appliance/account/database_user.hpp"
#include "appliance/account/generation.hpp"
#include "appliance/account/person_store.hpp"

namespace slipway::account {
namespace {

std::string describe(const AccountName& name, int number) {
  return "account '" + name.text() + "' generation " + std::to_string(number);
}

Result<GenerationRow> require_ready(sql::Connection& admin, const Account& account, int number) {
  SLIPWAY_TRY(auto row, find_generation(admin, account.id, number));
  if (!row) return Error{Code::not_found, describe(account.name, number) + ": does not exist", "prepare it first"};
  if (row->state != "ready" || number != account.generation + 1)
    return Error{Code::conflict, describe(account.name, number) + ": is " + row->state + ", not ready to be published"};
  return *std::move(row);
}

Status require_settled(const Account& account) {
  const bool settled =
      account.state == State::active || account.state == State::suspended || account.state == State::migrating;
  if (settled) return {};
  return Error{Code::conflict,
               "account '" + account.name.text() + "': is " + std::string(to_text(account.state)) + ", not active"};
}

// Held by a migration as long as it fills a generation: a second one would replace what the first is about to publish.
Result<std::unique_ptr<NamedLock>> claim_preparation(sql::Connection& admin, const AccountName& name) {
  SLIPWAY_TRY(NamedLock lock,
              NamedLock::take(admin, "slipway.generation." + name.text(),
                              "next generation of account '" + name.text() + "'", std::chrono::seconds(1)));
  return std::make_unique<NamedLock>(std::move(lock));
}

// The one statement of publication: from here on every reader of the row finds the new database.
Status switch_generation(sql::Connection& admin, const Account& account, int number, const Entry& entry) {
  return sql::in_transaction(admin, [&](sql::Connection& connection) -> Status {
    SLIPWAY_CHECK(
        connection.execute("UPDATE account a JOIN account_generation g ON g.account_id = a.account_id "
                           "SET a.generation = ?, a.state = IF(a.state = 'migrating', 'active', a.state), "
                           "g.state = CASE g.generation WHEN ? THEN 'published' WHEN ? THEN 'retired' ELSE g.state END "
                           "WHERE a.account_id = ?",
                           {number, number, account.generation, account.id}));
    return write_journal(connection, entry);
  });
}

}  // namespace

Result<Administration::Generation> Administration::prepare_generation(const AccountName& name) {
  SLIPWAY_TRY(const NamedLock lock, lock_account(admin_, name));
  SLIPWAY_TRY(const Account account, require_account(admin_, name));
  SLIPWAY_CHECK(require_settled(account));
  SLIPWAY_TRY(auto preparing, claim_preparation(admin_, name));
  const int number = account.generation + 1;
  SLIPWAY_TRY(const auto unpublished, find_generation(admin_, account.id, number));
  if (unpublished) SLIPWAY_CHECK(discard_generation(admin_, account, *unpublished));
  SLIPWAY_TRY(auto endpoint, build_generation(admin_, key_, account, number));
  SLIPWAY_CHECK(write_journal(admin_, {actor_, "account.prepare_generation", name.text(), std::to_string(number)}));
  preparing_.insert_or_assign(name, std::move(preparing));
  std::string database = endpoint.database;
  return Generation{number, std::move(database), std::move(endpoint)};
}

Result<Administration::Generation> Administration::adopt_generation(const AccountName& name) {
  SLIPWAY_TRY(const NamedLock lock, lock_account(admin_, name));
  SLIPWAY_TRY(const Account account, require_account(admin_, name));
  SLIPWAY_CHECK(require_settled(account));
  SLIPWAY_TRY(auto preparing, claim_preparation(admin_, name));
  const int number = account.generation + 1;
  SLIPWAY_CHECK(require_ready(admin_, account, number));
  SLIPWAY_TRY(auto endpoint, generation_endpoint(admin_, key_, account, number));
  SLIPWAY_CHECK(write_journal(admin_, {actor_, "account.adopt_generation", name.text(), std::to_string(number)}));
  preparing_.insert_or_assign(name, std::move(preparing));
  std::string database = endpoint.database;
  return Generation{number, std::move(database), std::move(endpoint)};
}

Result<StaffCarried> Administration::carry_staff(const AccountName& name, int number) {
  SLIPWAY_TRY(const NamedLock lock, lock_account(admin_, name));
  SLIPWAY_TRY(const Account account, require_account(admin_, name));
  SLIPWAY_TRY(const GenerationRow row, require_ready(admin_, account, number));
  SLIPWAY_TRY(auto inside, open_database(admin_, row.database));
  SLIPWAY_TRY(const StaffCarried carried, copy_staff(inside, account.database));
  SLIPWAY_CHECK(write_journal(admin_, {actor_, "account.carry_staff", name.text(), std::to_string(number)}));
  return carried;
}

Status Administration::publish_generation(const AccountName& name, int number) {
  SLIPWAY_TRY(const NamedLock lock, lock_account(admin_, name));
  SLIPWAY_TRY(const Account account, require_account(admin_, name));
  if (account.generation == number && account.state != State::creating) return {};
  SLIPWAY_CHECK(require_settled(account));
  SLIPWAY_CHECK(require_ready(admin_, account, number));
  const std::string detail = std::to_string(account.generation) + " to " + std::to_string(number);
  const bool suspended = account.state == State::suspended;
  if (!suspended)
    SLIPWAY_CHECK(
        set_state(admin_, account.id, State::migrating, "", {actor_, "account.publish", name.text(), detail}));
  if (Status locked = lock_out(admin_, account.database); !locked) {
    // The old database stays the account's: let its user in again and serve it.
    SLIPWAY_CHECK(let_in(admin_, account.database));
    if (!suspended)
      SLIPWAY_CHECK(set_state(admin_, account.id, State::active, "",
                              {actor_, "account.publish_failed", name.text(), locked.error().message}));
    return locked;
  }
  SLIPWAY_CHECK(switch_generation(admin_, account, number, {actor_, "account.published", name.text(), detail}));
  preparing_.erase(name);
  return {};
}

Status Administration::drop_generation(const AccountName& name, int number) {
  SLIPWAY_TRY(const NamedLock lock, lock_account(admin_, name));
  SLIPWAY_TRY(const Account account, require_account(admin_, name));
  if (account.generation == number)
    return Error{Code::conflict, describe(name, number) + ": is the published one", "publish another one first"};
  SLIPWAY_TRY(const auto row, find_generation(admin_, account.id, number));
  if (!row) return {};
  SLIPWAY_CHECK(discard_generation(admin_, account, *row));
  if (number > account.generation) preparing_.erase(name);
  return write_journal(admin_, {actor_, "account.drop_generation", name.text(), std::to_string(number)});
}

Result<std::vector<StoredDatabase>> Administration::list_databases(const AccountName& name) {
  SLIPWAY_TRY(const Account account, require_account(admin_, name));
  SLIPWAY_TRY(const auto generations, list_generations(admin_, account.id));
  std::vector<StoredDatabase> databases;
  for (const GenerationRow& row : generations) {
    SLIPWAY_TRY(const std::uint64_t bytes, database_bytes(admin_, row.database));
    databases.push_back({row.number, row.database, row.state, bytes});
  }
  return databases;
}

Status Administration::drop_database(const AccountName& name, const std::string& database,
                                     const std::string& confirmation) {
  if (confirmation != database)
    return Error{Code::invalid_argument, "database '" + database + "': the confirmation is not its name",
                 "nothing was dropped; repeat the name exactly"};
  SLIPWAY_TRY(const auto databases, list_databases(name));
  const auto found = std::ranges::find(databases, database, &StoredDatabase::database);
  if (found == databases.end())
    return Error{Code::not_found, "database '" + database + "': is none of account '" + name.text() + "'",
                 "see 'slipway account databases " + name.text() + "'"};
  if (found->state != "retired")
    return Error{Code::conflict, "database '" + database + "': is " + found->state,
                 "only what was served before, and is no more, can be dropped"};
  return drop_generation(name, found->generation);
}

}  // namespace slipway::account
