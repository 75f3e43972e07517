#include <gtest/gtest.h>

#include <sstream>

#include "services/site/fork.hpp"
#include "services/site/quarantine.hpp"

namespace slipway::site {
namespace {

EpochRecord epoch(std::uint64_t number, const std::string& position) {
  return {.epoch = number, .site = "south", .began_at = {}, .position = position, .cause = "armed"};
}

sql::GtidPosition at(const std::string& text) { return *sql::GtidPosition::parse(text); }

// D6
TEST(SiteFork, IsWhereTheFirstEpochBeganThatIsNotKnownHere) {
  const std::vector<EpochRecord> theirs{epoch(7, "0-2-140"), epoch(6, "0-1-104"), epoch(4, "0-1-50")};
  const auto fork = find_fork(5, theirs, 7, at("0-1-110"));
  ASSERT_TRUE(fork.has_value() && fork->has_value());
  EXPECT_EQ((*fork)->epoch, 6U);
  EXPECT_EQ((*fork)->position, at("0-1-104"));
}

// D6
TEST(SiteFork, IsNoneWhereTheHolderHasEverythingThatIsHere) {
  const std::vector<EpochRecord> theirs{epoch(6, "0-1-104"), epoch(4, "0-1-50")};
  EXPECT_FALSE(find_fork(5, theirs, 6, at("0-1-104"))->has_value());
  EXPECT_FALSE(find_fork(5, theirs, 6, at("0-1-99"))->has_value());
  EXPECT_FALSE(find_fork(6, theirs, 6, at("0-1-300"))->has_value()) << "in step with it";
}

// D6
TEST(SiteFork, IsNotLookedForBeforeTheHolderHasOpenedItsEpoch) {
  const auto early = find_fork(4, {epoch(4, "0-1-50")}, 6, at("0-1-104"));
  ASSERT_FALSE(early.has_value());
  EXPECT_EQ(early.error().code, Code::unavailable);
}

// D6
TEST(SiteLogSummary, CountsTransactionsAndRowsAndNamesDefinitions) {
  std::istringstream words(
      "#261130 17:23:32 server id 1  end_log_pos 908 CRC32 0x45e53dfa \tGTID 0-1-4 trans\n"
      "### UPDATE `desk`.`request`\n### WHERE\n###   @1=1\n"
      "### DELETE FROM `desk`.`message`\n"
      "#Q> insert into note values ('### INSERT INTO `no`.`table`')\n"
      "#261130 17:23:32 server id 1  end_log_pos 1277 CRC32 0x5580e890 \tGTID 0-1-5 trans\n"
      "### INSERT INTO `desk`.`request`\n"
      "#261130 17:23:33 server id 1  end_log_pos 1300 CRC32 0x5580e890 \tGTID 0-1-6 ddl\n"
      "ALTER TABLE desk.request ADD x INT\n");
  const LogSummary summary = summary_of(words);
  EXPECT_EQ(summary.transactions, 3U);
  EXPECT_EQ(summary.rows, (std::map<std::string, std::uint64_t>{{"desk.request", 2}, {"desk.message", 1}}));
  EXPECT_EQ(summary.deletions, (std::map<std::string, std::uint64_t>{{"desk.message", 1}}));
  EXPECT_EQ(summary.definition, "0-1-6");
}

}  // namespace
}  // namespace slipway::site
