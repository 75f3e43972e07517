// A migration on a server that has replicas: what reaches them is the account, complete, and nothing of the staging.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "appliance/crypto/crypto.hpp"
#include "migrate/run/staging.hpp"
#include "tests/integration/glpi_desk.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/moved_desk.hpp"

namespace slipway::migrate {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

constexpr std::chrono::seconds kLimit{60};

/// A server that logs, with the platform and one account on it.
class Primary {
 public:
  Primary()
      : database_(embedded::Database::start({.directory = directory_ / "db", .binary_log = true, .durable = false})) {}

  void provision(const std::vector<std::string>& accounts) {
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
    for (const std::string& account : accounts)
      ASSERT_TRUE(administration.create(*AccountName::parse(account), account, account::Kind::other).has_value());
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

/// What a replica says of itself, for a failure.
std::string status_of(sql::Connection& replica) {
  std::string status;
  const auto row = replica.query_one("SHOW SLAVE STATUS");
  for (std::size_t i = 0; row && *row && i < (*row)->size(); ++i)
    status += (*row)->optional_text(i).value_or("") + " | ";
  return status;
}

// A27, D6
TEST(MigrateReplica, GetsTheAccountsWithoutTheStaging) {
  const std::vector<std::string> products{"rt4", "glpi"};
  const test::TempDirectory files;
  Primary primary;
  ASSERT_NO_FATAL_FAILURE(primary.provision(products));
  for (const std::string& product : products) {
    RunOptions options;
    const sql::Endpoint source = test::case_database(product);
    options.source = test::address_of(source);
    options.account = product;
    options.execute = true;
    if (product == "glpi") {
      write_glpi_files(source, files.path());
      options.planning.files_directory = files.path();
    }
    NoProgress progress;
    const auto done = run_migration(primary.installation(), options, progress);
    ASSERT_TRUE(done.has_value()) << product << ": " << to_text(done.error());
  }
  const auto logs = primary.logs();
  auto there = primary.connect();
  // The rows of a source, which its staging database got, were not logged.
  for (const auto& log : logs) {
    const auto events = there.query("SHOW BINLOG EVENTS IN '" + log.filename().string() + "'");
    ASSERT_TRUE(events.has_value());
    for (const auto& event : *events) EXPECT_THAT(event.text(5), testing::Not(HasSubstr("(stage_rt4.Attachments)")));
  }
  Replica replica;
  ASSERT_NO_FATAL_FAILURE(replica.apply(logs));
  auto here = replica.connect();
  for (const std::string& product : products) {
    const std::string served = "acct_" + product + "_2";
    const std::string query =
        "SELECT CONCAT('acct_', name, '_', generation) FROM slipway.account WHERE name = '" + product + "'";
    EXPECT_TRUE(test::eventually(kLimit, [&] { return cell(here, query) == served; })) << status_of(here);
    EXPECT_EQ(sums(here, served), sums(there, served));
    EXPECT_GT(sums(here, served).size(), 10U);
  }
  EXPECT_EQ(cell(here, "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema LIKE 'stage%'"), "0");
}

// A27
TEST(MigrateReplica, CopiesToAServerThatLogsStatements) {
  const auto source = test::case_database("rt4");
  Primary primary;
  ASSERT_NO_FATAL_FAILURE(primary.provision({"acme"}));
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
  EXPECT_THAT(refused.error().hint, HasSubstr("BINLOG ADMIN"));

  CopyOptions again;
  again.resume = true;
  const auto copied = copy_database(source, target, again, progress);
  ASSERT_TRUE(copied.has_value()) << to_text(copied.error());
  EXPECT_GT(copied->rows, 1000U);
}

}  // namespace
}  // namespace slipway::migrate
