#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <random>
#include <thread>

#include "appliance/crypto/crypto.hpp"
#include "appliance/sql/schema.hpp"
#include "appliance/sql/script.hpp"
#include "tests/support/schema_picture.hpp"
#include "tests/support/test_server.hpp"

namespace slipway::sql {
namespace {

using test::schema_picture;
using ::testing::HasSubstr;

constexpr std::string_view kFirst = "CREATE TABLE a (id INT PRIMARY KEY);\nINSERT INTO a VALUES (1), (2);";
constexpr std::string_view kSecond = "ALTER TABLE a ADD COLUMN b INT NOT NULL DEFAULT 5;\nUPDATE a SET b = b + id;";

constexpr std::string_view kEveryKind = R"(
CREATE TABLE a (id INT PRIMARY KEY, x INT);
CREATE TABLE b (id INT PRIMARY KEY);
CREATE TABLE keyless (id INT NOT NULL);
INSERT INTO a VALUES (1, 2), (2, 3);
ALTER TABLE a ADD COLUMN y INT;
ALTER TABLE a CHANGE COLUMN x z INT;
ALTER TABLE a ADD KEY a_y (y);
ALTER TABLE keyless ADD PRIMARY KEY (id);
CREATE INDEX a_z ON a (z);
ALTER TABLE a ADD CONSTRAINT a_b FOREIGN KEY (y) REFERENCES b (id);
ALTER TABLE a ADD CONSTRAINT a_check CHECK (z < 10);
ALTER TABLE a MODIFY z BIGINT;
CREATE VIEW v AS SELECT id FROM a;
CREATE VIEW w AS SELECT id FROM a;
CREATE TRIGGER t BEFORE UPDATE ON a FOR EACH ROW BEGIN IF NEW.z = 9 THEN SET NEW.z = 8; END IF; END;
CREATE TRIGGER u BEFORE INSERT ON a FOR EACH ROW SET NEW.z = 1;
CREATE PROCEDURE p() BEGIN SELECT 1; END;
CREATE FUNCTION f() RETURNS INT DETERMINISTIC RETURN 1;
CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO DELETE FROM b;
DROP EVENT e;
DROP PROCEDURE p;
DROP TRIGGER u;
DROP VIEW v, w;
DROP INDEX a_z ON a;
ALTER TABLE a DROP FOREIGN KEY a_b;
ALTER TABLE a DROP KEY a_y;
ALTER TABLE a DROP COLUMN y;
DROP TABLE b;
RENAME TABLE a TO c;
UPDATE c SET z = z + 1;
)";

std::string whole_account_schema() {
  auto connection = test::connect(test::fresh_database());
  EXPECT_TRUE(upgrade_schema(connection, account_schema()).has_value());
  return schema_picture(connection);
}

TEST(SchemaUpgrade, BringsBothSchemasToTheNewest) {
  for (const auto versions : {platform_schema(), account_schema()}) {
    auto connection = test::connect(test::fresh_database());
    EXPECT_EQ(*schema_version(connection), 0);
    const auto first = upgrade_schema(connection, versions);
    ASSERT_TRUE(first.has_value()) << to_text(first.error());
    EXPECT_EQ(first->before, 0);
    EXPECT_EQ(first->after, versions.back().number);
    EXPECT_EQ(*schema_version(connection), versions.back().number);
    const std::string picture = schema_picture(connection);
    const auto second = upgrade_schema(connection, versions);
    ASSERT_TRUE(second.has_value());
    EXPECT_EQ(second->before, second->after);
    EXPECT_EQ(schema_picture(connection), picture);
    EXPECT_EQ(connection.query_one("SELECT COUNT(*) FROM schema_progress").value()->integer(0), 0);
  }
}

TEST(SchemaUpgrade, GoesOnFromTheVersionItFinds) {
  auto connection = test::connect(test::fresh_database());
  const std::vector<SchemaVersion> versions{{1, "V0001__a.sql", kFirst}, {2, "V0002__b.sql", kSecond}};
  ASSERT_TRUE(upgrade_schema(connection, std::span(versions).first(1)).has_value());
  const auto report = upgrade_schema(connection, versions);
  ASSERT_TRUE(report.has_value()) << to_text(report.error());
  EXPECT_EQ(report->before, 1);
  EXPECT_EQ(report->after, 2);
  EXPECT_EQ(connection.query_one("SELECT SUM(b) FROM a").value()->integer(0), 13);
  const auto history = connection.query("SELECT version, name, checksum FROM schema_history ORDER BY version");
  ASSERT_EQ(history->size(), 2U);
  EXPECT_EQ(history->back().text(1), "V0002__b.sql");
  EXPECT_EQ(history->back().text(2), crypto::sha256_hex(kSecond));
}

TEST(SchemaUpgrade, RefusesAChangedFile) {
  auto connection = test::connect(test::fresh_database());
  const std::vector<SchemaVersion> released{{1, "V0001__a.sql", kFirst}};
  ASSERT_TRUE(upgrade_schema(connection, released).has_value());
  const std::vector<SchemaVersion> changed{{1, "V0001__a.sql", "CREATE TABLE a (id BIGINT PRIMARY KEY)"}};
  const auto refused = upgrade_schema(connection, changed);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, Code::corrupt);
  EXPECT_THAT(refused.error().message, HasSubstr("V0001__a.sql"));
}

