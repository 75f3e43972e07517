#include "tests/support/migration.hpp"

#include <cstdio>
#include <cstdlib>

namespace slipway::test {

migrate::Installation installation() {
  sql::Endpoint administrator = TestServer::instance().administrator();
  administrator.statement_limit = std::chrono::seconds{0};
  return {administrator, TestPlatform::instance().key()};
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

std::string picture_of(const std::string& account) {
  auto admin = TestPlatform::instance().administrator();
  const auto row = admin.query_one("SELECT generation, state FROM account WHERE name = ?", {account});
  if (!row || !*row) return "none";
  const std::string database = "acct_" + account + "_" + (*row)->text(0);
  std::string picture = database + " " + (*row)->text(1);
  for (const char* sum :
       {"SELECT COUNT(*), COALESCE(SUM(CRC32(CONCAT_WS('|', number, subject, status, updated_at))), 0) FROM {}.request",
        "SELECT COUNT(*), COALESCE(SUM(CRC32(CONCAT_WS('|', message_id, number, body))), 0) FROM {}.message"}) {
    std::string statement = sum;
    const auto found = admin.query_one(statement.replace(statement.find("{}"), 2, database));
    picture += found && *found ? "; " + (*found)->text(0) + " rows " + (*found)->text(1) : std::string("; unreadable");
  }
  return picture;
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
