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
  LiveFigures figures{"copy reader@old-server:3306/rt5", 65, 1'500'000, 3'000'000'000, 4'000'000, 0, {}};
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
TEST(LiveFrame, SaysHowFarADumpIsByItsBytes) {
  const LiveFigures figures{"load desk.sql.gz into the scratch server", 30, 0, 250'000'000, 0, 1'000'000'000, {}};
  const auto lines = live_frame(figures, 79, 23, false);
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_NE(lines[0].find("0:30, about 1:30 left"), std::string::npos) << lines[0];
  EXPECT_NE(lines[1].find("####............  25%"), std::string::npos) << lines[1];
  EXPECT_NE(lines[1].find("250MB of 1.0GB"), std::string::npos) << lines[1];
  EXPECT_NE(lines[1].find("8.3MB/s"), std::string::npos) << lines[1];
}

// A27
TEST(LiveFrame, KeepsTheClockAboveTheLinesOfAWideTerminal) {
  const auto lines = live_frame(busy(), 200, 30, true);
  EXPECT_EQ(columns(lines[0]), 99U) << lines[0];
  EXPECT_GE(columns(lines[1]), 95U) << lines[1];
  EXPECT_EQ(columns(live_frame(busy(), 79, 30, true)[0]), 79U);
}

// A27
TEST(LiveFrame, LeavesALineOfAStepThatHasEnded) {
  const std::string step = "load /srv/dumps/Übergabe/desk.sql.gz into the scratch server";
  EXPECT_EQ(finished_line(step, "14.3 MB, 24 s", 79), step + ": 14.3 MB, 24 s");
  EXPECT_EQ(finished_line(step, "14.3 MB, 24 s", 40), "load /srv/dumps/Übergabe/: 14.3 MB, 24 s");
  EXPECT_EQ(columns(finished_line(step, "14.3 MB, 24 s", 10)), 10U);
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