TEST(SchemaUpgrade, RefusesAFileChangedWhileHalfApplied) {
  auto connection = test::connect(test::fresh_database());
  const std::vector<SchemaVersion> broken{{1, "V0001__a.sql", "CREATE TABLE a (id INT);\nSELEC 1;"}};
  const auto failed = upgrade_schema(connection, broken);
  ASSERT_FALSE(failed.has_value());
  EXPECT_THAT(failed.error().message, HasSubstr("V0001__a.sql line 2"));
  const std::vector<SchemaVersion> changed{{1, "V0001__a.sql", kFirst}};
  EXPECT_EQ(upgrade_schema(connection, changed).error().code, Code::corrupt);
}

TEST(SchemaUpgrade, RefusesADatabaseOfANewerProgram) {
  auto connection = test::connect(test::fresh_database());
  const std::vector<SchemaVersion> newer{{1, "V0001__a.sql", kFirst}, {2, "V0002__b.sql", kSecond}};
  ASSERT_TRUE(upgrade_schema(connection, newer).has_value());
  const auto refused = upgrade_schema(connection, std::span(newer).first(1));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, Code::unsupported);
  EXPECT_FALSE(refused.error().hint.empty());
  EXPECT_EQ(*schema_version(connection), 2);
}

TEST(SchemaUpgrade, NeedsADatabase) {
  auto connection = test::connect(test::TestServer::instance().administrator());
  EXPECT_EQ(upgrade_schema(connection, account_schema()).error().code, Code::invalid_argument);
}

TEST(SchemaUpgrade, RunnersWaitForEachOther) {
  const Endpoint endpoint = test::fresh_database();
  std::atomic<int> upgraded{0};
  std::atomic<int> good{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      auto connection = test::connect(endpoint);
      const auto report = upgrade_schema(connection, account_schema());
      good += report.has_value() ? 1 : 0;
      upgraded += report.has_value() && report->before == 0 ? 1 : 0;
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(good.load(), 4);
  EXPECT_EQ(upgraded.load(), 1);
}

// Both states a kill can leave around a definition, for each kind: noted but not run, and run but not marked done.
TEST(SchemaUpgrade, ResumesAroundEveryKindOfDefinition) {
  const auto statements = split_script(kEveryKind).value();
  std::vector<SchemaVersion> versions;  // one statement each, so that each can be the one a kill met
  for (const ScriptStatement& statement : statements)
    versions.push_back({static_cast<int>(versions.size()) + 1, statement.text, statement.text});
  auto reference = test::connect(test::fresh_database());
  const auto straight = upgrade_schema(reference, versions);
  ASSERT_TRUE(straight.has_value()) << to_text(straight.error());
  for (const bool had_run : {false, true}) {
    auto connection = test::connect(test::fresh_database());
    ASSERT_TRUE(upgrade_schema(connection, {}).has_value());
    for (const SchemaVersion& version : versions) {
      if (!changes_rows_only(version.script)) {  // the note of those is in their own transaction
        ASSERT_TRUE(!had_run || connection.execute_text(version.script).has_value());
        ASSERT_TRUE(connection
                        .execute("INSERT INTO schema_progress VALUES (?, 1, ?, FALSE)",
                                 {version.number, crypto::sha256_hex(version.script)})
                        .has_value());
      }
      const auto resumed =
          upgrade_schema(connection, std::span(versions).first(static_cast<std::size_t>(version.number)));
      ASSERT_TRUE(resumed.has_value()) << version.script << '\n' << to_text(resumed.error());
    }
    EXPECT_EQ(schema_picture(connection), schema_picture(reference));
    EXPECT_EQ(connection.query_one("SELECT SUM(z) FROM c").value()->integer(0), 7);  // 2 + 3, and 1 each, once
  }
}

// "exists already" is believed only of a statement that an earlier run had begun and not seen refused.
TEST(SchemaUpgrade, DoesNotTakeAStrangersTableForItsOwn) {
  auto connection = test::connect(test::fresh_database());
  ASSERT_TRUE(connection.execute_text("CREATE TABLE a (other INT)").has_value());
  const std::vector<SchemaVersion> versions{{1, "V0001__a.sql", kFirst}};
  for (int attempt = 0; attempt < 2; ++attempt)
    EXPECT_EQ(upgrade_schema(connection, versions).error().code, Code::conflict) << attempt;
  ASSERT_TRUE(connection.execute_text("DROP TABLE a").has_value());
  EXPECT_TRUE(upgrade_schema(connection, versions).has_value());
}

// A process that upgrades is killed at a random moment; the next run completes the schema.
TEST(SchemaUpgrade, OutlivesAKilledProgram) {
  const std::string whole = whole_account_schema();
  const auto seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  int killed_half_way = 0;
  for (int round = 0; round < 10; ++round) {
    const Endpoint endpoint = test::fresh_database();
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      auto own = Connection::open(endpoint);
      ::_exit(own && upgrade_schema(*own, account_schema()) ? 0 : 1);
    }
    ::usleep(static_cast<useconds_t>(random() % 60'000));  // the moment of the kill
    ::kill(child, SIGKILL);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    auto connection = test::connect(endpoint);
    killed_half_way += *schema_version(connection) == 0 ? 1 : 0;
    const auto resumed = upgrade_schema(connection, account_schema());
    ASSERT_TRUE(resumed.has_value()) << to_text(resumed.error());
    ASSERT_EQ(schema_picture(connection), whole);
  }
  RecordProperty("killed_half_way", killed_half_way);
  EXPECT_GT(killed_half_way, 0);
}

}  // namespace
}  // namespace slipway::sql
