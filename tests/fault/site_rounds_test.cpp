// One thing done again and again, and how long writes stand still: TWO_SITES_ROUNDS says how often.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>

#include "tests/support/eventually.hpp"
#include "tests/support/lease_client.hpp"
#include "tests/support/two_sites.hpp"

namespace slipway::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

std::size_t rounds() {
  const char* text = std::getenv("TWO_SITES_ROUNDS");
  return text == nullptr ? 2 : std::strtoull(text, nullptr, 10);
}

/// The longest time without an acknowledgement since `from`.
milliseconds longest_pause(const std::vector<Acknowledged>& all, Instant from) {
  Instant longest{0}, before = from;
  for (const auto& one : all) {
    if (one.ended < from) continue;
    longest = std::max(longest, one.ended - before);
    before = one.ended;
  }
  return std::chrono::duration_cast<milliseconds>(longest);
}

void tell(const std::string& what, std::vector<milliseconds> pauses) {
  std::ranges::sort(pauses);
  const auto at = [&](std::size_t percent) { return pauses.at((pauses.size() - 1) * percent / 100).count(); };
  std::cerr << what << ": " << pauses.size() << " rounds, median " << at(50) << " ms, p99 " << at(99) << " ms, longest "
            << pauses.back().count() << " ms" << std::endl;
}

class SiteRounds : public testing::Test {
 protected:
  void begin(bool armed) {
    sites_.emplace(TwoSites::Options{.armed = armed});
    const auto first = sites_->command(TwoSites::kNorth, {"promote", "--by", "the test", "--because", "it begins"});
    ASSERT_TRUE(armed || first.exit_status == 0) << first.out << first.err;
    client_.emplace(*sites_);
  }

  /// The site that has the writes, once the other one has everything and the client gets on.
  [[nodiscard]] std::size_t settled() {
    std::size_t writer = TwoSites::kNorth;
    EXPECT_TRUE(eventually(seconds(90), [&] {
      for (const std::size_t site : {TwoSites::kNorth, TwoSites::kSouth}) {
        const auto now = sites_->status(site);
        writer = site;
        if (!now.is_null() && now.value("writes_here", false) && now["standby"] == TwoSites::name(1 - site))
          return true;
      }
      return false;
    }));
    EXPECT_TRUE(goes_on());
    return writer;
  }
  [[nodiscard]] bool goes_on() {
    const std::size_t from = client_->count();
    return eventually(seconds(60), [&] { return client_->count() >= from + 20; });
  }

  void expect_nothing_lost(std::size_t site) {
    client_->stop();
    const auto all = client_->acknowledged();
    EXPECT_EQ(missing_on(*sites_, site, all), 0U) << "of " << all.size();
    EXPECT_EQ(overlap_in(all), "");
  }

  std::optional<TwoSites> sites_;
  std::optional<LeaseClient> client_;
};

// D6
TEST_F(SiteRounds, OfHandingOver) {
  begin(false);
  std::vector<milliseconds> pauses;
  std::size_t writer = settled();
  for (std::size_t round = 0; round < rounds(); ++round) {
    const Instant from = boot_clock();
    const auto handed = sites_->command(writer, {"demote", "--by", "the test", "--because", "it asks"});
    ASSERT_EQ(handed.exit_status, 0) << handed.out << handed.err;
    ASSERT_TRUE(goes_on());
    pauses.push_back(longest_pause(client_->acknowledged(), from));
    writer = settled();
  }
  tell("hand-over, writes stand still", pauses);
  expect_nothing_lost(writer);
}

// D6, F5
TEST_F(SiteRounds, OfLosingTheWriter) {
  begin(true);
  std::vector<milliseconds> pauses;
  std::size_t writer = settled();
  for (std::size_t round = 0; round < rounds(); ++round) {
    const Instant from = boot_clock();
    sites_->kill_database(writer);
    sites_->kill_agent(writer);
    ASSERT_TRUE(goes_on());
    pauses.push_back(longest_pause(client_->acknowledged(), from));
    sites_->start_database(writer);
    sites_->start_agent(writer);
    writer = settled();
  }
  tell("loss of the writer, until the first write", pauses);
  expect_nothing_lost(writer);
}

}  // namespace
}  // namespace slipway::test
