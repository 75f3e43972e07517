// The live view keeps to the width and height it is given, whatever it has to show.
#include <gtest/gtest.h>

#include "migrate/verbs/live_frame_rules.hpp"

namespace slipway::migrate {
namespace {

std::size_t columns(const std::string& text) {
  std::size_t count = 0;
  for (const char c : text) count += (static_cast<unsigned char>(c) & 0xC0U) != 0x80U ? 1 : 0;
  return count;
}

LiveFigures busy() {
  LiveFigures figures{"copy reader@old-server:3306/rt5", 65, 1'500'000, 3'000'000'000, 4'000'000, {}};
  for (int i = 0; i < 30; ++i)
    figures.tables.push_back(
        {"ObjectCustomFieldValues_" + std::to_string(i), LiveTable::State::copying, 50'000, 1'000'000, 100'000, 10});
  figures.tables.push_back({"Bücher", LiveTable::State::keys, 7, 70, 9, 1});
  figures.tables.push_back({"done", LiveTable::State::done, 7, 70, 9, 1});
  return figures;
}

// A27
TEST(LiveFrame, FitsEveryTerminal) {
  for (const std::size_t width : {20U, 40U, 79U, 200U}) {
    for (const std::size_t height : {3U, 8U, 23U, 60U}) {
      const auto lines = live_frame(busy(), width, height, true);
      EXPECT_LE(lines.size(), height);
      for (const std::string& line : lines) EXPECT_LE(columns(line), width) << line;
    }
  }
}

// A27
TEST(LiveFrame, ShowsTablesUnderWayAndCountsTheRest) {
  const auto lines = live_frame(busy(), 79, 30, false);
  EXPECT_NE(lines.front().find("1:05, about 1:48 left"), std::string::npos) << lines.front();
  EXPECT_NE(lines[1].find("########........  50%"), std::string::npos) << lines[1];
  EXPECT_NE(lines[1].find("5.0k rows/s"), std::string::npos) << lines[1];
  EXPECT_NE(lines.back().find("1 of 32 tables done, 19 more under way"), std::string::npos) << lines.back();
}

// A27
TEST(LiveFrame, ShortensCounts) {
  EXPECT_EQ(short_count(0), "0");
  EXPECT_EQ(short_count(999), "999");
  EXPECT_EQ(short_count(1234), "1.2k");
  EXPECT_EQ(short_count(45'678), "46k");
  EXPECT_EQ(short_count(999'600), "1.0M");
  EXPECT_EQ(short_count(3.4e9), "3.4G");
}

}  // namespace
}  // namespace slipway::migrate
