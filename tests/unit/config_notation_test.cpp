#include <gtest/gtest.h>

#include "appliance/config/describe.hpp"
#include "appliance/config/nearest.hpp"
#include "appliance/config/notation.hpp"

namespace slipway::config {
namespace {

TEST(ConfigNotation, ReadsDurations) {
  EXPECT_EQ(parse_duration_ms("250"), 250);
  EXPECT_EQ(parse_duration_ms("250ms"), 250);
  EXPECT_EQ(parse_duration_ms("30s"), 30'000);
  EXPECT_EQ(parse_duration_ms("5m"), 300'000);
  EXPECT_EQ(parse_duration_ms("2h"), 7'200'000);
  for (const char* text : {"", "s", "-1s", "1.5s", "1 s", "1d", "30S", "9223372036854775807h"})
    EXPECT_FALSE(parse_duration_ms(text).has_value()) << text;
}

TEST(ConfigNotation, ReadsSizes) {
  EXPECT_EQ(parse_bytes("1024"), 1024);
  EXPECT_EQ(parse_bytes("64MiB"), 67'108'864);
  EXPECT_EQ(parse_bytes("1TiB"), 1'099'511'627'776);
  for (const char* text : {"", "MiB", "64MB", "64mib", "-1KiB", "9223372036854775807KiB", "99999999999999999999"})
    EXPECT_FALSE(parse_bytes(text).has_value()) << text;
}

TEST(ConfigNotation, ChecksBounds) {
  constexpr Option port{"web.port", Type::integer, "8443", "", "", 0, 65535};
  EXPECT_FALSE(fault_of(port, "0").has_value());
  EXPECT_FALSE(fault_of(port, "65535").has_value());
  EXPECT_EQ(fault_of(port, "65536"), "must be 0 to 65535");
  EXPECT_EQ(fault_of(port, "-1"), "must be 0 to 65535");
  EXPECT_EQ(fault_of(port, "eight"), "is not a whole number");
  constexpr Option level{"log.level", Type::choice, "info", "", "", 0, 0, "debug|info|error"};
  EXPECT_FALSE(fault_of(level, "info").has_value());
  EXPECT_EQ(fault_of(level, "inf"), "must be debug, info or error");
  EXPECT_EQ(fault_of(level, "debug|info"), "must be debug, info or error");
  EXPECT_EQ(fault_of(level, ""), "must be debug, info or error");
}

TEST(ConfigNotation, NamesVariablesAndFlags) {
  EXPECT_EQ(environment_name("database.tls_ca"), "SLIPWAY_DATABASE_TLS_CA");
  EXPECT_EQ(flag_name("database.tls_ca"), "--database-tls-ca");
}

TEST(OptionTable, IsSortedAndItsDefaultsKeepItsOwnRules) {
  std::string_view before;
  for (const Option& option : option_table()) {
    EXPECT_LT(before, option.key);
    before = option.key;
    EXPECT_FALSE(option.help.empty()) << option.key;
    EXPECT_FALSE(fault_of(option, option.default_value).has_value()) << option.key;
    EXPECT_NE(options_markdown().find(option.key), std::string::npos);
  }
}

TEST(NearestName, CountsEdits) {
  EXPECT_EQ(edit_distance("", "abc"), 3U);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
  EXPECT_EQ(edit_distance("prot", "port"), 1U);
  EXPECT_EQ(edit_distance("same", "same"), 0U);
}

TEST(NearestName, SuggestsOnlyWhatIsNear) {
  const std::vector<std::string> known{"database.port", "web.port", "web.socket"};
  EXPECT_EQ(nearest("web.prot", known), "web.port");
  EXPECT_EQ(nearest("web.sockets", known), "web.socket");
  EXPECT_FALSE(nearest("colour", known).has_value());
  EXPECT_FALSE(nearest(std::string(100'000, 'w'), known).has_value());
}

}  // namespace
}  // namespace slipway::config
