#include <gtest/gtest.h>

#include "appliance/http/target.hpp"

namespace slipway::http {
namespace {

TEST(RequestTarget, IsDecodedOnce) {
  const auto target = parse_target("/acme/caf%C3%A9%2541?search=a+b%26c&max=5&&flag&x=1&x=2");
  ASSERT_TRUE(target.has_value());
  EXPECT_EQ(target->path, "/acme/caf\xc3\xa9%41");
  EXPECT_EQ(target->query.find("search")->second, "a b&c");
  EXPECT_EQ(target->query.find("max")->second, "5");
  EXPECT_EQ(target->query.find("flag")->second, "");
  EXPECT_EQ(target->query.count("x"), 2U);
  EXPECT_EQ(parse_target("http://host:80/a?b=c")->path, "/a");
  EXPECT_EQ(parse_target("https://host")->path, "/");
  EXPECT_EQ(parse_target("/a+b")->path, "/a+b");
  EXPECT_EQ(parse_target("/...")->path, "/...");
}

TEST(RequestTarget, RefusesEveryWayOutOfItsPlace) {
  for (const char* target : {"/../etc/passwd", "/a/../b",    "/a/..",    "/./a",    "/.",    "/%2e%2e/a", "/a/%2E%2e",
                             "/.%2e/",         "/a%2fb",     "/a%2Fb",   "/a%5cb",  "/a\\b", "/a%00b",    "/a%0ab",
                             "/a%7f",          "/%",         "/%4",      "/%zz",    "/a%",   "/\xff",     "/%ff",
                             "/%c0%af",        "/%ed%a0%80", "",         "a",       "*",     "host:443",  "/a#b",
                             "/a?x=%zz",       "/a?x=%00",   "/a?%ff=1", "/a?x=%c3"}) {
    const auto parsed = parse_target(target);
    ASSERT_FALSE(parsed.has_value()) << target;
    EXPECT_EQ(parsed.error().code, Code::invalid_argument);
  }
}

TEST(Utf8, KnowsWellFormedText) {
  for (const char* text :
       {"", "plain", "caf\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x9a\xa2", "\xf4\x8f\xbf\xbf", "\xed\x9f\xbf"})
    EXPECT_TRUE(is_utf8(text)) << text;
  for (const char* text : {"\x80", "\xc3", "\xc1\x81", "\xe0\x80\x80", "\xed\xa0\x80", "\xf0\x80\x80\x80",
                           "\xf4\x90\x80\x80", "\xf8", "\xe2\x82", "a\xc3(", "\xe2(\xa1"})
    EXPECT_FALSE(is_utf8(text)) << text;
}

}  // namespace
}  // namespace slipway::http
