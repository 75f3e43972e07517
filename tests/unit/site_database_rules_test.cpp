#include <gtest/gtest.h>

#include "services/site/database_rules.hpp"

namespace slipway::site {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

const Address kOther{"10.0.0.2", 3306};

DatabaseFacts closed() { return {.runs = true, .read_only = true, .waiting_works = true}; }

/// Open, and commits wait for the standby, which is connected.
DatabaseFacts waiting() { return {.runs = true, .waits_for_standby = true, .waiting_works = true, .standbys = 1}; }

Permit follower_of(const std::string& holder) {
  return {.role = Role::follower, .promised = 4, .accepted = {.epoch = 4, .holder = holder}};
}

Permit writer() { return {.writes = true, .opened = true, .tenure = true, .role = Role::holder, .promised = 5}; }

Step next(const DatabaseFacts& facts, const Permit& permit, bool tail_given_up = false) {
  return next_step(facts, permit, "south", kOther, tail_given_up);
}

// D6
TEST(SiteDatabaseRules, AServerThatDoesNotAnswerForHalfAMinuteIsEndedOnce) {
  Hang hang;
  EXPECT_FALSE(must_be_ended(hang, true, seconds(100)));
  EXPECT_FALSE(must_be_ended(hang, true, seconds(129)));
  EXPECT_TRUE(must_be_ended(hang, true, seconds(130)));
  EXPECT_FALSE(must_be_ended(hang, true, seconds(131)));
  // It is starting, and then it hangs again: a start may take long.
  EXPECT_FALSE(must_be_ended(hang, false, seconds(135)));
  EXPECT_FALSE(must_be_ended(hang, true, seconds(140)));
  EXPECT_FALSE(must_be_ended(hang, true, seconds(429)));
  EXPECT_TRUE(must_be_ended(hang, true, seconds(430)));
}

TEST(SiteDatabaseRules, OneAnswerInBetweenIsEnough) {
  Hang hang;
  EXPECT_FALSE(must_be_ended(hang, true, seconds(100)));
  EXPECT_FALSE(must_be_ended(hang, false, seconds(120)));
  EXPECT_FALSE(must_be_ended(hang, true, seconds(122)));
  EXPECT_FALSE(must_be_ended(hang, true, seconds(151)));
  EXPECT_TRUE(must_be_ended(hang, true, seconds(152)));
}

// F5
TEST(SiteDatabaseRules, WithoutALeaseTheFirstThingIsToStopWrites) {
  DatabaseFacts facts = closed();
  facts.read_only = false;
  facts.waits_for_standby = true;
  for (const Role role : {Role::follower, Role::candidate, Role::holder, Role::closing}) {
    Permit permit = follower_of("south");
    permit.role = role;
    EXPECT_EQ(next(facts, permit), Step::stop_writes);
  }
  facts.runs = false;
  EXPECT_EQ(next(facts, follower_of("south")), Step::none);
}

// D6
TEST(SiteDatabaseRules, AFollowerReplicatesFromTheHolderAndFromNobodyElse) {
  DatabaseFacts facts = closed();
  EXPECT_EQ(next(facts, follower_of("south")), Step::follow);
  EXPECT_EQ(next(facts, follower_of("north")), Step::none);
  facts.replica = Replica{.source = {"10.0.0.9", 3306}, .receiving = true, .applying = true};
  EXPECT_EQ(next(facts, follower_of("south")), Step::follow);
  facts.replica->source = kOther;
  EXPECT_EQ(next(facts, follower_of("south")), Step::none);
  Permit promised_on = follower_of("south");
  promised_on.promised = 5;
  EXPECT_EQ(next(facts, promised_on), Step::stop_receiving) << "a newer epoch is promised";
}

// D6
TEST(SiteDatabaseRules, WhatWasReceivedIsAppliedBeforeItIsReceivedAgain) {
  DatabaseFacts facts = closed();
  facts.replica = Replica{.source = kOther};
  EXPECT_EQ(next(facts, follower_of("south")), Step::start_applying);
  facts.replica->applying = true;
  EXPECT_EQ(next(facts, follower_of("south")), Step::none);
  EXPECT_EQ(next(facts, follower_of("south"), true), Step::follow);
  facts.replica->applied_all = true;
  EXPECT_EQ(next(facts, follower_of("south")), Step::follow);
  facts.replica->applying = false;
  facts.replica->fault = "duplicate key";
  facts.replica->cannot_apply = true;
  EXPECT_EQ(next(facts, follower_of("south")), Step::follow) << "what was left may be torn, and comes again";
  Permit counted_on = follower_of("south");
  counted_on.counted_on = true;
  EXPECT_EQ(next(facts, counted_on), Step::none) << "it may be all that there is";
  facts.replica->receiving = true;
  EXPECT_EQ(next(facts, follower_of("south")), Step::none) << "what came again cannot be applied either";
}

// D6, F5
TEST(SiteDatabaseRules, AfterAStartOfTheMachineNothingIsReceivedBeforeTheHolderKnows) {
  DatabaseFacts facts = closed();
  facts.replica = Replica{.source = kOther};
  Permit restarted = follower_of("south");
  restarted.restarted = true;
  EXPECT_EQ(next(facts, restarted), Step::none);
  facts.replica.reset();
  EXPECT_EQ(next(facts, restarted), Step::none);
}

// D6, A39: a person has accepted the loss; what was received may be torn.
TEST(SiteDatabaseRules, WhatIsTornDoesNotKeepASiteFromTakingOver) {
  DatabaseFacts facts = closed();
  facts.replica = Replica{.source = kOther, .cannot_apply = true};
  Permit permit = writer();
  EXPECT_EQ(next(facts, permit), Step::none);
  EXPECT_FALSE(local_view(facts, {}, permit, true, seconds(9), seconds(3)).can_serve);
  permit.restarted = true;
  EXPECT_EQ(next(facts, permit), Step::forget_source);
  EXPECT_TRUE(local_view(facts, {}, permit, true, seconds(9), seconds(3)).can_serve);
}

// F5, D6
TEST(SiteDatabaseRules, WhatAStandbyHadConfirmedBeforeItsMachineWasStartedDoesNotCount) {
  Permit permit = writer();
  permit.needs_standby = true;
  Watch seen;
  seen.waits_since = seconds(10);
  seen.confirmed = seconds(20);
  EXPECT_TRUE(local_view(waiting(), seen, permit, true, seconds(40), seconds(3)).standby_has_all);
  EXPECT_FALSE(needs_probe(waiting(), seen, permit));
  permit.confirmed_after = seconds(30);
  EXPECT_FALSE(local_view(waiting(), seen, permit, true, seconds(40), seconds(3)).standby_has_all);
  EXPECT_TRUE(needs_probe(waiting(), seen, permit));
  seen.confirmed = seconds(31);
  EXPECT_TRUE(local_view(waiting(), seen, permit, true, seconds(40), seconds(3)).standby_has_all);
}

// D6: its receiving was stopped while the other site could not be reached; that is over.
TEST(SiteDatabaseRules, AnOldFaultOfReceivingKeepsNobodyFromFollowing) {
  DatabaseFacts facts = closed();
  facts.replica = Replica{
      .source = kOther, .applying = true, .applied_all = true, .fault = "lost connection", .fault_number = 2013};
  EXPECT_EQ(next(facts, follower_of("south")), Step::follow);
  facts.replica->receiving = true;
  EXPECT_EQ(next(facts, follower_of("south")), Step::none);
  facts.replica->fault_number = 1236;
  EXPECT_EQ(next(facts, follower_of("south")), Step::follow) << "the other site does not have what comes next";
}

// D6, D7
TEST(SiteDatabaseRules, AWriterOpensOnlyBehindAllThatWasReceived) {
  DatabaseFacts facts = closed();
  facts.replica = Replica{.source = kOther, .receiving = true, .applying = true};
  EXPECT_EQ(next(facts, writer()), Step::stop_receiving);
  facts.replica->receiving = false;
  EXPECT_EQ(next(facts, writer()), Step::none);
  facts.replica->applied_all = true;
  EXPECT_EQ(next(facts, writer()), Step::forget_source);
  facts.replica.reset();
  EXPECT_EQ(next(facts, writer()), Step::allow_writes);
  Permit with_standby = writer();
  with_standby.needs_standby = true;
  EXPECT_EQ(next(facts, with_standby), Step::wait_for_standby);
  facts.waits_for_standby = true;
  EXPECT_EQ(next(facts, with_standby), Step::allow_writes);
  EXPECT_EQ(next(facts, writer()), Step::stop_waiting);
  facts.read_only = false;
  EXPECT_EQ(next(facts, with_standby), Step::none);
  with_standby.opened = false;
  EXPECT_EQ(next(facts, with_standby), Step::allow_writes) << "nobody has recorded this epoch";
}

// D6
TEST(SiteDatabaseRules, AWriterWithHalfOfItsDataUndoneOrWithWhatItCannotApplyStaysClosed) {
  DatabaseFacts facts = closed();
  facts.half_undone = true;
  EXPECT_EQ(next(facts, writer()), Step::none);
  EXPECT_FALSE(local_view(facts, {}, writer(), true, seconds(1), seconds(1)).can_serve);
  facts.half_undone = false;
  facts.replica = Replica{.source = kOther, .fault = "duplicate key", .cannot_apply = true, .fault_number = 1062};
  EXPECT_EQ(next(facts, writer()), Step::none);
  EXPECT_FALSE(local_view(facts, {}, writer(), true, seconds(1), seconds(1)).can_serve);
}

// D6: commits go on waiting while the site hands over; let go, they would be acknowledged and missing there.
TEST(SiteDatabaseRules, WhoHandsOverKeepsWaitingForTheStandby) {
  DatabaseFacts facts = closed();
  facts.waits_for_standby = true;
  Permit closing = follower_of("north");
  closing.role = Role::closing;
  closing.needs_standby = true;
  EXPECT_EQ(next(facts, closing), Step::none);
  facts.waits_for_standby = false;
  EXPECT_EQ(next(facts, closing), Step::wait_for_standby);
}

// D6
TEST(SiteDatabaseRules, AStandbyHasEverythingOnceAProbeBehindTheFirstWaitHasReturned) {
  DatabaseFacts facts = closed();
  facts.read_only = false;
  facts.standbys = 1;
  facts.all_sent = true;
  Watch seen;
  watch(seen, facts, facts, seconds(1));
  EXPECT_TRUE(local_view(facts, seen, writer(), true, seconds(1), seconds(1)).standby_follows);
  const DatabaseFacts before = facts;
  facts.waits_for_standby = true;
  watch(seen, before, facts, seconds(2));
  EXPECT_TRUE(needs_probe(facts, seen, writer()));
  EXPECT_FALSE(local_view(facts, seen, writer(), true, seconds(2), seconds(1)).standby_has_all);
  seen.confirmed = seconds(2) + milliseconds(1);
  EXPECT_FALSE(needs_probe(facts, seen, writer()));
  EXPECT_TRUE(local_view(facts, seen, writer(), true, seconds(3), seconds(1)).standby_has_all);
}

// D6
TEST(SiteDatabaseRules, AHandOverNeedsAProbeBehindTheLastWrite) {
  DatabaseFacts facts = waiting();
  Watch seen;
  watch(seen, facts, facts, seconds(1));
  seen.confirmed = seconds(2);
  const DatabaseFacts before = facts;
  facts.read_only = true;
  watch(seen, before, facts, seconds(3));
  Permit closing = writer();
  closing.writes = false;
  closing.role = Role::closing;
  EXPECT_TRUE(needs_probe(facts, seen, closing));
  EXPECT_FALSE(local_view(facts, seen, closing, true, seconds(3), seconds(1)).standby_has_all);
  seen.confirmed = seconds(4);
  EXPECT_TRUE(local_view(facts, seen, closing, true, seconds(4), seconds(1)).standby_has_all);
  closing.tenure = false;
  seen.confirmed = seconds(2);
  EXPECT_FALSE(needs_probe(facts, seen, closing)) << "it would be there in excess";
}

// D6
TEST(SiteDatabaseRules, AStandbyIsLostWhenItIsGoneOrConfirmsNothingForTooLong) {
  DatabaseFacts facts = waiting();
  Watch seen;
  watch(seen, facts, facts, seconds(1));
  const auto lost_at = [&](Instant now) {
    return local_view(facts, seen, writer(), true, now, seconds(2)).standby_lost;
  };
  EXPECT_FALSE(lost_at(seconds(9)));
  facts.waiting = 1;
  watch(seen, facts, facts, seconds(10));
  EXPECT_FALSE(lost_at(seconds(11)));
  EXPECT_TRUE(lost_at(seconds(13)));
  DatabaseFacts on = facts;
  on.confirmed = 1;
  watch(seen, facts, on, seconds(13));
  facts = on;
  EXPECT_FALSE(lost_at(seconds(13))) << "one got through";
  facts.waiting = 0;
  facts.standbys = 0;
  watch(seen, facts, facts, seconds(14));
  EXPECT_FALSE(lost_at(seconds(15)));
  EXPECT_TRUE(lost_at(seconds(17)));
}

}  // namespace
}  // namespace slipway::site
