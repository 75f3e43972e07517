#include <gtest/gtest.h>

#include "appliance/archive/zip.hpp"

namespace slipway::archive {
namespace {

constexpr Timestamp kTime = std::chrono::sys_days{std::chrono::year{2026} / 11 / 21};

TEST(Zip, GivesBackWhatWasPutIn) {
  const std::vector<ZipEntry> entries{
      {"a.txt", "text\n"}, {"folder/b", std::string(100'000, 'x') + std::string(3, '\0')}, {"é", ""}};
  const auto bytes = make_zip(entries, kTime);
  ASSERT_TRUE(bytes.has_value()) << bytes.error().message;
  EXPECT_LT(bytes->size(), 2000U);
  const auto back = read_zip(*bytes, 1U << 20U);
  ASSERT_TRUE(back.has_value()) << back.error().message;
  ASSERT_EQ(back->size(), entries.size());
  for (std::size_t i = 0; i < entries.size(); ++i) {
    EXPECT_EQ((*back)[i].name, entries[i].name);
    EXPECT_EQ((*back)[i].bytes, entries[i].bytes);
  }
  EXPECT_EQ(*make_zip(entries, kTime), *bytes);
}

TEST(Zip, RefusesNamesThatLeadOutOrAreTwiceThere) {
  for (const char* name : {"", "/etc/passwd", "../x", "a/../../x", "folder/"})
    EXPECT_EQ(make_zip({{name, "x"}}, kTime).error().code, Code::invalid_argument) << name;
  EXPECT_EQ(make_zip({{"a", "x"}, {"a", "y"}}, kTime).error().code, Code::invalid_argument);
}

TEST(Zip, FindsDamage) {
  const auto bytes = make_zip({{"a", std::string(1000, 'q')}}, kTime);
  ASSERT_TRUE(bytes.has_value());
  EXPECT_EQ(read_zip(bytes->substr(0, bytes->size() - 10), 10'000).error().code, Code::corrupt);
  EXPECT_EQ(read_zip("no archive", 10'000).error().code, Code::corrupt);
  EXPECT_EQ(read_zip(*bytes, 10).error().code, Code::too_large);
}

}  // namespace
}  // namespace slipway::archive
