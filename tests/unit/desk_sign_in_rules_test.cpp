#include <gtest/gtest.h>

#include "services/desk/sign_in_rules.hpp"

namespace slipway::desk {
namespace {

using namespace std::chrono_literals;
const Timestamp kNow = parse_timestamp("2026-11-21 12:00:00").value();

TEST(Sessions, EndWhenIdleOrOld) {
  EXPECT_TRUE(session_alive({kNow - 8h + 1us, kNow + 1us}, kNow));
  EXPECT_FALSE(session_alive({kNow - 8h, kNow + 1h}, kNow));
  EXPECT_FALSE(session_alive({kNow, kNow}, kNow));
}

TEST(Sessions, AreMarkedAsSeenOnceAMinute) {
  EXPECT_FALSE(session_seen_due({kNow - 59s, kNow + 1h}, kNow));
  EXPECT_TRUE(session_seen_due({kNow - 60s, kNow + 1h}, kNow));
}

TEST(SignInThrottle, DoublesTheWaitUpToAQuarterOfAnHour) {
  EXPECT_EQ(throttle_wait(Throttled::login, {4, kNow}, kNow), 0s);
  EXPECT_EQ(throttle_wait(Throttled::login, {5, kNow}, kNow), 1s);
  EXPECT_EQ(throttle_wait(Throttled::login, {6, kNow}, kNow), 2s);
  EXPECT_EQ(throttle_wait(Throttled::login, {9, kNow}, kNow), 16s);
  EXPECT_EQ(throttle_wait(Throttled::login, {1000, kNow}, kNow), 900s);
  EXPECT_EQ(throttle_wait(Throttled::login, {9, kNow - 10s}, kNow), 6s);
  EXPECT_EQ(throttle_wait(Throttled::login, {9, kNow - 16s}, kNow), 0s);
}

TEST(SignInThrottle, GivesAnAddressMoreRoomThanALogin) {
  EXPECT_EQ(throttle_wait(Throttled::address, {19, kNow}, kNow), 0s);
  EXPECT_EQ(throttle_wait(Throttled::address, {20, kNow}, kNow), 1s);
}

TEST(SignInThrottle, ForgetsAfterADay) {
  EXPECT_EQ(throttle_wait(Throttled::login, {1000, kNow - 24h}, kNow), 0s);
  EXPECT_EQ(next_failures({1000, kNow - 24h}, kNow), 1U);
  EXPECT_EQ(next_failures({1000, kNow - 23h}, kNow), 1001U);
}

// A19
TEST(PasswordPolicy, TakesLongAndMixedPasswords) {
  for (const char* good : {"Correct-Horse-7", "lowercase and 1 digit", "abcdefghijklmnopqrstuvwxyz",
                           "pass phrase of words", "Übergröße12!"})
    EXPECT_TRUE(check_password(good, "rita").has_value()) << good;
}

// A19
TEST(PasswordPolicy, RefusesShortSimpleAndGuessableOnes) {
  for (const char* bad : {"", "Short-7!", "Eleven-ch7!", "alllowercase1", "123456789012", "aaaaaaaaaaaaaaaaaaaaaaaa",
                          "AaA1AaA1AaA1", "My-name-is-Rita-7", "broken\xFFutf8-A1"}) {
    const auto status = check_password(bad, "rita");
    ASSERT_FALSE(status.has_value()) << bad;
    EXPECT_EQ(status.error().code, Code::invalid_argument);
    EXPECT_EQ(status.error().context.front().second, "password");
  }
  EXPECT_FALSE(check_password(std::string(100, 'a') + std::string(101, 'B') + "1cdef", "rita").has_value());
}

}  // namespace
}  // namespace slipway::desk
