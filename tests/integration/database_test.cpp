#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include "tests/support/eventually.hpp"
#include "tests/support/small_disk.hpp"
#include "tests/support/test_server.hpp"

namespace slipway::embedded {
namespace {

namespace fs = std::filesystem;
using std::chrono::seconds;

DatabaseOptions small(const fs::path& directory) {
  return {.directory = directory, .buffer_pool_bytes = 32U << 20U, .durable = false};
}

TEST(EmbeddedDatabase, StartsFromNothingAndKeepsItsData) {
  const test::TempDirectory directory;
  {
    auto database = Database::start(small(directory / "db"));
    ASSERT_TRUE(database.has_value()) << to_text(database.error());
    auto connection = test::connect(database->administrator());
    ASSERT_TRUE(connection.execute_text("CREATE DATABASE kept").has_value());
    EXPECT_EQ(fs::status(directory / "db").permissions(), fs::perms::owner_all);
  }
  EXPECT_FALSE(fs::exists(directory / "db" / "run" / "mariadbd.sock"));
  auto again = Database::start(small(directory / "db"));
  ASSERT_TRUE(again.has_value()) << to_text(again.error());
  auto connection = test::connect(again->administrator());
  const auto found = connection.query_one("SELECT 1 FROM information_schema.schemata WHERE schema_name='kept'");
  ASSERT_TRUE(found.has_value());
  EXPECT_TRUE(found->has_value());
}

// D5: an appliance's agent proves backups as a user whom the saved server does not know.
TEST(EmbeddedDatabase, LetsItsOwnUserIntoDataThatKnowNobodyOfThatName) {
  const test::TempDirectory directory;
  {
    auto database = Database::start(small(directory / "db"));
    ASSERT_TRUE(database.has_value()) << to_text(database.error());
    auto connection = test::connect(database->administrator());
    const std::string user = database->administrator().user;
    ASSERT_TRUE(connection.execute_text("DROP USER `" + user + "`@localhost").has_value());
  }
  auto options = small(directory / "db");
  options.start_limit = seconds(3);
  EXPECT_FALSE(Database::start(options).has_value());
  options.start_limit = seconds(60);
  ASSERT_TRUE(let_in_own_user(options).has_value());
  auto database = Database::start(options);
  ASSERT_TRUE(database.has_value()) << to_text(database.error());
  auto connection = test::connect(database->administrator());
  EXPECT_TRUE(connection.execute_text("CREATE DATABASE of_mine").has_value());
}

TEST(EmbeddedDatabase, OffersNoTcp) {
  auto connection = test::connect(test::TestServer::instance().administrator());
  const auto row = connection.query_one("SELECT @@skip_networking, @@port");
  ASSERT_TRUE(row.has_value());
  EXPECT_EQ((*row)->integer(0), 1);
}

TEST(EmbeddedDatabase, BeginsAKilledInstallationAnew) {
  const test::TempDirectory directory;
  fs::create_directories(directory / "db/unfinished.1/mysql");
  test::write_file(directory / "db/unfinished.1/ibdata1", "half");
  auto database = Database::start(small(directory / "db"));
  ASSERT_TRUE(database.has_value()) << to_text(database.error());
  EXPECT_FALSE(fs::exists(directory / "db/unfinished.1"));
}

// A server that starts removes the temporary tables it finds in its tmpdir, whoever's they are.
TEST(EmbeddedDatabase, LeavesTheTemporaryTablesOfOtherServersAlone) {
  const test::TempDirectory directory;
  fs::create_directories(directory / "shared");
  const fs::path others = directory / "shared" / "#sql-temptable-1-2-3.MAI";
  test::write_file(others, "in use by another server");
  ASSERT_EQ(::setenv("TMPDIR", (directory / "shared").c_str(), 1), 0);
  const auto database = Database::start(small(directory / "db"));
  ::unsetenv("TMPDIR");
  ASSERT_TRUE(database.has_value()) << to_text(database.error());
  EXPECT_TRUE(fs::exists(others));
}

TEST(EmbeddedDatabase, RefusesADirectoryInUse) {
  const test::TempDirectory directory;
  auto first = test::start_scratch_server(directory / "db");
  ASSERT_TRUE(first.has_value()) << to_text(first.error());
  const auto second = Database::start(small(directory / "db"));
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().code, Code::in_use);
  EXPECT_NE(second.error().message.find((directory / "db").string()), std::string::npos);
  EXPECT_TRUE(first->running());
}

TEST(EmbeddedDatabase, RefusesDataOfANewerServer) {
  const test::TempDirectory directory;
  ASSERT_TRUE(test::start_scratch_server(directory / "db").has_value());
  test::write_file(directory / "db/data/slipway-server-version", "99.1.2-MariaDB\n");
  const auto refused = Database::start(small(directory / "db"));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, Code::unsupported);
  EXPECT_NE(refused.error().message.find("99.1.2-MariaDB"), std::string::npos);
}

TEST(EmbeddedDatabase, RefusesAForeignDataDirectory) {
  const test::TempDirectory directory;
  fs::create_directories(directory / "db/data");
  test::write_file(directory / "db/data/precious", "kept");
  const auto refused = Database::start(small(directory / "db"));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, Code::unsupported);
  EXPECT_EQ(test::read_file(directory / "db/data/precious"), "kept");
}

TEST(EmbeddedDatabase, RefusesAPathTooLongForASocket) {
  const test::TempDirectory directory;
  const auto refused = Database::start(small(directory / std::string(100, 'd')));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, Code::invalid_argument);
  EXPECT_FALSE(refused.error().hint.empty());
}

TEST(EmbeddedDatabase, RefusesAnotherUsersDirectory) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root to give a directory away";
  const test::TempDirectory directory;
  fs::create_directories(directory / "db");
  ASSERT_EQ(::chown((directory / "db").c_str(), 65534, 65534), 0);
  const auto refused = Database::start(small(directory / "db"));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, Code::permission);
}

TEST(EmbeddedDatabase, RefusesAFullDisk) {
  const test::SmallDisk disk("16m");
  if (!disk.mounted()) GTEST_SKIP() << "a small file system can be mounted by root only";
  const auto refused = Database::start(small(disk / "db"));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, Code::no_space);
  EXPECT_FALSE(refused.error().hint.empty());
}

TEST(EmbeddedDatabase, ComesBackAfterKill) {
  const test::TempDirectory directory;
  DatabaseOptions options = small(directory / "db");
  options.durable = true;
  auto database = Database::start(options);
  ASSERT_TRUE(database.has_value()) << to_text(database.error());
  {
    auto connection = test::connect(database->administrator());
    ASSERT_TRUE(connection.run_script("CREATE DATABASE d; CREATE TABLE d.t (n INT) ENGINE=InnoDB;").has_value());
    ASSERT_TRUE(connection.execute("INSERT INTO d.t VALUES (?)", {7}).has_value());
  }
  database->kill();
  EXPECT_FALSE(database->running());
  database->stop();
  { const Database gone = std::move(*database); }
  auto again = Database::start(options);
  ASSERT_TRUE(again.has_value()) << to_text(again.error());
  auto connection = test::connect(again->administrator());
  const auto row = connection.query_one("SELECT n FROM d.t");
  ASSERT_TRUE(row.has_value() && row->has_value());
  EXPECT_EQ((*row)->integer(0), 7);
}

}  // namespace
}  // namespace slipway::embedded
