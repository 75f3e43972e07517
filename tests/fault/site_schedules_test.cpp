// Random faults of two sites and their witness, one schedule after another, each from its seed: never two sites that
// acknowledge at one time, never an acknowledged write lost. TWO_SITES_SCHEDULES says how many, TWO_SITES_SEED
// where to begin.
#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>
#include <random>
#include <thread>

#include "tests/support/eventually.hpp"
#include "tests/support/lease_client.hpp"
#include "tests/support/test_server.hpp"
#include "tests/support/two_sites.hpp"

namespace slipway::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

std::uint64_t number_in(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

/// What one seed makes of it.
class Schedule {
 public:
  Schedule(TwoSites& sites, std::uint64_t seed) : sites_(sites), random_(seed) {}

  /// Two to five faults, some on top of each other, each followed by up to two seconds.
  void run() {
    for (auto left = below(4) + 2; left > 0; --left) {
      strike();
      wait(milliseconds(below(2000)));
      if (below(3) == 0) heal();
    }
    heal();
  }

  [[nodiscard]] const std::string& told() const { return told_; }

 private:
  std::uint64_t below(std::uint64_t bound) { return random_() % bound; }
  void tell(const std::string& what) { told_ += (told_.empty() ? "" : ", ") + what; }
  static void wait(milliseconds span) { std::this_thread::sleep_for(span); }

  void strike() {
    const std::size_t site = below(2), member = below(3);
    const std::string where = TwoSites::name(site);
    switch (below(8)) {
      case 0:
        tell("cut " + std::string(TwoSites::name(member)) + "-" + TwoSites::name((member + 1) % 3));
        return sites_.cut(member, (member + 1) % 3, true);
      case 1:
        tell("pause agent of " + std::string(TwoSites::name(member)));
        if (sites_.has_agent(member)) sites_.pause_agent(member, true);
        return;
      case 2:
        tell("kill agent of " + std::string(TwoSites::name(member)));
        if (sites_.has_agent(member)) sites_.kill_agent(member);
        return;
      case 3:
        tell("kill database of " + where);
        return sites_.kill_database(site);
      case 4:
        tell("pause database of " + where);
        if (sites_.has_database(site)) sites_.pause_database(site, true);
        return;
      case 5:
        tell("lose " + where);
        return sites_.lose_power(site);
      case 6:
        tell("restart agent of " + where + " three times");
        for (int turn = 0; turn < 3; ++turn) {
          if (sites_.has_agent(site)) sites_.kill_agent(site);
          sites_.spawn_agent(site);
          wait(milliseconds(below(300)));
        }
        return;
      default:
        tell("hand over from " + where);
        if (sites_.has_agent(site))
          static_cast<void>(
              sites_.command(site, {"demote", "--by", "a schedule", "--because", "its seed", "--limit", "2"}));
    }
  }

  void heal() {
    for (std::size_t member = 0; member < 3; ++member) {
      sites_.cut(member, (member + 1) % 3, false);
      if (member != TwoSites::kWitness && sites_.has_database(member)) sites_.pause_database(member, false);
      if (sites_.has_agent(member)) sites_.pause_agent(member, false);
    }
    for (const std::size_t site : {TwoSites::kNorth, TwoSites::kSouth})
      if (!sites_.has_database(site)) sites_.start_database(site);
    for (std::size_t member = 0; member < 3; ++member)
      if (!sites_.has_agent(member)) sites_.spawn_agent(member);
  }

  TwoSites& sites_;
  std::mt19937_64 random_;
  std::string told_;
};

/// The site that has the writes, with the other one in step.
std::optional<std::size_t> settled(const TwoSites& sites) {
  std::optional<std::size_t> found;
  const bool done = eventually(seconds(90), [&] {
    for (const std::size_t site : {TwoSites::kNorth, TwoSites::kSouth}) {
      const auto now = sites.status(site);
      if (!now.is_null() && now.value("writes_here", false) && now["standby"] == TwoSites::name(1 - site)) found = site;
    }
    return found.has_value();
  });
  return done ? found : std::nullopt;
}

// F5, D6
TEST(SiteSchedules, NeverTwoWritersAndNothingAcknowledgedIsLost) {
  TwoSites sites({.armed = true});
  ASSERT_TRUE(settled(sites)) << sites.status(TwoSites::kNorth).dump(1);
  LeaseClient client(sites);
  const std::uint64_t first = number_in("TWO_SITES_SEED", 1);
  const std::uint64_t last = first + number_in("TWO_SITES_SCHEDULES", 5);
  std::size_t checked = 0, writers = 0;
  std::optional<std::size_t> before;
  for (std::uint64_t seed = first; seed < last; ++seed) {
    Schedule schedule(sites, seed);
    schedule.run();
    const auto writer = settled(sites);
    std::cerr << "schedule " << seed << ": " << schedule.told() << " → "
              << (writer ? TwoSites::name(*writer) : "nobody") << ", " << client.count() << " acknowledged"
              << std::endl;
    ASSERT_TRUE(writer) << "north " << sites.status(TwoSites::kNorth).dump(1) << "\nsouth "
                        << sites.status(TwoSites::kSouth).dump(1);
    const auto all = client.acknowledged();
    const std::vector<Acknowledged> fresh(all.begin() + static_cast<std::ptrdiff_t>(checked), all.end());
    checked = all.size();
    ASSERT_EQ(missing_on(sites, *writer, fresh), 0U) << "of " << fresh.size() << ", seed " << seed;
    ASSERT_EQ(overlap_in(all), "") << "seed " << seed;
    writers += before != writer ? 1 : 0;
    before = writer;
  }
  client.stop();
  EXPECT_GT(client.count(), 100U);
  const auto all = client.acknowledged();
  EXPECT_EQ(missing_on(sites, *before, all), 0U) << "of " << all.size();
  // Nothing stays in excess anywhere either.
  auto north = connect(sites.administrator(TwoSites::kNorth));
  auto south = connect(sites.administrator(TwoSites::kSouth));
  const auto sums = [](sql::Connection& server) {
    std::string text;
    const auto rows =
        server.query("CHECKSUM TABLE desk.written, slipway.site_epoch, slipway.site_order, slipway.site_undo");
    for (std::size_t i = 0; rows && i < rows->size(); ++i) text += (*rows)[i].optional_text(1).value_or("NULL") + " ";
    return text;
  };
  EXPECT_TRUE(eventually(seconds(60), [&] { return sums(north) == sums(south); }))
      << sums(north) << "| " << sums(south);
  const bool many = last - first >= 20;
  EXPECT_GE(writers, many ? 2U : 1U) << "only one site has ever written";
}

}  // namespace
}  // namespace slipway::test
