// The copy engine alone: values that are easily changed on the way arrive as they were.
#include <gtest/gtest.h>

#include "migrate/engine/checksum.hpp"
#include "migrate/engine/copy.hpp"
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
  options.chunk_bytes = 100'000;  // several chunks of the larger tables
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
  ASSERT_TRUE(source.execute("INSERT INTO kinds (id, bl) VALUES (100, ?)", {std::string(9'000'000, '\x00') + "end"})
                  .has_value());
  const auto done = copy();
  ASSERT_TRUE(done.has_value()) << to_text(done.error());
  auto target = test::connect(target_);
  const auto row = target.query_one("SELECT LENGTH(bl), RIGHT(bl, 3) FROM kinds WHERE id = 100");
  ASSERT_TRUE(row.has_value() && row->has_value());
  EXPECT_EQ((*row)->integer(0), 9'000'003);
  EXPECT_EQ((*row)->text(1), "end");
}

TEST_F(Copy, ChecksumsTellOneChangedByteAndOneLostRow) {
  ASSERT_TRUE(copy().has_value());
  auto source = test::connect(source_);
  auto target = test::connect(target_);
  ASSERT_TRUE(become_reader(source).has_value() && become_reader(target).has_value());
  const auto catalog = read_catalog(source, source_.database);
  ASSERT_TRUE(catalog.has_value());
  const Table& child = *catalog->find("child");
  ASSERT_TRUE(compare_chunk(source, target, child, {}).has_value());
  ASSERT_TRUE(target.execute_text("UPDATE child SET txt = CONCAT(txt, ' ') WHERE id = 77").has_value());
  const auto changed = compare_chunk(source, target, child, {0, 1000});
  ASSERT_FALSE(changed.has_value());
  EXPECT_EQ(changed.error().code, Code::corrupt);
  EXPECT_NE(changed.error().message.find("'child'"), std::string::npos);
  EXPECT_TRUE(compare_chunk(source, target, child, {1000, std::nullopt}).has_value());
  ASSERT_TRUE(target.execute_text("DELETE FROM keyless LIMIT 1").has_value());
  EXPECT_FALSE(compare_chunk(source, target, *catalog->find("keyless"), {}).has_value());
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
