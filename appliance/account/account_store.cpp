#include "appliance/account/account_store.hpp"

namespace slipway::account {
namespace {

constexpr std::string_view kColumns =
    "account_id, name, title, kind, state, generation, created_at, state_reason, "
    "mail, trial_at";

Result<Account> read_account(const sql::Row& row) {
  SLIPWAY_TRY(auto name, AccountName::parse(row.text(1)));
  SLIPWAY_TRY(const Kind kind, parse_kind(row.text(3)));
  SLIPWAY_TRY(const State state, parse_state(row.text(4)));
  const int generation = static_cast<int>(row.integer(5));
  std::string database = database_name(name, generation);
  return Account{row.integer(0), std::move(name),     row.text(2),         kind,
                 state,          generation,          std::move(database), row.time(6),
                 row.text(7),    row.text(8) == "on", row.optional_time(9)};
}

GenerationRow read_generation(const sql::Row& row) {
  return {static_cast<int>(row.integer(0)), row.text(1), row.text(2), row.text(3)};
}

}  // namespace

std::string database_name(const AccountName& name, int generation) {
  return "acct_" + name.text() + "_" + std::to_string(generation);
}

Result<std::vector<Account>> list_accounts(sql::Connection& platform) {
  SLIPWAY_TRY(const auto rows, platform.query("SELECT " + std::string(kColumns) + " FROM account ORDER BY name"));
  std::vector<Account> accounts;
  accounts.reserve(rows.size());
  for (const sql::Row& row : rows) {
    SLIPWAY_TRY(Account account, read_account(row));
    accounts.push_back(std::move(account));
  }
  return accounts;
}

Result<std::optional<Account>> find_account(sql::Connection& platform, const AccountName& name) {
  SLIPWAY_TRY(const auto row,
              platform.query_one("SELECT " + std::string(kColumns) + " FROM account WHERE name = ?", {name.text()}));
  if (!row) return std::optional<Account>();
  SLIPWAY_TRY(Account account, read_account(*row));
  return std::optional(std::move(account));
}

Result<Account> require_account(sql::Connection& platform, const AccountName& name) {
  SLIPWAY_TRY(auto account, find_account(platform, name));
  if (!account)
    return Error{Code::not_found, "account '" + name.text() + "': does not exist", "'slipway account list' shows all"};
  return *std::move(account);
}

Result<std::optional<ServedAccount>> find_served(sql::Connection& platform, const AccountName& name) {
  SLIPWAY_TRY(const auto row,
              platform.query_one("SELECT a.account_id, a.name, a.title, a.kind, a.state, a.generation, a.created_at, "
                                 "a.state_reason, a.mail, a.trial_at, g.sealed_password "
                                 "FROM account a LEFT JOIN account_generation g "
                                 "ON g.account_id = a.account_id AND g.generation = a.generation WHERE a.name = ?",
                                 {name.text()}));
  if (!row) return std::optional<ServedAccount>();
  SLIPWAY_TRY(Account account, read_account(*row));
  return std::optional(ServedAccount{std::move(account), row->optional_text(10).value_or("")});
}

Result<std::vector<GenerationRow>> list_generations(sql::Connection& platform, std::int64_t account_id) {
  SLIPWAY_TRY(const auto rows, platform.query("SELECT generation, database_name, sealed_password, state "
                                              "FROM account_generation WHERE account_id = ? ORDER BY generation",
                                              {account_id}));
  std::vector<GenerationRow> generations;
  generations.reserve(rows.size());
  for (const sql::Row& row : rows) generations.push_back(read_generation(row));
  return generations;
}

Result<std::uint64_t> database_bytes(sql::Connection& server, const std::string& database) {
  SLIPWAY_TRY(const auto row, server.query_one("SELECT CAST(COALESCE(SUM(data_length + index_length), 0) AS UNSIGNED) "
                                               "FROM information_schema.tables WHERE table_schema = ?",
                                               {database}));
  return row->natural(0);
}

Result<std::optional<GenerationRow>> find_generation(sql::Connection& platform, std::int64_t account_id, int number) {
  SLIPWAY_TRY(const auto row, platform.query_one("SELECT generation, database_name, sealed_password, state "
                                                 "FROM account_generation WHERE account_id = ? AND generation = ?",
                                                 {account_id, number}));
  if (!row) return std::optional<GenerationRow>();
  return std::optional(read_generation(*row));
}

Status write_journal(sql::Connection& platform, const Entry& entry) {
  SLIPWAY_CHECK(platform.execute("INSERT INTO journal (actor, action, account_name, detail) VALUES (?, ?, ?, ?)",
                                 {entry.actor, entry.action, entry.account, entry.detail}));
  return {};
}

Status set_state(sql::Connection& platform, std::int64_t account_id, State state, const std::string& reason,
                 const Entry& entry) {
  return sql::in_transaction(platform, [&](sql::Connection& connection) -> Status {
    SLIPWAY_CHECK(connection.execute("UPDATE account SET state = ?, state_reason = ? WHERE account_id = ?",
                                     {to_text(state), reason, account_id}));
    return write_journal(connection, entry);
  });
}

Status store_mail(sql::Connection& platform, std::int64_t account_id, bool sends, std::optional<Timestamp> trial_at,
                  const Entry& entry) {
  return sql::in_transaction(platform, [&](sql::Connection& connection) -> Status {
    SLIPWAY_CHECK(connection.execute(
        "UPDATE account SET mail = ?, trial_at = ? WHERE account_id = ?",
        {std::string(sends ? "on" : "off"), trial_at ? sql::Value(*trial_at) : sql::Value(nullptr), account_id}));
    return write_journal(connection, entry);
  });
}

}  // namespace slipway::account
