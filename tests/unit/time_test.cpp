#include "appliance/base/time.hpp"

#include <gtest/gtest.h>

namespace slipway {
namespace {

TEST(Timestamp, IsWrittenAndReadBack) {
  const auto time = parse_timestamp("2026-11-21 03:04:05.000060");
  ASSERT_TRUE(time.has_value());
  EXPECT_EQ(to_iso8601(*time), "2026-11-21T03:04:05.000060Z");
  EXPECT_EQ(to_sql(*time), "2026-11-21 03:04:05.000060");
}

TEST(Timestamp, RefusesWhatIsNoTime) {
  for (const char* text : {"", "2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z", "2026-01-01T24:00:00Z", "yesterday",
                           "2026-01-01T00:00:00.1234567Z", "2026-01-01T00:00:00+01:00"})
    EXPECT_FALSE(parse_timestamp(text).has_value()) << text;
}

}  // namespace
}  // namespace slipway
