// Two real servers, three real agents, a client that remembers what was acknowledged to it.
#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "appliance/lease/lease_page.hpp"
#include "tests/support/backed_up_server.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/test_server.hpp"
#include "tests/support/two_sites.hpp"

namespace slipway::test {
namespace {

using std::chrono::seconds;

/// Writes at both sites at once as Slipway's programs do: while the lease runs; and believes a commit only while it
/// still does.
class Client {
 public:
  struct Acknowledged {
    std::int64_t id = 0;
    std::size_t site = 0;
    std::uint64_t epoch = 0;
    Instant began{0};
    Instant ended{0};
  };

  explicit Client(const TwoSites& sites) : sites_(sites) {
    for (std::size_t site = 0; site < threads_.size(); ++site)
      threads_.at(site) = std::jthread([this, site](const std::stop_token& asked) { run(asked, site); });
  }
  ~Client() { stop(); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  void stop() {
    for (auto& thread : threads_) thread.request_stop();
    for (auto& thread : threads_)
      if (thread.joinable()) thread.join();
  }
  [[nodiscard]] std::size_t count() const { return count_; }
  /// After stop(); in the order in which they were acknowledged.
  [[nodiscard]] const std::vector<Acknowledged>& acknowledged() const { return acknowledged_; }

 private:
  void run(const std::stop_token& asked, std::size_t site) {
    std::optional<sql::Connection> connection;
    for (std::int64_t turn = 0; !asked.stop_requested(); ++turn)
      if (!write(site, connection, 2 * turn + static_cast<std::int64_t>(site)))
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }

  bool write(std::size_t site, std::optional<sql::Connection>& connection, std::int64_t id) {
    const auto page = lease::LeasePage::open(sites_.lease_page(site));
    const auto lease = page ? page->read() : std::nullopt;
    const Instant began = boot_clock();
    if (!lease || began >= lease->write_until) return false;
    if (!connection) {
      auto opened = sql::Connection::open(sites_.application(site));
      if (!opened) return false;
      connection.emplace(std::move(*opened));
    }
    const auto written =
        connection->execute("INSERT INTO written (id, site) VALUES (?, ?)", {id, TwoSites::name(site)});
    if (!written) {
      connection.reset();
      return false;
    }
    const auto after = page->read();
    const Instant ended = boot_clock();
    if (!after || !acknowledges(*after, lease->epoch, ended)) return false;
    const std::scoped_lock lock(mutex_);
    acknowledged_.push_back({id, site, lease->epoch, began, ended});
    ++count_;
    return true;
  }

  const TwoSites& sites_;
  std::mutex mutex_;
  std::vector<Acknowledged> acknowledged_;
  std::atomic<std::size_t> count_ = 0;
  std::array<std::jthread, 2> threads_;
};

class SiteFailover : public testing::Test {
 protected:
  void begin(const TwoSites::Options& options) {
    sites_.emplace(options);
    const auto first = promote(TwoSites::kNorth, {});
    ASSERT_EQ(first.exit_status, 0) << first.out << first.err;
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

  [[nodiscard]] bool goes_on(const Client& client, std::size_t more = 50) {
    const std::size_t from = client.count();
    return eventually(seconds(60), [&] { return client.count() >= from + more; });
  }

  void expect_nothing_lost(const Client& client, std::size_t site) {
    std::set<std::int64_t> there;
    auto server = connect(sites_->administrator(site));
    const auto rows = server.query("SELECT id FROM desk.written");
    ASSERT_TRUE(rows.has_value());
    for (const sql::Row& row : *rows) there.insert(row.integer(0));
    std::size_t lost = 0;
    for (const auto& one : client.acknowledged()) lost += there.contains(one.id) ? 0 : 1;
    EXPECT_EQ(lost, 0U) << "of " << client.acknowledged().size();
    expect_one_writer_at_a_time(client);
  }

  /// Between the first and the last acknowledgement of an epoch nothing is acknowledged in another one.
  static void expect_one_writer_at_a_time(const Client& client) {
    std::map<std::uint64_t, std::pair<Instant, Instant>> spans;
    for (const auto& one : client.acknowledged()) {
      const auto [span, first] = spans.try_emplace(one.epoch, one.began, one.ended);
      if (!first) span->second = {std::min(span->second.first, one.began), std::max(span->second.second, one.ended)};
    }
    Instant before{0};
    for (const auto& [epoch, span] : spans) {
      EXPECT_GE(span.first, before) << "epoch " << epoch << " begins before the one before it has ended";
      before = span.second;
    }
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

  static std::int64_t longest_pause_ms(const Client& client) {
    Instant longest{0};
    const auto& all = client.acknowledged();
    for (std::size_t i = 1; i < all.size(); ++i) longest = std::max(longest, all[i].ended - all[i - 1].ended);
    return std::chrono::duration_cast<std::chrono::milliseconds>(longest).count();
  }

  std::optional<TwoSites> sites_;
};

// D5, D6, F5
TEST_F(SiteFailover, AHandOverUnderLoadLosesNothingAndTheWayBackNeither) {
  begin({});
  Client client(*sites_);
  ASSERT_TRUE(goes_on(client));
  for (const std::size_t from : {TwoSites::kNorth, TwoSites::kSouth}) {
    ASSERT_TRUE(sites_->serves(from, true)) << sites_->status(from).dump(1);
    const auto handed = demote(from);
    ASSERT_EQ(handed.exit_status, 0) << handed.out << handed.err;
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
  ASSERT_EQ(epochs->size(), 3U);
  EXPECT_EQ((*epochs)[0].text(1), "order");
  EXPECT_EQ((*epochs)[1].text(0), "south");
  EXPECT_EQ((*epochs)[2].text(1), "hand_over");
}

// D6, D7, F5
TEST_F(SiteFailover, AfterTheLossOfASiteAnOrderGivesTheWritesToTheOther) {
  begin({});
  Client client(*sites_);
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
  Client client(*sites_);
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
  Client client(*sites_);
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
  const auto began = std::chrono::steady_clock::now();
  sites_->start_agent(TwoSites::kNorth);
  EXPECT_TRUE(sites_->serves(TwoSites::kSouth, true)) << sites_->status(TwoSites::kNorth).dump(1);
  const auto took = std::chrono::steady_clock::now() - began;
  RecordProperty("rejoined_ms", std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(took).count()));
  const auto quarantine = sites_->status(TwoSites::kNorth)["database"]["quarantine"];
  ASSERT_FALSE(quarantine.is_null());
  EXPECT_GE(quarantine["transactions"], 1300);
  EXPECT_NE(read_file(quarantine["folder"].get<std::string>() + "/transactions.txt").find("only here"),
            std::string::npos);
  ASSERT_TRUE(goes_on(client));
  client.stop();
  expect_nothing_lost(client, TwoSites::kSouth);
  expect_same_tables();
}

// F5
TEST_F(SiteFailover, AnAgentThatIsFrozenProlongsNothing) {
  begin({.armed = true});
  Client client(*sites_);
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

// D6
TEST_F(SiteFailover, WritesGoOnAloneWhenTheStandbyIsGoneAndItCatchesUpWhenItIsBack) {
  begin({});
  Client client(*sites_);
  ASSERT_TRUE(goes_on(client));
  sites_->kill_database(TwoSites::kSouth);
  ASSERT_TRUE(goes_on(client));
  EXPECT_NE(sites_->status(TwoSites::kNorth)["standby"], "south");
  sites_->start_database(TwoSites::kSouth);
  EXPECT_TRUE(sites_->serves(TwoSites::kNorth, true)) << sites_->status(TwoSites::kSouth).dump(1);
  client.stop();
  expect_nothing_lost(client, TwoSites::kSouth);
}

}  // namespace
}  // namespace slipway::test
