#include "tests/support/migration.hpp"

#include <cstdio>
#include <cstdlib>

namespace slipway::test {

migrate::Installation installation() {
  sql::Endpoint administrator = TestServer::instance().administrator();
  administrator.statement_limit = std::chrono::seconds{0};
  static const TempDirectory migrations;
  return {administrator, TestPlatform::instance().key(), migrations.path()};
}

sql::Endpoint sample_database(std::uint64_t tickets) {
  sql::Endpoint database = fresh_database();
  migrate::NoProgress progress;
  const auto made = migrate::make_sample(database, {5, tickets, SystemClock().now()}, progress);
  if (!made) {
    std::fprintf(stderr, "sample: %s\n", made.error().message.c_str());
    std::abort();
  }
  return database;
}

migrate::SourceAddress address_of(const sql::Endpoint& endpoint) {
  migrate::SourceAddress address;
  address.socket = endpoint.socket;
  address.user = endpoint.user;
  address.database = endpoint.database;
  return address;
}

migrate::RunOptions options_for(const sql::Endpoint& source, const std::string& account) {
  migrate::RunOptions options;
  options.source = address_of(source);
  options.account = account;
  options.execute = true;
  return options;
}

std::string picture_of(const std::string& account) {
  auto admin = TestPlatform::instance().administrator();
  return picture_of(admin, account);
}

std::string picture_of(sql::Connection& platform, const std::string& account) {
  const auto row = platform.query_one("SELECT generation, state FROM account WHERE name = ?", {account});
  if (!row || !*row) return "none";
  const std::string database = "acct_" + account + "_" + (*row)->text(0);
  std::string picture = database + " " + (*row)->text(1);
  for (const char* sum :
       {"SELECT COUNT(*), COALESCE(SUM(CRC32(CONCAT_WS('|', number, subject, status, updated_at))), 0) FROM {}.request",
        "SELECT COUNT(*), COALESCE(SUM(CRC32(CONCAT_WS('|', message_id, number, body))), 0) FROM {}.message"}) {
    std::string statement = sum;
    const auto found = platform.query_one(statement.replace(statement.find("{}"), 2, database));
    picture += found && *found ? "; " + (*found)->text(0) + " rows " + (*found)->text(1) : std::string("; unreadable");
  }
  return picture;
}

bool is_served(const migrate::Installation& where, const std::string& account) {
  sql::Endpoint endpoint = where.administrator;
  endpoint.database = account::kPlatformDatabase;
  sql::Pool pool(endpoint);
  account::Directory directory(pool, where.account_key);
  const auto name = AccountName::parse(account);
  const auto served = directory.pool(*name);
  if (!served) return false;
  auto lease = (*served)->lend();
  return lease.has_value() && (*lease)->query_one("SELECT COUNT(*) FROM request").has_value();
}

std::vector<std::string> databases_of(const std::string& account) {
  auto admin = TestPlatform::instance().administrator();
  const auto rows = admin.query(
      "SELECT schema_name FROM information_schema.schemata WHERE schema_name = ? OR schema_name REGEXP ? "
      "UNION ALL SELECT CONCAT('user ', user) FROM mysql.user WHERE user = ? ORDER BY 1",
      {"stage_" + account, "^acct_" + account + "_[0-9]+$", "stage_" + account});
  std::vector<std::string> names;
  if (rows)
    for (const auto& row : *rows) names.push_back(row.text(0));
  return names;
}

}  // namespace slipway::test
