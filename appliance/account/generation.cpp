#include "appliance/account/generation.hpp"

#include "appliance/account/database_user.hpp"
#include "appliance/crypto/crypto.hpp"
#include "appliance/sql/schema.hpp"

namespace slipway::account {
namespace {

// The password of the generation's user: the recorded one, or a new one that is recorded before anything uses it.
Result<Secret> recorded_password(sql::Connection& admin, const Secret& key, const Account& account, int number) {
  const std::string database = database_name(account.name, number);
  SLIPWAY_TRY(const auto row, find_generation(admin, account.id, number));
  if (row) {
    auto password = crypto::unseal(key, database, row->sealed_password);
    return password ? password : Result<Secret>(password.error().within("account '" + account.name.text() + "'"));
  }
  const Secret password = crypto::random_token();
  SLIPWAY_CHECK(
      admin.execute("INSERT INTO account_generation (account_id, generation, database_name, database_user, "
                    "sealed_password, state) VALUES (?, ?, ?, ?, ?, 'preparing')",
                    {account.id, number, database, database, crypto::seal(key, database, password)}));
  return password;
}

sql::Endpoint endpoint_of(const sql::Connection& admin, const std::string& database, const Secret& password) {
  sql::Endpoint endpoint = admin.endpoint();
  endpoint.database = database;
  endpoint.user = database;
  endpoint.password = password;
  endpoint.statement_limit = sql::Endpoint().statement_limit;
  return endpoint;
}

}  // namespace

Result<NamedLock> lock_account(sql::Connection& admin, const AccountName& name) {
  return NamedLock::take(admin, "slipway.account." + name.text(), "account '" + name.text() + "'");
}

Result<sql::Connection> open_database(const sql::Connection& admin, const std::string& database) {
  sql::Endpoint endpoint = admin.endpoint();
  endpoint.database = database;
  return sql::Connection::open(endpoint);
}

Result<sql::Endpoint> build_generation(sql::Connection& admin, const Secret& key, const Account& account, int number) {
  const std::string database = database_name(account.name, number);
  SLIPWAY_TRY(const std::string quoted, sql::quote_identifier(database));
  SLIPWAY_TRY(const Secret password, recorded_password(admin, key, account, number));
  SLIPWAY_CHECK(admin.execute_text("CREATE DATABASE IF NOT EXISTS " + quoted + " CHARACTER SET utf8mb4"));
  SLIPWAY_CHECK(ensure_user(admin, database, password));
  SLIPWAY_CHECK(grant_rows(admin, database, database));
  SLIPWAY_TRY(auto inside, open_database(admin, database));
  SLIPWAY_CHECK(sql::upgrade_schema(inside, sql::account_schema()));
  SLIPWAY_CHECK(
      admin.execute("UPDATE account_generation SET state = 'ready' "
                    "WHERE account_id = ? AND generation = ? AND state = 'preparing'",
                    {account.id, number}));
  return endpoint_of(admin, database, password);
}

Result<sql::Endpoint> generation_endpoint(sql::Connection& admin, const Secret& key, const Account& account,
                                          int number) {
  SLIPWAY_TRY(const Secret password, recorded_password(admin, key, account, number));
  return endpoint_of(admin, database_name(account.name, number), password);
}

Result<bool> renew_password(sql::Connection& admin, const Secret& key, const Account& account,
                            const GenerationRow& row) {
  if (crypto::unseal(key, row.database, row.sealed_password)) return false;
  const Secret password = crypto::random_token();
  // Killed in between, the key still does not open the recorded one: it is done again.
  SLIPWAY_CHECK(ensure_user(admin, row.database, password));
  SLIPWAY_CHECK(
      admin.execute("UPDATE account_generation SET sealed_password = ? WHERE account_id = ? AND generation = ?",
                    {crypto::seal(key, row.database, password), account.id, row.number}));
  return true;
}

Status discard_generation(sql::Connection& admin, const Account& account, const GenerationRow& row) {
  SLIPWAY_CHECK(drop_database_and_user(admin, row.database));
  SLIPWAY_CHECK(admin.execute("DELETE FROM account_generation WHERE account_id = ? AND generation = ?",
                              {account.id, row.number}));
  return {};
}

}  // namespace slipway::account
