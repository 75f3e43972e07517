#include <gtest/gtest.h>

#include "services/site/tenure_rules.hpp"

namespace slipway::site {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

const Timing kTiming;
const Holding kNorthWithSouth{.epoch = 4, .holder = "north", .revision = 2, .standby = "south"};
const Holding kNorthAlone{.epoch = 4, .holder = "north", .revision = 3, .standby = {}};

Ballot ballot_with(const Holding& holding, Instant now = seconds(100)) {
  Ballot ballot;
  EXPECT_TRUE(renew(ballot, holding, now, kTiming).granted());
  return ballot;
}

// F5
TEST(SiteBallot, StandsByItsPromiseForALease) {
  Ballot ballot = ballot_with(kNorthWithSouth);
  EXPECT_EQ(vote(ballot, {5, "south", {}}, seconds(103), kTiming).refusal, Refusal::lease_runs);
  EXPECT_EQ(ballot, ballot_with(kNorthWithSouth)) << "a refusal changes nothing";
  EXPECT_TRUE(vote(ballot, {5, "south", {}}, seconds(104), kTiming).granted());
  EXPECT_EQ(renew(ballot, kNorthWithSouth, seconds(104), kTiming).refusal, Refusal::older_epoch);
}

// F5
TEST(SiteBallot, PromisesAnEpochToOneSite) {
  Ballot ballot;
  EXPECT_TRUE(vote(ballot, {1, "north", {}}, seconds(1), kTiming).granted());
  EXPECT_TRUE(vote(ballot, {1, "north", {}}, seconds(2), kTiming).granted()) << "the same message twice";
  EXPECT_EQ(vote(ballot, {1, "south", {}}, seconds(9), kTiming).refusal, Refusal::older_epoch);
}

// F5
TEST(SiteBallot, BelievesAHolderThatTheTwoOthersHaveElected) {
  Ballot ballot;
  EXPECT_TRUE(vote(ballot, {5, "south", {}}, seconds(100), kTiming).granted());
  const Holding elected{.epoch = 5, .holder = "north", .revision = 1, .standby = {}};
  EXPECT_TRUE(renew(ballot, elected, seconds(101), kTiming).granted()) << "nobody else can win epoch 5 any more";
  EXPECT_EQ(ballot.promised_to, "north");
  EXPECT_EQ(ballot.free_at, seconds(105));
}

// F5
TEST(SiteBallot, IsFreeAtOnceWhenTheHolderGivesItsLeaseBack) {
  Ballot ballot = ballot_with(kNorthWithSouth);
  release(ballot, {3, "north"}, seconds(101));
  EXPECT_EQ(vote(ballot, {5, "south", {}}, seconds(101), kTiming).refusal, Refusal::lease_runs) << "of an older epoch";
  release(ballot, {4, "north"}, seconds(101));
  EXPECT_TRUE(vote(ballot, {5, "south", {}}, seconds(101), kTiming).granted());
}

// F5
TEST(SiteBallot, CountsItsPromiseAnewWhenItsProgramWasStartedAnew) {
  Ballot ballot = reopened(ballot_with(kNorthWithSouth), seconds(500), kTiming);
  EXPECT_EQ(vote(ballot, {5, "south", {}}, seconds(503), kTiming).refusal, Refusal::lease_runs);
  EXPECT_EQ(reopened({}, seconds(500), kTiming).free_at, Instant{0}) << "nothing was ever promised";
}

// D6
TEST(SiteBallot, RefusesASiteThatLacksWritesUnlessThatVeryLossIsAccepted) {
  Ballot ballot = ballot_with(kNorthAlone);
  const Instant later = seconds(200);
  EXPECT_EQ(vote(ballot, {5, "south", {}}, later, kTiming).refusal, Refusal::lacks_writes);
  EXPECT_EQ(vote(ballot, {5, "south", 3}, later, kTiming).refusal, Refusal::lacks_writes)
      << "seen before epoch 4 began";
  EXPECT_TRUE(vote(ballot, {5, "south", 4}, later, kTiming).granted());
}

// D6
TEST(SiteBallot, KeepsTheNewestRecordOfTheHolder) {
  Ballot ballot = ballot_with(kNorthAlone);
  EXPECT_EQ(renew(ballot, kNorthWithSouth, seconds(101), kTiming).refusal, Refusal::older_revision);
  EXPECT_EQ(ballot.accepted, kNorthAlone);
}

Campaign campaign_of(std::uint64_t epoch) { return {{epoch, "south", {}}, seconds(1), {}}; }
Answer answer(Refusal refusal, std::uint64_t promised = 5) { return {refusal, promised, kNorthWithSouth, {}}; }

// F5
TEST(SiteCampaign, IsWonByTwoAndLostByTwo) {
  Campaign one = campaign_of(5);
  note(one, 0, answer(Refusal::none));
  EXPECT_EQ(outcome(one), Outcome::open);
  note(one, 2, answer(Refusal::lease_runs));
  EXPECT_EQ(outcome(one), Outcome::open);
  note(one, 1, answer(Refusal::none));
  EXPECT_EQ(outcome(one), Outcome::won);
  note(one, 1, answer(Refusal::older_epoch, 9));
  EXPECT_EQ(outcome(one), Outcome::lost);
  EXPECT_EQ(next_epoch(one.answers), 10U);
}

// F5
TEST(SiteTenure, MayWriteWhileTwoStandByItAndStopsBeforeTheLeaseEnds) {
  Tenure tenure = begin_tenure(campaign_of(5));
  const Holding holding = tenure.holding;
  EXPECT_FALSE(may_acknowledge(tenure, seconds(10)));
  note(tenure, 1, seconds(10), holding, answer(Refusal::none), kTiming);
  EXPECT_FALSE(may_write(tenure, seconds(10), kTiming)) << "one is not two";
  note(tenure, 2, seconds(11), holding, answer(Refusal::none), kTiming);
  EXPECT_EQ(lease_end(tenure), seconds(10) + kTiming.lease - kTiming.margin);
  EXPECT_TRUE(may_write(tenure, milliseconds(12'999), kTiming));
  EXPECT_FALSE(may_write(tenure, milliseconds(13'000), kTiming));
  EXPECT_TRUE(may_acknowledge(tenure, milliseconds(13'799)));
  EXPECT_FALSE(may_acknowledge(tenure, milliseconds(13'800)));
}

// D6
TEST(SiteTenure, KnowsWhenAMajorityHasRecordedItsStandby) {
  Tenure tenure = begin_tenure(campaign_of(5));
  const Holding alone = tenure.holding;
  for (const std::size_t member : {0U, 1U, 2U})
    note(tenure, member, seconds(10), alone, answer(Refusal::none), kTiming);
  EXPECT_TRUE(is_recorded(tenure));
  set_standby(tenure, "north");
  EXPECT_FALSE(is_recorded(tenure));
  note(tenure, 0, seconds(11), alone, answer(Refusal::none), kTiming);
  EXPECT_FALSE(is_recorded(tenure)) << "an answer to an older renewal";
  for (const std::size_t member : {1U, 2U})
    note(tenure, member, seconds(11), tenure.holding, answer(Refusal::none), kTiming);
  EXPECT_TRUE(is_recorded(tenure));
}

// F5
TEST(SiteTenure, IsDeposedByAMemberThatPromisedANewerEpoch) {
  Tenure tenure = begin_tenure(campaign_of(5));
  note(tenure, 2, seconds(10), tenure.holding, answer(Refusal::older_epoch, 6), kTiming);
  EXPECT_TRUE(tenure.deposed);
}

}  // namespace
}  // namespace slipway::site
