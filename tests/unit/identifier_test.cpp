#include "appliance/base/identifier.hpp"

#include <gtest/gtest.h>

namespace slipway {
namespace {

// A1
TEST(AccountName, AcceptsPlainNames) {
  for (const char* name : {"acme", "a1", "production", "acme_sandbox_2"})
    EXPECT_TRUE(AccountName::parse(name).has_value()) << name;
}

// A1
TEST(AccountName, RefusesWhatIsNoIdentifier) {
  for (const char* name : {"", "a", "1acme", "Acme", "ac me", "ac-me", "../etc", "acme;drop", "acme`", "static", "api",
                           "abcdefghijklmnopqrstuvwxyz", "acm\xc3\xa9"}) {
    const auto parsed = AccountName::parse(name);
    ASSERT_FALSE(parsed.has_value()) << name;
    EXPECT_EQ(parsed.error().code, Code::invalid_argument);
    EXPECT_FALSE(parsed.error().hint.empty());
  }
}

}  // namespace
}  // namespace slipway
