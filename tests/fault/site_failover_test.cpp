// Two real servers, three real agents, a client that remembers what was acknowledged to it.
#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

#include "tests/support/backed_up_server.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/lease_client.hpp"
#include "tests/support/test_server.hpp"
#include "tests/support/two_sites.hpp"

namespace slipway::test {
namespace {

using std::chrono::seconds;

class SiteFailover : public testing::Test {
 protected:
  void begin(const TwoSites::Options& options) {
    sites_.emplace(options);
    const auto first = promote(TwoSites::kNorth, {});
    // An armed site may have been quicker than the order, and be the other one.
    ASSERT_TRUE(options.armed || first.exit_status == 0) << first.out << first.err;
    if (first.exit_status != 0) {
      ASSERT_TRUE(eventually(seconds(60), [&] {
        const auto now = sites_->status(TwoSites::kNorth);
        if (!now.is_null() && now["holder"] == TwoSites::name(TwoSites::kSouth))
          static_cast<void>(demote(TwoSites::kSouth));
        return !now.is_null() && now["holder"] == TwoSites::name(TwoSites::kNorth);
      }));
    }
    ASSERT_TRUE(sites_->serves(TwoSites::kNorth, options.semi_synchronous)) << sites_->status(TwoSites::kNorth).dump(1);
  }

