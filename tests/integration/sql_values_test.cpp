// Whatever goes in comes out: through single statements and through arrays, with a printed seed.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <random>

#include "appliance/sql/connection.hpp"
#include "tests/support/test_server.hpp"

namespace slipway::sql {
namespace {

constexpr std::string_view kTable =
    "CREATE TABLE t (id INT PRIMARY KEY, i BIGINT, u BIGINT UNSIGNED, d DOUBLE, s LONGTEXT, b LONGBLOB) "
    "DEFAULT CHARSET=utf8mb4";
constexpr std::string_view kInsert = "INSERT INTO t (id, i, u, d, s, b) VALUES (?, ?, ?, ?, ?, ?)";

class RandomValues {
 public:
  explicit RandomValues(unsigned seed) : random_(seed) {}

  Values row(int id) { return {id, maybe(integer()), maybe(natural()), maybe(real()), maybe(text()), maybe(bytes())}; }

 private:
  Value maybe(Value value) { return random_() % 5 == 0 ? Value() : value; }
  std::int64_t integer() {
    using Limits = std::numeric_limits<std::int64_t>;
    switch (random_() % 4) {
      case 0:
        return Limits::min();
      case 1:
        return Limits::max();
      case 2:
        return 0;
      default:
        return static_cast<std::int64_t>(random_());
    }
  }
  std::uint64_t natural() { return random_() % 3 == 0 ? std::numeric_limits<std::uint64_t>::max() : random_(); }
  double real() {
    for (;;) {
      const std::uint64_t bits = random_();
      double number = 0;
      std::memcpy(&number, &bits, sizeof number);
      if (std::isfinite(number)) return number;
    }
  }
  std::string text() {
    static constexpr std::array<const char*, 8> parts{"a", "'", "\\", "\n", "é", "漢", "😀", "\"; --"};
    std::string made;
    for (std::size_t i = random_() % 300; i > 0; --i) made += parts.at(random_() % parts.size());
    return made;
  }
  std::string bytes() {
    std::string made(random_() % 600, '\0');
    for (char& c : made) c = static_cast<char>(random_());
    return made;
  }
  std::mt19937_64 random_;
};

void expect_same(const Value& sent, const Row& got, std::size_t column) {
  const auto& value = sent.variant();
  if (std::holds_alternative<std::monostate>(value)) {
    EXPECT_TRUE(got.is_null(column));
    return;
  }
  ASSERT_FALSE(got.is_null(column));
  struct Visitor {
    const Row& got;
    std::size_t column;
    void operator()(std::monostate) const { FAIL(); }
    void operator()(std::int64_t number) const { EXPECT_EQ(got.integer(column), number); }
    void operator()(std::uint64_t number) const { EXPECT_EQ(got.natural(column), number); }
    void operator()(double number) const { EXPECT_EQ(got.real(column), number); }
    void operator()(const std::string& text) const { EXPECT_TRUE(got.text(column) == text); }
  };
  std::visit(Visitor{got, column}, value);
}

void expect_table(Connection& connection, const std::vector<Values>& sent) {
  const auto rows = connection.query("SELECT id, i, u, d, s, b FROM t ORDER BY id");
  ASSERT_TRUE(rows.has_value()) << to_text(rows.error());
  ASSERT_EQ(rows->size(), sent.size());
  for (std::size_t i = 0; i < sent.size(); ++i) {
    SCOPED_TRACE("row " + std::to_string(i));
    for (std::size_t column = 0; column < sent[i].size(); ++column) expect_same(sent[i][column], (*rows)[i], column);
    if (testing::Test::HasFailure()) return;
  }
}

TEST(SqlValues, ComeBackAsTheyWent) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  auto connection = test::connect(test::fresh_database());
  ASSERT_TRUE(connection.execute_text(kTable).has_value());
  RandomValues values(seed);
  std::vector<Values> sent;
  for (int id = 0; id < 500; ++id) {
    sent.push_back(values.row(id));
    const auto inserted = connection.execute(kInsert, sent.back());
    ASSERT_TRUE(inserted.has_value()) << to_text(inserted.error());
    ASSERT_EQ(inserted->warnings, 0U);
  }
  expect_table(connection, sent);
}

TEST(SqlValues, ComeBackFromArrays) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  auto connection = test::connect(test::fresh_database());
  ASSERT_TRUE(connection.execute_text(kTable).has_value());
  RandomValues values(seed);
  std::vector<Values> sent;
  for (int id = 0; id < 20'000; ++id) sent.push_back(values.row(id));
  const auto inserted = connection.execute_bulk(kInsert, sent);
  ASSERT_TRUE(inserted.has_value()) << to_text(inserted.error());
  EXPECT_EQ(inserted->affected_rows, sent.size());
  EXPECT_EQ(inserted->warnings, 0U);
  expect_table(connection, sent);
  // The same statement still takes single values.
  sent.push_back(values.row(20'000));
  ASSERT_TRUE(connection.execute(kInsert, sent.back()).has_value());
  expect_table(connection, sent);
}

TEST(SqlValues, ArraysMayMixKindsAndHoldOnlyNulls) {
  auto connection = test::connect(test::fresh_database());
  ASSERT_TRUE(connection.execute_text("CREATE TABLE t (id INT PRIMARY KEY, a VARCHAR(50), b INT)").has_value());
  const std::vector<Values> rows{{1, "x", nullptr}, {2, -7, nullptr},      {3, 8U, nullptr},
                                 {4, 0.5, nullptr}, {5, nullptr, nullptr}, {6, "", nullptr}};
  ASSERT_TRUE(connection.execute_bulk("INSERT INTO t VALUES (?, ?, ?)", rows).has_value());
  const auto got = connection.query("SELECT a, b FROM t ORDER BY id");
  ASSERT_TRUE(got.has_value());
  std::vector<std::string> texts;
  for (const Row& row : *got) {
    texts.push_back(row.optional_text(0).value_or("NULL"));
    EXPECT_TRUE(row.is_null(1));
  }
  EXPECT_EQ(texts, (std::vector<std::string>{"x", "-7", "8", "0.5", "NULL", ""}));
  EXPECT_EQ(connection.execute_bulk("UPDATE t SET b = ? WHERE id = ?", {{10, 1}, {20, 2}, {30, 99}})->affected_rows,
            2U);
  EXPECT_EQ(connection.execute_bulk("DELETE FROM t WHERE id = ?", {{1}, {2}, {3}})->affected_rows, 3U);
  EXPECT_EQ(connection.execute_bulk("DELETE FROM t WHERE id = ?", {})->affected_rows, 0U);
  EXPECT_EQ(connection.execute_bulk("INSERT INTO t VALUES (?, ?, ?)", {{7, "a", 1}, {8, "b"}}).error().code,
            Code::internal);
  EXPECT_EQ(connection.execute_bulk("INSERT INTO t VALUES (?, ?, ?)", {{9, "a", 1}, {4, "b", 2}}).error().code,
            Code::conflict);
  EXPECT_TRUE(connection.ping());
}

TEST(SqlValues, ABlobOf20MegabytesComesBack) {
  Endpoint endpoint = test::fresh_database();
  ASSERT_TRUE(test::connect(endpoint).execute_text("SET GLOBAL max_allowed_packet = 67108864").has_value());
  auto connection = test::connect(endpoint);
  ASSERT_TRUE(connection.execute_text(kTable).has_value());
  std::mt19937 random(7);
  std::string blob(20U << 20U, '\0');
  for (char& c : blob) c = static_cast<char>(random());
  const auto inserted = connection.execute(kInsert, {1, nullptr, nullptr, nullptr, "small", blob});
  ASSERT_TRUE(inserted.has_value()) << to_text(inserted.error());
  // Three of them in arrays: each goes in a packet of its own.
  const std::vector<Values> more(1, Values{2, nullptr, nullptr, nullptr, nullptr, blob});
  ASSERT_TRUE(connection.execute_bulk(kInsert, more).has_value());
  const auto rows = connection.query("SELECT s, b FROM t ORDER BY id");
  ASSERT_TRUE(rows.has_value()) << to_text(rows.error());
  ASSERT_EQ(rows->size(), 2U);
  EXPECT_EQ(rows->front().text(0), "small");
  EXPECT_TRUE(rows->front().text(1) == blob);
  EXPECT_TRUE(rows->back().text(1) == blob);
}

TEST(SqlValues, EveryColumnTypeReadsAsTheServerWritesIt) {
  auto connection = test::connect(test::fresh_database());
  ASSERT_TRUE(
      connection
          .run_script(
              "CREATE TABLE t (a TINYINT, b TINYINT UNSIGNED, c SMALLINT, d MEDIUMINT UNSIGNED, e INT, f FLOAT, "
              "g DECIMAL(65,30), h DATE, i DATETIME, j DATETIME(3), k TIMESTAMP(6) NULL, l TIME, m TIME(6), "
              "n YEAR, o ENUM('x','é'), p SET('a','b','c'), q CHAR(5), r VARBINARY(5), s JSON, t UUID, u INET6);"
              "INSERT INTO t VALUES (-128, 255, -32768, 16777215, -2147483648, 0.1, "
              "-12345678901234567890123456789012345.123456789012345678901234567890, '2024-02-29', "
              "'9999-12-31 23:59:59', '0001-01-01 00:00:00.120', '2026-11-21 03:04:05.000007', '-838:59:59', "
              "'838:59:58.999999', 2026, 'é', 'a,c', 'ab', x'00ff', '{\"a\": 1}', "
              "'123e4567-e89b-12d3-a456-426614174000', '::1')")
          .has_value());
  const auto row = connection.query_one("SELECT * FROM t");
  ASSERT_TRUE(row.has_value() && row->has_value());
  const std::vector<std::string> wanted{"-128",
                                        "255",
                                        "-32768",
                                        "16777215",
                                        "-2147483648",
                                        "0.1",
                                        "-12345678901234567890123456789012345.123456789012345678901234567890",
                                        "2024-02-29",
                                        "9999-12-31 23:59:59",
                                        "0001-01-01 00:00:00.120",
                                        "2026-11-21 03:04:05.000007",
                                        "-838:59:59",
                                        "838:59:58.999999",
                                        "2026",
                                        "é",
                                        "a,c",
                                        "ab",
                                        std::string("\0\xff", 2),
                                        "{\"a\": 1}",
                                        "123e4567-e89b-12d3-a456-426614174000",
                                        "::1"};
  ASSERT_EQ((*row)->size(), wanted.size());
  for (std::size_t i = 0; i < wanted.size(); ++i) EXPECT_EQ((*row)->text(i), wanted[i]) << i;
  EXPECT_EQ(to_iso8601((*row)->time(10)), "2026-11-21T03:04:05.000007Z");
  // BIT arrives as its bytes, so that it can be sent on unchanged.
  const auto bits = connection.query_one("SELECT b'0000000100000010', b'101' + 0, NULL");
  EXPECT_EQ((*bits)->text(0), std::string("\x01\x02", 2));
  EXPECT_EQ((*bits)->integer(1), 5);
  EXPECT_TRUE((*bits)->is_null(2));
}

TEST(SqlValues, TimesKeepTheirMicroseconds) {
  auto connection = test::connect(test::fresh_database());
  ASSERT_TRUE(connection.execute_text("CREATE TABLE t (a DATETIME(6))").has_value());
  const Timestamp now = SystemClock().now();
  ASSERT_TRUE(connection.execute("INSERT INTO t VALUES (?)", {now}).has_value());
  EXPECT_EQ((*connection.query_one("SELECT a FROM t"))->time(0), now);
  EXPECT_TRUE((*connection.query_one("SELECT a FROM t WHERE a = ?", {now})).has_value());
}

}  // namespace
}  // namespace slipway::sql
