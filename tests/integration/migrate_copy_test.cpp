// The copy engine alone: values that are easily changed on the way arrive as they were.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <thread>

#include "migrate/engine/checksum.hpp"
#include "migrate/engine/compare.hpp"
#include "migrate/engine/copy.hpp"
#include "migrate/engine/load_watch.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/migration.hpp"
#include "tests/support/programs.hpp"
#include "tests/support/test_server.hpp"

namespace slipway::migrate {
namespace {

constexpr const char* kTorture = R"(
CREATE TABLE kinds (id INT NOT NULL AUTO_INCREMENT, f FLOAT, d DOUBLE, n DECIMAL(30,10), b BIT(9), e ENUM('a','','5','3'), s SET('x','y'), z DATETIME,
  t TIME(6), ts TIMESTAMP(6) NULL, y YEAR, j JSON, u UUID, i6 INET6, g POINT, bl LONGBLOB, l1 VARCHAR(50) CHARACTER SET latin1, u16 VARCHAR(50) CHARACTER SET utf16,
  v INT AS (big DIV 4294967296 DIV 4) VIRTUAL, st INT AS (y + 1) STORED, hidden INT INVISIBLE DEFAULT 7, big BIGINT UNSIGNED,
  PRIMARY KEY (id), KEY (d), UNIQUE KEY named (l1)) ENGINE=InnoDB;
CREATE TABLE child (id BIGINT NOT NULL PRIMARY KEY, parent INT, txt TEXT, KEY (parent), FULLTEXT KEY words (txt), CONSTRAINT child_parent FOREIGN KEY (parent) REFERENCES kinds (id)) ENGINE=InnoDB;
CREATE TABLE keyless (a INT, b VARCHAR(9)) ENGINE=Aria;
CREATE TABLE counted (a INT NOT NULL, n INT NOT NULL AUTO_INCREMENT, PRIMARY KEY (a, n), KEY (n)) ENGINE=InnoDB;
CREATE TABLE `odd ``name` (`a b` INT PRIMARY KEY, `select` INT) ENGINE=InnoDB;
CREATE TABLE empty_one (id INT PRIMARY KEY) ENGINE=InnoDB;
SET SESSION sql_mode = 'NO_AUTO_VALUE_ON_ZERO';
INSERT INTO kinds (id, f, d, n, b, e, s, z, t, ts, y, j, u, i6, g, bl, l1, u16, hidden, big) VALUES
  (0, 16777216, 0.1, 1234567890.0123456789, b'101010101', '', 'x,y', '0000-00-00', '-838:59:59', '2026-01-01 00:00:00.123456', 2026, '{"a": [1, "é"]}',
   '123e4567-e89b-12d3-a456-426655440000', '2001:db8::1', POINT(1.5, -2), X'0027005C0D0A1AFF', 'é', 'é日本', 1, 18446744073709551615),
  (1, 1.1, 1e308, -0.0000000001, b'0', '5', '', '2026-02-30', '00:00:00.000001', NULL, 1901, 'null', NULL, '::', NULL, '', 'x', '', 2, 0),
  (-5, NULL, -1e-300, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO kinds (id, e) VALUES (7, 99);
INSERT INTO child SELECT CAST(seq AS SIGNED) - 5000, NULL, REPEAT(CHAR(33 + seq % 90), seq % 300) FROM seq_1_to_20000;
INSERT INTO keyless SELECT seq % 3, 'same' FROM seq_1_to_5000;
INSERT INTO counted VALUES (2, 1), (1, 0);
INSERT INTO `odd ``name` VALUES (1, 2);
)";

class Copy : public testing::Test {
 protected:
  void SetUp() override {
    auto session = test::connect(source_);
    ASSERT_TRUE(session.execute_text("SET SESSION sql_mode = 'ALLOW_INVALID_DATES'").has_value());
    std::string script = kTorture;
    const std::string mode = "'NO_AUTO_VALUE_ON_ZERO'";
    script.replace(script.find(mode), mode.size(), "'NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES'");
    const auto made = session.run_script(script);
    ASSERT_TRUE(made.has_value()) << made.error().message;
  }
  Result<CopyReport> copy(CopyOptions options = {}) {
    NoProgress progress;
    return copy_database(source_, target_, options, progress);
  }
  sql::Endpoint source_ = test::fresh_database();
  sql::Endpoint target_ = test::fresh_database();
};

// A27
TEST_F(Copy, CarriesEveryKindOfValueUnharmed) {
  CopyOptions options;
  options.lane_bytes = 100'000;                        // several lanes of the larger tables
  options.limits = {std::chrono::milliseconds{0}, 1};  // and a chunk for every batch
  const auto done = copy(options);
  ASSERT_TRUE(done.has_value()) << to_text(done.error());
  EXPECT_EQ(done->rows, 4U + 20'000U + 5'000U + 2U + 1U);
  auto source = test::connect(source_);
  auto target = test::connect(target_);
  for (const char* query :
       {"SELECT id, f+0e0, d, n, b+0, e+0, e, s+0, z, t, ts, y, j, HEX(u), HEX(i6), HEX(g), HEX(bl), HEX(l1), "
        "HEX(u16), v, st, hidden, big FROM kinds ORDER BY id",
        "SELECT COUNT(*), SUM(id), SUM(CRC32(txt)) FROM child",
        "SELECT a, b, COUNT(*) FROM keyless GROUP BY a, b ORDER BY a", "SELECT a, n FROM counted ORDER BY a",
        "SELECT `a b`, `select` FROM `odd ``name`",
        "SELECT table_name, index_name, column_name FROM information_schema.statistics WHERE table_schema = DATABASE() "
        "ORDER BY 1, 2, seq_in_index",
        "SELECT table_name, constraint_name, constraint_type FROM information_schema.table_constraints WHERE "
        "constraint_schema = DATABASE() ORDER BY 1, 2"}) {
    const auto there = source.query(query);
    const auto here = target.query(query);
    ASSERT_TRUE(there.has_value() && here.has_value()) << query;
    ASSERT_EQ(there->size(), here->size()) << query;
    for (std::size_t row = 0; row < there->size(); ++row)
      for (std::size_t column = 0; column < (*there)[row].size(); ++column)
        EXPECT_EQ((*there)[row].optional_text(column), (*here)[row].optional_text(column))
            << query << " row " << row << " column " << column;
  }
}

TEST_F(Copy, CarriesARowLargerThanABatch) {
  auto source = test::connect(source_);
  ASSERT_TRUE(source.execute_text("SET SESSION sql_mode = ''").has_value());
  std::string large;
  large.resize(9'000'000);
  large.append("end");
  ASSERT_TRUE(source.execute("INSERT INTO kinds (id, bl) VALUES (100, ?)", {large}).has_value());
  const auto done = copy();
  ASSERT_TRUE(done.has_value()) << to_text(done.error());
  auto target = test::connect(target_);
  const auto row = target.query_one("SELECT LENGTH(bl), RIGHT(bl, 3) FROM kinds WHERE id = 100");
  ASSERT_TRUE(row.has_value() && row->has_value());
  EXPECT_EQ((*row)->integer(0), 9'000'003);
  EXPECT_EQ((*row)->text(1), "end");
}

// A27: the target of the tests has 32 MB of memory for pages.
TEST_F(Copy, BuildsTheKeysOfATableThatTheTargetsMemoryDoesNotHold) {
  auto source = test::connect(source_);
  const auto made = source.run_script(
      "CREATE TABLE large (id INT PRIMARY KEY, n INT, txt TEXT, KEY n (n), KEY both_of (n, id)) ENGINE=InnoDB; "
      "INSERT INTO large SELECT seq, seq * 7 % 1000, REPEAT(MD5(seq), 125) FROM seq_1_to_12000; ANALYZE TABLE large");
  ASSERT_TRUE(made.has_value()) << to_text(made.error());
  const auto done = copy();
  ASSERT_TRUE(done.has_value()) << to_text(done.error());
  auto target = test::connect(target_);
  for (const char* query :
       {"SHOW CREATE TABLE large", "SELECT 'n', COUNT(*), SUM(id) FROM large FORCE INDEX (n) WHERE n < 500"}) {
    const auto there = source.query_one(query);
    const auto here = target.query_one(query);
    ASSERT_TRUE(there.has_value() && here.has_value()) << query;
    EXPECT_EQ((*there)->text(1), (*here)->text(1)) << query;
  }
  const auto checked = target.query_one("CHECK TABLE large");
  ASSERT_TRUE(checked.has_value());
  EXPECT_EQ((*checked)->text(3), "OK");
}

// A27
TEST_F(Copy, RefusesAValueThatTheTargetWouldChangeByColumnAndQuotesNoData) {
  constexpr const char* kTable = "CREATE OR REPLACE TABLE counted (n INT PRIMARY KEY, a ";
  auto source = test::connect(source_);
  ASSERT_TRUE(source
                  .run_script(std::string("SET SESSION sql_mode = ''; ") + kTable +
                              "VARCHAR(20), v TINYINT AS (n) STORED); "
                              "INSERT INTO counted (n, a) VALUES (1, '7'), (998877, 'secret value')")
                  .has_value());
  const auto catalog = read_catalog(source, source_.database);
  ASSERT_TRUE(catalog.has_value());
  CopyOptions options;
  options.create_tables = false;
  for (const Table& table : catalog->tables)
    if (table.name != "counted") options.skip.insert(table.name);
  auto target = test::connect(target_);
  ASSERT_TRUE(target.execute_text(std::string(kTable) + "VARCHAR(4), v TINYINT AS (n) STORED)").has_value());
  const auto done = copy(options);
  ASSERT_FALSE(done.has_value());
  EXPECT_EQ(done.error().code, Code::corrupt);
  EXPECT_NE(done.error().message.find("table 'counted': column 'a'"), std::string::npos) << done.error().message;
  EXPECT_EQ(to_text(done.error()).find("secret"), std::string::npos);
  EXPECT_EQ(to_text(done.error()).find("998877"), std::string::npos);
}

// F6
TEST_F(Copy, VerifyNamesEveryDifferenceOfTwoDatabases) {
  ASSERT_TRUE(copy().has_value());
  NoProgress quiet;
  CompareOptions options;
  options.lane_bytes = 4096;
  const auto equal = compare_databases(source_, target_, options, quiet);
  ASSERT_TRUE(equal.has_value()) << to_text(equal.error());
  EXPECT_THAT(equal->differences, testing::IsEmpty());
  EXPECT_GT(equal->ranges, equal->tables) << "no table was cut";
  auto counted = test::connect(source_);
  EXPECT_GT(equal->rows, counted.query_one("SELECT COUNT(*) FROM child")->value().natural(0));

  auto target = test::connect(target_);
  for (const char* change : {"UPDATE child SET txt = CONCAT(txt, '.') WHERE id = 77", "CREATE TABLE stranger (a INT)",
                             "DELETE FROM keyless LIMIT 1"})
    ASSERT_TRUE(target.execute_text(change).has_value()) << change;
  const auto differs = compare_databases(source_, target_, options, quiet);
  ASSERT_TRUE(differs.has_value()) << to_text(differs.error());
  EXPECT_THAT(differs->differences,
              testing::UnorderedElementsAre(
                  testing::AllOf(testing::HasSubstr("'child'"), testing::HasSubstr("`id` 77")),
                  testing::HasSubstr("'keyless'"), testing::HasSubstr("'stranger': only the target")));
}

// F6
TEST_F(Copy, VerifyAnswersByItsExitStatusAndTakesADumpForASource) {
  const test::TempDirectory directory;
  const std::string dump = (directory / "shop.sql").string();
  test::write_file(dump,
                   "CREATE TABLE item (id INT PRIMARY KEY, name VARCHAR(20));\nINSERT INTO item VALUES (1,'a');\n-- "
                   "Dump completed\n");
  auto target = test::connect(target_);
  ASSERT_TRUE(target
                  .run_script("CREATE TABLE item (id INT PRIMARY KEY, name VARCHAR(20)); "
                              "INSERT INTO item VALUES (1, 'a')")
                  .has_value());
  const auto verify = [&](const std::string& to) {
    const auto done =
        process::run({.argv = {test::program("slipway-migrate").string(), "verify", "--json", "--source",
                               "dump=" + dump, "--scratch-dir", directory.path().string(), "--target", to}},
                     {std::chrono::minutes(2)});
    EXPECT_TRUE(done.has_value());
    return done ? *done : process::Finished{-1, "", ""};
  };
  const std::string address = test::address_of(target_).describe();
  const auto equal = verify(address);
  EXPECT_EQ(equal.exit_status, 0) << equal.out << equal.err;
  EXPECT_EQ(nlohmann::json::parse(equal.out).at("equal"), true);
  ASSERT_TRUE(target.execute_text("UPDATE item SET name = 'b'").has_value());
  const auto differs = verify(address);
  EXPECT_EQ(differs.exit_status, traits(Code::corrupt).exit_status) << differs.err;
  EXPECT_EQ(nlohmann::json::parse(differs.out).at("differences").size(), 1U);
  EXPECT_EQ(verify("dump=" + dump).exit_status, traits(Code::invalid_argument).exit_status);
}

TEST_F(Copy, ChecksumsTellOneChangedByteAndOneLostRow) {
  ASSERT_TRUE(copy().has_value());
  auto source = test::connect(source_);
  auto target = test::connect(target_);
  ASSERT_TRUE(become_reader(source).has_value() && become_reader(target).has_value());
  const auto catalog = read_catalog(source, source_.database);
  ASSERT_TRUE(catalog.has_value());
  const Table& child = *catalog->find("child");
  const auto key = read_key(source, source_.database, child);
  ASSERT_TRUE(key.has_value());
  ASSERT_EQ(key->size(), 1U);
  ASSERT_TRUE(compare_range(source, target, child, *key, {}).has_value());
  ASSERT_TRUE(target.execute_text("UPDATE child SET txt = CONCAT(txt, ' ') WHERE id = 77").has_value());
  const auto changed = compare_range(source, target, child, *key, {{"-1"}, {"999"}});
  ASSERT_FALSE(changed.has_value());
  EXPECT_EQ(changed.error().code, Code::corrupt);
  EXPECT_NE(changed.error().message.find("'child'"), std::string::npos);
  EXPECT_NE(changed.error().message.find("`id` 77"), std::string::npos) << changed.error().message;
  EXPECT_TRUE(compare_range(source, target, child, *key, {{"999"}, {}}).has_value());
  ASSERT_TRUE(target.execute_text("DELETE FROM keyless LIMIT 1").has_value());
  EXPECT_FALSE(compare_range(source, target, *catalog->find("keyless"), {}, {}).has_value());
}

// F6
TEST_F(Copy, CutsTablesByAnyKeyThatBothServersOrderAlike) {
  auto source = test::connect(source_);
  const auto made = source.run_script(R"(
CREATE TABLE by_text (code VARCHAR(40) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci PRIMARY KEY, v INT) ENGINE=InnoDB;
CREATE TABLE by_pair (kind TINYINT, at DATETIME(3), v VARCHAR(200), PRIMARY KEY (kind, at)) ENGINE=InnoDB;
CREATE TABLE by_uuid (id UUID PRIMARY KEY, v VARCHAR(200)) ENGINE=InnoDB;
CREATE TABLE by_bytes (id VARBINARY(16) PRIMARY KEY, v VARCHAR(200)) ENGINE=InnoDB;
CREATE TABLE by_choice (e ENUM('b','a'), n INT, v VARCHAR(200), PRIMARY KEY (e, n)) ENGINE=InnoDB;
CREATE TABLE gaps (id BIGINT PRIMARY KEY, v VARCHAR(200)) ENGINE=InnoDB;
INSERT INTO by_text SELECT CONCAT(CHAR(65 + seq % 50), IF(seq % 2, 'é"', 'zz '), seq, REPEAT('x', seq % 20)), seq FROM seq_1_to_9000;
INSERT INTO by_pair SELECT seq % 3, '2026-01-01' + INTERVAL seq SECOND, REPEAT('y', 100) FROM seq_1_to_9000;
INSERT INTO by_uuid SELECT CONCAT(LEFT(MD5(seq), 8), '-0000-1000-8000-', RIGHT(MD5(seq), 12)), REPEAT('z', 100) FROM seq_1_to_9000;
INSERT INTO by_bytes SELECT UNHEX(MD5(seq)), REPEAT('z', 100) FROM seq_1_to_9000;
INSERT INTO by_choice SELECT 1 + seq % 2, seq, REPEAT('z', 100) FROM seq_1_to_9000;
INSERT INTO gaps SELECT IF(seq < 10, -9000000000000000000 + CAST(seq AS SIGNED), 9000000000000000000 - CAST(seq AS SIGNED)), REPEAT('g', 200) FROM seq_1_to_9000;
ANALYZE TABLE by_text, by_pair, by_uuid, by_bytes, by_choice, gaps)");
  ASSERT_TRUE(made.has_value()) << to_text(made.error());
  CopyOptions options;
  options.lane_bytes = 100'000;
  options.limits = {std::chrono::milliseconds{0}, 1};
  options.keep_records = true;
  const auto done = copy(options);
  ASSERT_TRUE(done.has_value()) << to_text(done.error());
  auto target = test::connect(target_);
  for (const char* table : {"by_text", "by_pair", "by_uuid", "by_bytes", "by_choice", "gaps"}) {
    const auto lanes = target.query_one("SELECT COUNT(*) FROM slipway_copy_lane WHERE table_name = ?", {table});
    ASSERT_TRUE(lanes.has_value());
    const bool whole = std::string_view(table) == "by_choice";
    EXPECT_EQ((*lanes)->integer(0) == 1, whole) << table << ": " << (*lanes)->integer(0) << " lanes";
    const std::string sum = std::string("CHECKSUM TABLE ") + table;
    const auto there = source.query_one(sum);
    const auto here = target.query_one(sum);
    ASSERT_TRUE(there.has_value() && here.has_value());
    EXPECT_EQ((*there)->text(1), (*here)->text(1)) << table;
  }
  const auto open = target.query_one("SELECT COUNT(*) FROM slipway_copy_chunk WHERE NOT verified");
  ASSERT_TRUE(open.has_value());
  EXPECT_EQ((*open)->integer(0), 0);
}

// F6
TEST_F(Copy, KeepsToItsRate) {
  CopyOptions options;
  options.load.bytes_per_second = 3'000'000;
  const auto done = copy(options);
  ASSERT_TRUE(done.has_value()) << to_text(done.error());
  EXPECT_GT(done->rows_seconds, 0.7 * static_cast<double>(done->bytes) / 3e6);
}

// F6
TEST_F(Copy, SaysWhyItWouldPause) {
  auto source = test::connect(source_);
  CopyOptions options;
  options.load.threads_running = 1000;
  options.load.lag_seconds = 1;  // a server that is no replica has no lag
  auto reason = reason_to_pause(source, options.load, 0);
  ASSERT_TRUE(reason.has_value()) << to_text(reason.error());
  EXPECT_EQ(*reason, "");
  options.load.threads_running = 2;
  std::optional<sql::Connection> holder(test::connect(source_));
  ASSERT_TRUE(holder->query("SELECT GET_LOCK('copy_test_busy', 0)").has_value());
  std::vector<std::jthread> waiting;
  for (int i = 0; i < 3; ++i) {
    waiting.emplace_back([this] {
      auto session = test::connect(source_);
      EXPECT_TRUE(session.query("SELECT GET_LOCK('copy_test_busy', 25)").has_value());
    });
  }
  EXPECT_TRUE(test::eventually(std::chrono::seconds(20), [&] {
    reason = reason_to_pause(source, options.load, 0);
    return reason.has_value() && !reason->empty();
  }));
  holder.reset();
}

TEST_F(Copy, WorksWithoutTheRightToLockAndSaysSo) {
  auto admin = test::connect(source_);
  ASSERT_TRUE(admin.execute_text("CREATE OR REPLACE USER copy_reader@localhost IDENTIFIED BY 'pw'").has_value());
  const auto quoted = sql::quote_identifier(source_.database);
  ASSERT_TRUE(admin.execute_text("GRANT SELECT, SHOW VIEW ON " + *quoted + ".* TO copy_reader@localhost").has_value());
  source_.user = "copy_reader";
  source_.password = Secret("pw");
  const auto done = copy();
  ASSERT_TRUE(done.has_value()) << to_text(done.error());
  EXPECT_NE(done->snapshot.find("RELOAD"), std::string::npos);
}

}  // namespace
}  // namespace slipway::migrate
