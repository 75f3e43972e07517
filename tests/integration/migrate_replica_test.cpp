// A migration on a server that has replicas: what reaches them is the account, complete, and nothing of the staging.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "appliance/crypto/crypto.hpp"
#include "migrate/run/staging.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/moved_desk.hpp"

namespace slipway::migrate {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds kLimit{60};

/// A server that logs, with the platform and one account on it.
class Primary {
 public:
  Primary()
      : database_(embedded::Database::start({.directory = directory_ / "db", .binary_log = true, .durable = false})) {}

  void provision(const std::string& account) {
    ASSERT_TRUE(database_.has_value()) << to_text(database_.error());
    auto root = test::connect(database_->administrator());
    // Statements would read what a replica does not have: the migration has to ask for rows by itself.
    ASSERT_TRUE(root.execute_text("SET GLOBAL binlog_format = 'STATEMENT'").has_value());
    const std::vector<account::ProgramUser> programs{{"slipway_web", crypto::random_token()},
                                                     {"slipway_job", crypto::random_token()}};
    ASSERT_TRUE(account::provision_platform(root, programs).has_value());
    sql::Endpoint platform = database_->administrator();
    platform.database = account::kPlatformDatabase;
    auto admin = test::connect(platform);
    account::Administration administration(admin, key_);
    const auto name = AccountName::parse(account);
    ASSERT_TRUE(administration.create(*name, "Acme", account::Kind::other).has_value());
  }

  [[nodiscard]] sql::Connection connect() { return test::connect(database_->administrator()); }
  [[nodiscard]] Installation installation() const {
    sql::Endpoint administrator = database_->administrator();
    administrator.statement_limit = std::chrono::seconds{0};
    return {administrator, key_, directory_ / "migrations"};
  }
  /// Its binary logs, oldest first, each written to its end.
  [[nodiscard]] std::vector<fs::path> logs() {
    auto root = connect();
    EXPECT_TRUE(root.execute_text("FLUSH BINARY LOGS").has_value());
    std::vector<fs::path> files;
    const auto rows = root.query("SHOW BINARY LOGS");
    for (const auto& row : *rows) files.push_back(directory_ / "db" / "data" / row.text(0));
    return files;
  }

 private:
  test::TempDirectory directory_;
  Result<embedded::Database> database_;
  Secret key_ = crypto::random_token();
};

/// A server that applies those logs as its own relay log: replication without the network between.
class Replica {
 public:
  void apply(const std::vector<fs::path>& logs) {
    const fs::path data = directory_ / "db" / "data";
    const std::string base = "mariadbd-relay-bin";  // the server's own choice, by its pid file
    {
      const auto first = test::start_scratch_server(directory_ / "db");
      ASSERT_TRUE(first.has_value()) << to_text(first.error());
    }
    std::ofstream index(data / (base + ".index"));
    for (std::size_t i = 0; i < logs.size(); ++i) {
      const std::string name = base + ".00000" + std::to_string(i + 1);
      fs::copy_file(logs[i], data / name);
      index << "./" << name << '\n';
    }
    index.close();
    database_.emplace(test::start_scratch_server(directory_ / "db"));
    ASSERT_TRUE((*database_).has_value()) << to_text((*database_).error());
    auto root = connect();
    for (const std::string& statement :
         {std::string("SET GLOBAL server_id = 2"),
          std::string("SET GLOBAL replicate_wild_ignore_table = '") + std::string(kStagingTables) + "'",
          "CHANGE MASTER TO MASTER_HOST = '127.0.0.1', MASTER_USER = 'nobody', MASTER_USE_GTID = no, RELAY_LOG_FILE = "
          "'" +
              base + ".000001', RELAY_LOG_POS = 4",
          std::string("START SLAVE SQL_THREAD")}) {
      const auto done = root.execute_text(statement);
      ASSERT_TRUE(done.has_value()) << statement << ": " << to_text(done.error());
    }
  }

  [[nodiscard]] sql::Connection connect() { return test::connect((*database_)->administrator()); }

