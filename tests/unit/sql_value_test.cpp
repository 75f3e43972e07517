#include <gtest/gtest.h>

#include <limits>

#include "appliance/sql/value.hpp"

namespace slipway::sql {
namespace {

TEST(QuoteIdentifier, DoublesBackticks) {
  EXPECT_EQ(*quote_identifier("acct_acme_1"), "`acct_acme_1`");
  EXPECT_EQ(*quote_identifier("a`; DROP TABLE b; --`"), "`a``; DROP TABLE b; --```");
  const std::string longest(64, 'a');
  EXPECT_EQ(*quote_identifier(longest), std::string("`").append(longest).append("`"));
}

TEST(QuoteIdentifier, CountsCharactersNotBytes) {
  std::string accents;
  for (int i = 0; i < 64; ++i) accents += "\xc3\xa9";
  EXPECT_TRUE(quote_identifier(accents).has_value());
  EXPECT_FALSE(quote_identifier(accents + "e").has_value());
}

TEST(QuoteIdentifier, RefusesWhatNoServerTakes) {
  const std::string with_nul("a\0b", 3);
  for (const std::string& name : {std::string(), std::string(65, 'a'), with_nul, std::string("a ")}) {
    const auto quoted = quote_identifier(name);
    ASSERT_FALSE(quoted.has_value());
    EXPECT_EQ(quoted.error().code, Code::invalid_argument);
  }
}

TEST(SqlValue, KeepsTheKindOfWhatItWasMadeFrom) {
  EXPECT_TRUE(std::holds_alternative<std::monostate>(Value().variant()));
  EXPECT_TRUE(std::holds_alternative<std::monostate>(Value(nullptr).variant()));
  EXPECT_TRUE(std::holds_alternative<std::monostate>(Value(std::optional<std::string>()).variant()));
  EXPECT_EQ(std::get<std::int64_t>(Value(true).variant()), 1);
  EXPECT_EQ(std::get<std::int64_t>(Value(-7).variant()), -7);
  EXPECT_EQ(std::get<std::uint64_t>(Value(std::numeric_limits<std::uint64_t>::max()).variant()),
            std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(std::get<double>(Value(0.5).variant()), 0.5);
  EXPECT_EQ(std::get<std::string>(Value("text").variant()), "text");
  EXPECT_EQ(std::get<std::string>(Value(std::optional<std::string>("x")).variant()), "x");
  EXPECT_EQ(std::get<std::string>(Value(Timestamp{}).variant()), "1970-01-01 00:00:00.000000");
}

TEST(SqlRow, ReadsEveryType) {
  const Row row({"-9223372036854775808", "18446744073709551615", "-1.5e300", "1", "2026-11-21 03:00:00.000001",
                 std::nullopt, ""});
  EXPECT_EQ(row.size(), 7U);
  EXPECT_EQ(row.integer(0), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(row.natural(1), std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(row.real(2), -1.5e300);
  EXPECT_TRUE(row.boolean(3));
  EXPECT_EQ(to_iso8601(row.time(4)), "2026-11-21T03:00:00.000001Z");
  EXPECT_TRUE(row.is_null(5));
  EXPECT_FALSE(row.optional_text(5).has_value());
  EXPECT_FALSE(row.optional_integer(5).has_value());
  EXPECT_FALSE(row.optional_time(5).has_value());
  EXPECT_EQ(row.optional_integer(3), 1);
  EXPECT_EQ(row.text(6), "");
}

TEST(SqlRowDeath, AbortsOnAWrongReading) {
  const Row row({"12x", std::nullopt, "-1", "99999999999999999999"});
  EXPECT_DEATH(static_cast<void>(row.integer(0)), "column 0");
  EXPECT_DEATH(static_cast<void>(row.text(1)), "column 1");
  EXPECT_DEATH(static_cast<void>(row.natural(2)), "column 2");
  EXPECT_DEATH(static_cast<void>(row.integer(3)), "column 3");
  EXPECT_DEATH(static_cast<void>(row.time(0)), "column 0");
}

}  // namespace
}  // namespace slipway::sql