  [[nodiscard]] process::Finished promote(std::size_t site, std::vector<std::string> more) {
    std::vector<std::string> arguments{"promote", "--by", "the test", "--because", "it asks"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return sites_->command(site, arguments);
  }
  [[nodiscard]] process::Finished demote(std::size_t site) {
    return sites_->command(site, {"demote", "--by", "the test", "--because", "it asks"});
  }

  [[nodiscard]] bool goes_on(const LeaseClient& client, std::size_t more = 50) {
    const std::size_t from = client.count();
    return eventually(seconds(60), [&] { return client.count() >= from + more; });
  }

  void expect_nothing_lost(const LeaseClient& client, std::size_t site) {
    // A standby has received what it has confirmed, and may still be applying it.
    EXPECT_TRUE(eventually(seconds(60), [&] { return missing_on(*sites_, site, client.acknowledged()) == 0; }))
        << missing_on(*sites_, site, client.acknowledged()) << " of " << client.count();
    EXPECT_EQ(overlap_in(client.acknowledged()), "");
  }

  void expect_same_tables() {
    // Each of the two was provisioned by itself: when, is told apart.
    const auto sums = [this](std::size_t site) {
      auto server = connect(sites_->administrator(site));
      auto found = sums_of(server);
      found.erase("slipway.schema_history");
      return found;
    };
    EXPECT_TRUE(eventually(seconds(20), [&] { return sums(TwoSites::kNorth) == sums(TwoSites::kSouth); }));
    EXPECT_EQ(sums(TwoSites::kNorth), sums(TwoSites::kSouth));
  }

  static std::int64_t longest_pause_ms(const LeaseClient& client) {
    Instant longest{0};
    const auto all = client.acknowledged();
    for (std::size_t i = 1; i < all.size(); ++i) longest = std::max(longest, all[i].ended - all[i - 1].ended);
    return std::chrono::duration_cast<std::chrono::milliseconds>(longest).count();
  }

  std::optional<TwoSites> sites_;
};

// D5, D6, F5
TEST_F(SiteFailover, AHandOverUnderLoadLosesNothingAndTheWayBackNeither) {
  begin({});
  LeaseClient client(*sites_);
  ASSERT_TRUE(goes_on(client));
  for (const std::size_t from : {TwoSites::kNorth, TwoSites::kSouth}) {
    // A machine that is busy may let a lease run out in between; then the order is given again.
    process::Finished handed;
    EXPECT_TRUE(eventually(seconds(60),
                           [&] {
                             handed = sites_->serves(from, true) ? demote(from) : process::Finished{1, "", ""};
                             return handed.exit_status == 0;
                           }))
        << handed.out << sites_->status(from).dump(1);
    ASSERT_TRUE(goes_on(client));
  }
  ASSERT_TRUE(sites_->serves(TwoSites::kNorth, true));
  client.stop();
  RecordProperty("longest_pause_ms", std::to_string(longest_pause_ms(client)));
  expect_nothing_lost(client, TwoSites::kNorth);
  expect_nothing_lost(client, TwoSites::kSouth);
  auto north = connect(sites_->administrator(TwoSites::kNorth));
  const auto epochs = north.query("SELECT site, cause FROM slipway.site_epoch ORDER BY epoch");
  ASSERT_TRUE(epochs.has_value());
  ASSERT_GE(epochs->size(), 3U);
  EXPECT_EQ(epochs->front().text(1), "order");
  EXPECT_EQ(epochs->back().text(0), "north");
  const auto handed = std::ranges::count_if(*epochs, [](const sql::Row& row) { return row.text(1) == "hand_over"; });
  EXPECT_EQ(handed, 2);
}

// D6, D7, F5
TEST_F(SiteFailover, AfterTheLossOfASiteAnOrderGivesTheWritesToTheOther) {
  begin({});
  LeaseClient client(*sites_);
  ASSERT_TRUE(goes_on(client));
  const auto early = promote(TwoSites::kSouth, {});
  EXPECT_EQ(early.exit_status, traits(Code::conflict).exit_status) << early.out << early.err;
  sites_->kill_database(TwoSites::kNorth);
  sites_->kill_agent(TwoSites::kNorth);
  ASSERT_TRUE(eventually(seconds(20), [&] {
    const auto now = sites_->status(TwoSites::kSouth);
    return !now.is_null() && now["promotion"]["possible"];
  })) << sites_->status(TwoSites::kSouth).dump(1);
  EXPECT_FALSE(sites_->status(TwoSites::kSouth)["writes_here"]) << "it is not armed";
  const auto taken = promote(TwoSites::kSouth, {});
  ASSERT_EQ(taken.exit_status, 0) << taken.out << taken.err;
  ASSERT_TRUE(goes_on(client));
  client.stop();
  expect_nothing_lost(client, TwoSites::kSouth);
  auto south = connect(sites_->administrator(TwoSites::kSouth));
  const auto order =
      south.query_one("SELECT ordered_by, because FROM slipway.site_order WHERE kind = 'promote' AND site = 'south'");
  ASSERT_TRUE(order.has_value() && order->has_value());
  EXPECT_EQ((*order)->text(0), "the test");
}

// D6, F5
TEST_F(SiteFailover, AnArmedSiteTakesOverByItselfAndTheOldOneComesBackReadOnly) {
  begin({.armed = true});
  LeaseClient client(*sites_);
  ASSERT_TRUE(goes_on(client));
  sites_->kill_database(TwoSites::kNorth);
  sites_->kill_agent(TwoSites::kNorth);
  ASSERT_TRUE(goes_on(client));
  sites_->start_database(TwoSites::kNorth);
  sites_->start_agent(TwoSites::kNorth);
  ASSERT_TRUE(goes_on(client));
  EXPECT_FALSE(sites_->status(TwoSites::kNorth)["writes_here"]);
  client.stop();
  expect_nothing_lost(client, TwoSites::kSouth);
}

// D6: 2,000 transactions that nobody was told of, written where the other site could not see them.
TEST_F(SiteFailover, WhatOnlyTheOldPrimaryHasIsSetAsideAndItFollowsAgain) {
  begin({.armed = true});
  LeaseClient client(*sites_);
  ASSERT_TRUE(goes_on(client));
  sites_->kill_agent(TwoSites::kNorth);
  ASSERT_TRUE(sites_->serves(TwoSites::kSouth, false)) << sites_->status(TwoSites::kSouth).dump(1);
  ASSERT_TRUE(goes_on(client));
  {
    auto north = connect(sites_->administrator(TwoSites::kNorth));
    for (const char* statement : {"SET GLOBAL rpl_semi_sync_master_enabled = 0", "SET GLOBAL sync_binlog = 0",
                                  "INSERT INTO desk.written VALUES (-1, 'first')", "FLUSH BINARY LOGS"})
      ASSERT_TRUE(north.execute_text(statement).has_value()) << statement;
    for (int i = 2; i <= 2000; ++i) {
      const char* change = i % 3 == 0   ? "UPDATE desk.written SET site = 'changed' WHERE id = ?"
                           : i % 3 == 1 ? "DELETE FROM desk.written WHERE id = ?"
                                        : "INSERT INTO desk.written VALUES (?, 'only here')";
      ASSERT_TRUE(north.execute(change, {-((i + 1) / 3 * 3)}).has_value());
    }
    ASSERT_TRUE(north.execute("DELETE FROM desk.written WHERE id > 0 ORDER BY id LIMIT 3").has_value());
  }
  // Killed behind each step of it: it goes on where it was.
  for (const char* point : {"set_aside.copied", "set_aside.some_undone:3", "set_aside.undone", "set_aside.log_begun"})
    ASSERT_TRUE(sites_->agent_ends_at(TwoSites::kNorth, point)) << point;
  const auto began = std::chrono::steady_clock::now();
  sites_->start_agent(TwoSites::kNorth);
  EXPECT_TRUE(sites_->serves(TwoSites::kSouth, true)) << sites_->status(TwoSites::kNorth).dump(1);
  const auto took = std::chrono::steady_clock::now() - began;
  RecordProperty("rejoined_ms", std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(took).count()));
  std::vector<std::filesystem::path> folders;
  for (const auto& entry : std::filesystem::directory_iterator(sites_->quarantine(TwoSites::kNorth)))
    folders.push_back(entry.path());
  ASSERT_EQ(folders.size(), 1U);
  const auto report = nlohmann::json::parse(read_file(folders.front() / "report.json"));
  EXPECT_EQ(report["transactions"], 2001);
  EXPECT_EQ(report["phase"], "done");
  EXPECT_NE(read_file(folders.front() / "transactions.txt").find("only here"), std::string::npos);
  ASSERT_TRUE(goes_on(client));
  client.stop();
  expect_nothing_lost(client, TwoSites::kSouth);
  expect_same_tables();
}

// F5
TEST_F(SiteFailover, AnAgentThatIsFrozenProlongsNothing) {
  begin({.armed = true});
  LeaseClient client(*sites_);
  ASSERT_TRUE(goes_on(client));
  sites_->pause_agent(TwoSites::kNorth, true);
  ASSERT_TRUE(sites_->serves(TwoSites::kSouth, false)) << sites_->status(TwoSites::kSouth).dump(1);
  ASSERT_TRUE(goes_on(client));
  sites_->pause_agent(TwoSites::kNorth, false);
  ASSERT_TRUE(goes_on(client));
  EXPECT_TRUE(eventually(seconds(20), [&] {
    auto north = connect(sites_->administrator(TwoSites::kNorth));
    const auto closed = north.query_one("SELECT @@global.read_only");
    return closed && (*closed)->boolean(0);
  })) << "the old writer stays open";
  client.stop();
  expect_nothing_lost(client, TwoSites::kSouth);
}

// F5: its machine stands still in the middle of a commit, and goes on when the other site has written.
TEST_F(SiteFailover, ACommitThatReturnsAfterItsLeaseIsNotAcknowledged) {
  begin({.semi_synchronous = false, .lease = std::chrono::milliseconds(2000)});
  LeaseClient client(*sites_);
  ASSERT_TRUE(goes_on(client));
  sites_->pause_agent(TwoSites::kNorth, true);
  sites_->pause_database(TwoSites::kNorth, true);
  process::Finished taken{1, "", ""};
  EXPECT_TRUE(eventually(seconds(60),
                         [&] {
                           taken = promote(TwoSites::kSouth, {"--accept-loss"});
                           return taken.exit_status == 0;
                         }))
      << taken.out << taken.err;
  ASSERT_TRUE(goes_on(client));
  sites_->pause_database(TwoSites::kNorth, false);
  ASSERT_TRUE(goes_on(client));
  client.stop();
  EXPECT_EQ(overlap_in(client.acknowledged()), "");
  sites_->pause_agent(TwoSites::kNorth, false);
}

// D6
TEST_F(SiteFailover, WritesGoOnAloneWhenTheStandbyIsGoneAndItCatchesUpWhenItIsBack) {
  begin({});
  LeaseClient client(*sites_);
  ASSERT_TRUE(goes_on(client));
  sites_->kill_database(TwoSites::kSouth);
  ASSERT_TRUE(goes_on(client));
  EXPECT_NE(sites_->status(TwoSites::kNorth)["standby"], "south");
  sites_->start_database(TwoSites::kSouth);
  EXPECT_TRUE(sites_->serves(TwoSites::kNorth, true)) << sites_->status(TwoSites::kSouth).dump(1);
  client.stop();
  expect_nothing_lost(client, TwoSites::kSouth);
}

// D6: a change of privileges waits for the standby, too, and whoever reads a table meanwhile waits for that.
TEST_F(SiteFailover, AGrantWhileTheStandbyIsGoneDoesNotHoldTheSiteUp) {
  begin({});
  for (const bool freezes : {true, false}) {
    SCOPED_TRACE(freezes);
    LeaseClient client(*sites_);
    ASSERT_TRUE(goes_on(client));
    if (freezes)
      sites_->pause_database(TwoSites::kSouth, true);
    else
      sites_->kill_database(TwoSites::kSouth);
    auto north = connect(sites_->administrator(TwoSites::kNorth));
    const auto granted = north.execute_text("GRANT SELECT ON desk.written TO desk");
    EXPECT_TRUE(granted.has_value()) << to_text(granted.error());
    ASSERT_TRUE(goes_on(client)) << sites_->status(TwoSites::kNorth).dump(1);
    if (freezes)
      sites_->pause_database(TwoSites::kSouth, false);
    else
      sites_->start_database(TwoSites::kSouth);
    ASSERT_TRUE(sites_->serves(TwoSites::kNorth, true)) << sites_->status(TwoSites::kSouth).dump(1);
    client.stop();
    expect_nothing_lost(client, TwoSites::kSouth);
  }
}

// D6, F5: it is cut off in the middle of a change of privileges. It is closed all the same; where the change is in its
// log already, which nobody can undo, it says what it needs.
TEST_F(SiteFailover, ASiteThatIsCutOffInAGrantIsClosedAndFollowsOrAsksForAFreshCopy) {
  begin({.armed = true});
  LeaseClient client(*sites_);
  ASSERT_TRUE(goes_on(client));
  for (const std::size_t other : {std::size_t{1}, std::size_t{2}}) sites_->cut(TwoSites::kNorth, other, true);
  std::jthread grants([this] {
    auto north = connect(sites_->administrator(TwoSites::kNorth));
    // Waits for a standby that does not come, until the site is closed.
    static_cast<void>(north.execute_text("GRANT SELECT ON desk.written TO desk").has_value());
  });
  ASSERT_TRUE(sites_->serves(TwoSites::kSouth, false)) << sites_->status(TwoSites::kSouth).dump(1);
  ASSERT_TRUE(goes_on(client));
  for (const std::size_t other : {std::size_t{1}, std::size_t{2}}) sites_->cut(TwoSites::kNorth, other, false);
  EXPECT_TRUE(eventually(seconds(60), [&] {
    const auto north = sites_->status(TwoSites::kNorth);
    if (north.is_null() || north["database"]["read_only"] != true) return false;
    const auto& database = north["database"];
    return database["fault"].get<std::string>().find("fresh copy") != std::string::npos ||
           (!database["replication"].is_null() && database["replication"]["connected"] == true);
  })) << sites_->status(TwoSites::kNorth).dump(1);
  client.stop();
  expect_nothing_lost(client, TwoSites::kSouth);
}

// D6: MariaDB can lock itself up; that it does not answer any more is told to whoever may end it, and no start is.
TEST_F(SiteFailover, ADatabaseThatHangsIsToldOf) {
  begin({});
  sites_->kill_database(TwoSites::kSouth);
  sites_->pause_database(TwoSites::kNorth, true);
  EXPECT_TRUE(eventually(seconds(90), [&] { return std::filesystem::exists(sites_->hung(TwoSites::kNorth)); }));
  sites_->pause_database(TwoSites::kNorth, false);
  EXPECT_TRUE(eventually(seconds(30), [&] { return !std::filesystem::exists(sites_->hung(TwoSites::kNorth)); }));
  EXPECT_FALSE(std::filesystem::exists(sites_->hung(TwoSites::kSouth)));
}

// D6, F5: such a server would forget at its next start what it has confirmed.
TEST_F(SiteFailover, ASiteThatForgetsWhatItReceivesIsNotCountedOn) {
  begin({});
  LeaseClient client(*sites_);
  sites_->kill_database(TwoSites::kSouth);
  sites_->start_database(TwoSites::kSouth, {"--relay-log-recovery=1"});
  ASSERT_TRUE(eventually(seconds(60), [&] {
    const auto now = sites_->status(TwoSites::kSouth);
    return !now.is_null() && !now["database"]["fault"].empty() && sites_->status(TwoSites::kNorth)["standby"] == "";
  })) << sites_->status(TwoSites::kSouth).dump(1);
  ASSERT_TRUE(goes_on(client));
  EXPECT_EQ(sites_->status(TwoSites::kNorth)["standby"], "");
  sites_->kill_database(TwoSites::kSouth);
  sites_->start_database(TwoSites::kSouth);
  ASSERT_TRUE(sites_->serves(TwoSites::kNorth, true)) << sites_->status(TwoSites::kSouth).dump(1);
  client.stop();
  expect_nothing_lost(client, TwoSites::kSouth);
}

// D6, F5: with its power a standby loses the end of what it had confirmed.
TEST_F(SiteFailover, AStandbyThatLostItsPowerTakesOverOnlyWhenItHasEverythingAgain) {
  begin({.armed = true});
  LeaseClient client(*sites_);
  ASSERT_TRUE(goes_on(client));
  sites_->lose_power(TwoSites::kSouth);
  sites_->start_database(TwoSites::kSouth);
  sites_->start_agent(TwoSites::kSouth);
  ASSERT_TRUE(sites_->serves(TwoSites::kNorth, true)) << sites_->status(TwoSites::kSouth).dump(1);
  // The power of both goes, and the standby's is back first.
  ASSERT_TRUE(goes_on(client));
  sites_->lose_power(TwoSites::kSouth);
  sites_->lose_power(TwoSites::kNorth);
  sites_->start_database(TwoSites::kSouth);
  sites_->start_agent(TwoSites::kSouth);
  ASSERT_TRUE(eventually(seconds(30), [&] { return sites_->status(TwoSites::kSouth).value("restarted", false); }));
  const auto refused = promote(TwoSites::kSouth, {});
  EXPECT_EQ(refused.exit_status, traits(Code::conflict).exit_status) << refused.out << refused.err;
  sites_->start_database(TwoSites::kNorth);
  sites_->start_agent(TwoSites::kNorth);
  ASSERT_TRUE(goes_on(client));
  ASSERT_TRUE(sites_->serves(TwoSites::kNorth, true)) << sites_->status(TwoSites::kSouth).dump(1);
  client.stop();
  expect_nothing_lost(client, TwoSites::kNorth);
  expect_nothing_lost(client, TwoSites::kSouth);
}

// D7, A39: the other one is gone for good, and a person takes what there is.
TEST_F(SiteFailover, AStandbyThatLostItsPowerTakesOverByAnOrderThatAcceptsTheLoss) {
  begin({});
  LeaseClient client(*sites_);
  ASSERT_TRUE(goes_on(client));
  sites_->lose_power(TwoSites::kNorth);
  sites_->lose_power(TwoSites::kSouth);
  sites_->start_database(TwoSites::kSouth);
  sites_->start_agent(TwoSites::kSouth);
  process::Finished taken;
  ASSERT_TRUE(eventually(seconds(60),
                         [&] {
                           taken = promote(TwoSites::kSouth, {"--accept-loss"});
                           return taken.exit_status == 0;
                         }))
      << taken.out << taken.err;
  ASSERT_TRUE(goes_on(client)) << sites_->status(TwoSites::kSouth).dump(1);
}

}  // namespace
}  // namespace slipway::test
