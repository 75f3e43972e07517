#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/site/promotion_rules.hpp"
#include "services/site/settings.hpp"

namespace slipway::site {
namespace {

using std::chrono::seconds;

/// The other site has been silent for a minute, the witness answers, and this site has everything.
PromotionFacts lost_primary() {
  PromotionFacts facts;
  facts.names = {"north", "south", "witness"};
  facts.self = 1;
  facts.ballot.accepted = {.epoch = 7, .holder = "north", .revision = 2, .standby = "south"};
  facts.ballot.promised = 7;
  facts.ballot.promised_to = "north";
  facts.ballot.free_at = seconds(50);
  facts.heard_ago = {seconds(60), std::nullopt, seconds(1)};
  facts.database.runs = true;
  facts.database.read_only = true;
  return facts;
}

std::vector<std::string_view> obstacles(const PromotionFacts& facts, Instant now = seconds(100)) {
  const auto decision = decide_promotion(facts, now, {});
  std::vector<std::string_view> names;
  for (const Reason& reason : decision.reasons)
    if (reason.weight == Weight::obstacle) names.push_back(reason.name);
  EXPECT_EQ(decision.go, names.empty());
  return names;
}

// D7, A39
TEST(SitePromotion, IsPossibleWhenThePrimaryIsLostAndEverythingIsHere) {
  EXPECT_THAT(obstacles(lost_primary()), testing::IsEmpty());
}

// D7
TEST(SitePromotion, NamesEachObstacle) {
  PromotionFacts facts = lost_primary();
  facts.heard_ago[kWitness] = seconds(60);
  EXPECT_THAT(obstacles(facts), testing::ElementsAre("witness_silent"));
  facts = lost_primary();
  facts.heard_ago[0] = seconds(1);
  EXPECT_THAT(obstacles(facts, seconds(49)), testing::ElementsAre("other_site_serves"));
  facts = lost_primary();
  facts.database.runs = false;
  EXPECT_THAT(obstacles(facts), testing::ElementsAre("database_down"));
  facts = lost_primary();
  facts.ballot.learning = true;
  EXPECT_THAT(obstacles(facts), testing::ElementsAre("learning"));
  facts = lost_primary();
  facts.role = Role::holder;
  EXPECT_THAT(obstacles(facts), testing::ElementsAre("holds_already"));
}

// D7
TEST(SitePromotion, IsRefusedWhereWritesWouldBeLostUnlessThatIsAccepted) {
  PromotionFacts facts = lost_primary();
  facts.ballot.accepted.standby.clear();
  EXPECT_THAT(obstacles(facts), testing::ElementsAre("lacks_writes"));
  facts.accepts_loss = true;
  EXPECT_THAT(obstacles(facts), testing::IsEmpty());
  facts = lost_primary();
  facts.ballot.restarted = true;
  EXPECT_THAT(obstacles(facts), testing::ElementsAre("lacks_writes")) << "it had everything before its power went";
  facts.accepts_loss = true;
  EXPECT_THAT(obstacles(facts), testing::IsEmpty());
}

// A39
TEST(SiteSettings, ReadsAddressesOfEveryKind) {
  EXPECT_EQ(*parse_address("10.0.0.1:3307"), (Address{"10.0.0.1", 3307}));
  EXPECT_EQ(*parse_address("db.example"), (Address{"db.example", 3306}));
  EXPECT_EQ(*parse_address("[2001:db8::1]:3308"), (Address{"2001:db8::1", 3308}));
  EXPECT_EQ(*parse_address("[2001:db8::1]"), (Address{"2001:db8::1", 3306}));
  for (const char* wrong : {"", ":3306", "db:0", "db:port", "2001:db8::1", "db:70000"})
    EXPECT_FALSE(parse_address(wrong)) << wrong;
}

}  // namespace
}  // namespace slipway::site