 private:
  test::TempDirectory directory_;
  std::optional<Result<embedded::Database>> database_;
};

std::string cell(sql::Connection& db, const std::string& query) {
  const auto row = db.query_one(query);
  return row && *row ? (*row)->optional_text(0).value_or("NULL") : "none";
}

/// Every table of a database with a sum over its rows.
std::map<std::string, std::string> sums(sql::Connection& db, const std::string& database) {
  std::map<std::string, std::string> all;
  const auto tables = db.query("SELECT table_name FROM information_schema.tables WHERE table_schema = ?", {database});
  for (const auto& table : *tables) {
    const auto sum = db.query_one("CHECKSUM TABLE `" + database + "`.`" + table.text(0) + "`");
    all[table.text(0)] = (*sum)->text(1);
  }
  return all;
}

// A27, D6
TEST(MigrateReplica, GetsTheAccountWithoutTheStaging) {
  const auto source = test::case_database("rt4");
  Primary primary;
  ASSERT_NO_FATAL_FAILURE(primary.provision("acme"));
  RunOptions options;
  options.source = test::address_of(source);
  options.account = "acme";
  options.execute = true;
  NoProgress progress;
  const auto done = run_migration(primary.installation(), options, progress);
  ASSERT_TRUE(done.has_value()) << to_text(done.error());

  const auto logs = primary.logs();
  auto there = primary.connect();
  for (const auto& log : logs) {
    // The rows of the source, which the staging database got, were not logged.
    const auto events = there.query("SHOW BINLOG EVENTS IN '" + log.filename().string() + "'");
    ASSERT_TRUE(events.has_value());
    for (const auto& event : *events)
      EXPECT_THAT(event.text(5), testing::Not(testing::HasSubstr("(stage_acme.Attachments)")));
  }
  Replica replica;
  ASSERT_NO_FATAL_FAILURE(replica.apply(logs));
  auto here = replica.connect();
  const std::string served = "SELECT CONCAT('acct_acme_', generation) FROM slipway.account WHERE name = 'acme'";
  EXPECT_TRUE(test::eventually(kLimit, [&] { return cell(here, served) == "acct_acme_2"; })) << [&] {
    std::string status;
    const auto rows = here.query("SHOW SLAVE STATUS");
    for (std::size_t i = 0; rows && !rows->empty() && i < rows->front().size(); ++i)
      status += rows->front().optional_text(i).value_or("") + " | ";
    return status;
  }();
  EXPECT_EQ(sums(here, "acct_acme_2"), sums(there, "acct_acme_2"));
  EXPECT_GT(sums(here, "acct_acme_2").size(), 10U);
  EXPECT_EQ(cell(here, "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema LIKE 'stage%'"), "0");
}

// A27
TEST(MigrateReplica, CopiesToAServerThatLogsStatements) {
  const auto source = test::case_database("rt4");
  Primary primary;
  ASSERT_NO_FATAL_FAILURE(primary.provision("acme"));
  auto there = primary.connect();
  ASSERT_TRUE(there.execute_text("CREATE DATABASE copied").has_value());
  ASSERT_TRUE(there.execute_text("CREATE USER humble@localhost IDENTIFIED BY 'x'").has_value());
  ASSERT_TRUE(there.execute_text("GRANT ALL ON copied.* TO humble@localhost").has_value());
  sql::Endpoint target = there.endpoint();
  target.database = "copied";
  NoProgress progress;
  sql::Endpoint humble = target;
  humble.user = "humble";
  humble.password = Secret("x");
  const auto refused = copy_database(source, humble, {}, progress);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, Code::permission) << to_text(refused.error());
  EXPECT_THAT(refused.error().hint, testing::HasSubstr("BINLOG ADMIN"));

  CopyOptions again;
  again.resume = true;
  const auto copied = copy_database(source, target, again, progress);
  ASSERT_TRUE(copied.has_value()) << to_text(copied.error());
  EXPECT_GT(copied->rows, 1000U);
}

}  // namespace
}  // namespace slipway::migrate
