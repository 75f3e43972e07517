#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <thread>

#include "appliance/lease/lease_page.hpp"
#include "services/site/member.hpp"
#include "tests/support/temp_directory.hpp"

namespace slipway::site {
namespace {

using std::chrono::seconds;
using ::testing::HasSubstr;

Setup setup_of(std::size_t self) {
  return {.self = self, .names = {"north", "south", "witness"}, .timing = {}, .armed = true};
}

// F5
TEST(SiteMember, RemembersItsPromiseBeforeItsAnswerLeaves) {
  const test::TempDirectory directory;
  const auto record = directory / "record";
  ASSERT_TRUE(Member::make_record(record, false));
  const Message asked = VoteRequest{{4, "south", {}}, {}};
  {
    auto member = Member::open(setup_of(kWitness), record, seconds(100));
    ASSERT_TRUE(member) << member.error().message;
    const auto answers = member->receive(1, asked, seconds(100));
    ASSERT_TRUE(answers);
    ASSERT_EQ(answers->size(), 1U);
    EXPECT_TRUE(std::get<VoteAnswer>(answers->front().message).answer.granted());
  }
  auto again = Member::open(setup_of(kWitness), record, seconds(100));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->agent().epoch(), 4U);
  const auto other = again->receive(0, VoteRequest{{4, "north", {}}, {}}, seconds(200));
  ASSERT_TRUE(other);
  EXPECT_EQ(std::get<VoteAnswer>(other->front().message).answer.refusal, Refusal::older_epoch);
}

// F5
TEST(SiteMember, SaysNothingMoreWhenItsRecordCannotBeKept) {
  const test::TempDirectory directory;
  std::filesystem::create_directory(directory / "gone");
  ASSERT_TRUE(Member::make_record(directory / "gone/record", false));
  auto member = Member::open(setup_of(kWitness), directory / "gone/record", seconds(100));
  ASSERT_TRUE(member);
  std::filesystem::remove_all(directory / "gone");
  const auto answers = member->receive(1, VoteRequest{{4, "south", {}}, {}}, seconds(100));
  ASSERT_FALSE(answers);
  EXPECT_THAT(answers.error().message, HasSubstr("record"));
}

// F5
TEST(SiteMember, DoesNotBeginAnewBehindADamagedRecord) {
  const test::TempDirectory directory;
  const auto record = directory / "record";
  EXPECT_EQ(Member::open(setup_of(0), record, seconds(1)).error().code, Code::not_found);
  ASSERT_TRUE(Member::make_record(record, false));
  EXPECT_EQ(Member::make_record(record, false).error().code, Code::conflict);
  ASSERT_TRUE(Member::open(setup_of(0), record, seconds(1)));
  std::filesystem::resize_file(record, 20);
  const auto member = Member::open(setup_of(0), record, seconds(1));
  ASSERT_FALSE(member);
  EXPECT_EQ(member.error().code, Code::corrupt);
  EXPECT_THAT(member.error().message, HasSubstr(record.string()));
  EXPECT_EQ(std::filesystem::file_size(record), 20U);
}

// F5
TEST(SiteMember, IsRunByOneProcess) {
  const test::TempDirectory directory;
  ASSERT_TRUE(Member::make_record(directory / "record", false));
  const auto member = Member::open(setup_of(0), directory / "record", seconds(1));
  ASSERT_TRUE(member);
  const auto second = Member::open(setup_of(0), directory / "record", seconds(1));
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Code::in_use);
}

// F5
TEST(SiteMember, ThatHasLostItsRecordVotesOnlyAfterItHasHeardTheSiteThatWrites) {
  const test::TempDirectory directory;
  ASSERT_TRUE(Member::make_record(directory / "record", true));
  auto member = Member::open(setup_of(kWitness), directory / "record", seconds(100));
  ASSERT_TRUE(member);
  const Timing timing;
  const Holding holding{.epoch = 3, .holder = "north", .revision = 1, .standby = {}};
  const auto refusal_of = [&](const Message& message, std::size_t from, Instant now) {
    const auto answers = member->receive(from, message, now);
    EXPECT_TRUE(answers && answers->size() == 1);
    const Message& answer = answers->front().message;
    return std::holds_alternative<VoteAnswer>(answer) ? std::get<VoteAnswer>(answer).answer.refusal
                                                      : std::get<RenewAnswer>(answer).answer.refusal;
  };
  EXPECT_EQ(refusal_of(VoteRequest{{9, "south", {}}, timing}, 1, seconds(200)), Refusal::learning);
  EXPECT_EQ(refusal_of(RenewRequest{holding, Instant{0}, timing, 0}, 0, seconds(101)), Refusal::learning)
      << "another may rely on a promise that was lost";
  EXPECT_EQ(refusal_of(RenewRequest{holding, Instant{0}, timing, 0}, 0, seconds(104)), Refusal::none);
  EXPECT_EQ(refusal_of(VoteRequest{{9, "south", {}}, timing}, 1, seconds(200)), Refusal::lacks_writes);
}

// F5, D8: its data are about to be replaced by older ones.
TEST(SiteMember, WhoseWritesAreForgottenKeepsItsPromisesAndDoesNotStandForElection) {
  const test::TempDirectory directory;
  const auto record = directory / "record";
  EXPECT_EQ(Member::forget_writes(record).error().code, Code::not_found);
  ASSERT_TRUE(Member::make_record(record, false));
  const Timing timing;
  const Holding with_south{.epoch = 4, .holder = "north", .revision = 2, .standby = "south"};
  {
    auto south = Member::open(setup_of(1), record, seconds(100));
    ASSERT_TRUE(south->receive(0, RenewRequest{with_south, Instant{0}, timing, 0}, seconds(101)));
    EXPECT_EQ(Member::forget_writes(record).error().code, Code::in_use) << "its agent runs";
  }
  ASSERT_TRUE(Member::forget_writes(record));
  auto south = Member::open(setup_of(1), record, seconds(200));
  ASSERT_TRUE(south);
  EXPECT_EQ(south->agent().ballot().accepted, with_south);
  // Nobody is heard any more, and it would be armed and able: yet it asks for no vote.
  const Local able{.looked_at = seconds(299), .can_serve = true};
  for (int second = 300; second < 330; ++second) {
    const auto sent = south->tick(seconds(second), able, 1);
    ASSERT_TRUE(sent);
    for (const Outgoing& one : *sent) EXPECT_FALSE(std::holds_alternative<VoteRequest>(one.message)) << second;
  }
}

// F5, D6
TEST(SiteMember, WhoseMachineWasStartedAnewStandsForNoElectionBeforeTheHolderKnows) {
  const test::TempDirectory directory;
  const auto record = directory / "record";
  ASSERT_TRUE(Member::make_record(record, false));
  const Timing timing;
  const Holding with_south{.epoch = 4, .holder = "north", .revision = 2, .standby = "south"};
  const Holding alone{.epoch = 4, .holder = "north", .revision = 3, .standby = ""};
  {
    auto south = Member::open(setup_of(1), record, seconds(100), true);
    ASSERT_TRUE(south->receive(0, RenewRequest{with_south, Instant{0}, timing, 0}, seconds(101)));
    EXPECT_FALSE(south->agent().ballot().restarted) << "nothing had been confirmed before";
  }
  ASSERT_TRUE(Member::open(setup_of(1), record, seconds(10), true));
  // Killed and started in the same start of the machine: it still knows.
  auto south = Member::open(setup_of(1), record, seconds(11));
  ASSERT_TRUE(south->agent().ballot().restarted);
  const Local able{.looked_at = seconds(99), .can_serve = true};
  for (int second = 100; second < 130; ++second) {
    const auto sent = south->tick(seconds(second), able, 1);
    for (const Outgoing& one : *sent) EXPECT_FALSE(std::holds_alternative<VoteRequest>(one.message)) << second;
  }
  const auto answer_to = [&](const RenewRequest& renewal, int second) {
    return std::get<RenewAnswer>(south->receive(0, renewal, seconds(second))->front().message);
  };
  const auto told = answer_to({with_south, Instant{0}, timing, 0}, 130);
  EXPECT_EQ(told.answer.refusal, Refusal::restarted);
  EXPECT_NE(told.restart, 0U);
  EXPECT_EQ(answer_to({alone, Instant{0}, timing, 0}, 131).answer.refusal, Refusal::restarted)
      << "it does not know yet";
  EXPECT_EQ(answer_to({with_south, Instant{0}, timing, told.restart}, 132).answer.refusal, Refusal::restarted);
  EXPECT_EQ(answer_to({alone, Instant{0}, timing, told.restart}, 133).answer.refusal, Refusal::none);
  EXPECT_FALSE(south->agent().ballot().restarted);
}

// F5
TEST(SiteMember, CountsWithNobodyWhoHasAnotherLeaseOrSpeaksForAnother) {
  const test::TempDirectory directory;
  ASSERT_TRUE(Member::make_record(directory / "record", false));
  auto member = Member::open(setup_of(kWitness), directory / "record", seconds(100));
  ASSERT_TRUE(member);
  Timing longer;
  longer.lease = seconds(8);
  const auto other = member->receive(1, VoteRequest{{9, "south", {}}, longer}, seconds(200));
  EXPECT_EQ(std::get<VoteAnswer>(other->front().message).answer.refusal, Refusal::other_timing);
  const auto feigned = member->receive(0, VoteRequest{{9, "south", {}}, {}}, seconds(200));
  EXPECT_EQ(std::get<VoteAnswer>(feigned->front().message).answer.refusal, Refusal::not_the_sender);
  EXPECT_EQ(member->agent().epoch(), 0U);
}

// F5
TEST(SiteLease, AcknowledgesWhatWasBegunInItsEpochAlone) {
  const lease::Lease lease{.epoch = 7, .write_until = seconds(9), .acknowledge_until = seconds(10)};
  EXPECT_TRUE(acknowledges(lease, 7, seconds(9)));
  EXPECT_FALSE(acknowledges(lease, 7, seconds(10)));
  EXPECT_FALSE(acknowledges(lease, 5, seconds(9))) << "the other site may have written in 6";
  EXPECT_FALSE(acknowledges(lease::Lease{}, 0, Instant{-1}));
}

// F5
TEST(SiteLeasePage, IsReadWholeWhileItIsWritten) {
  const test::TempDirectory directory;
  const auto file = directory / "lease";
  EXPECT_EQ(lease::LeasePage::open(file).error().code, Code::not_found);
  auto page = lease::LeasePage::create(file);
  ASSERT_TRUE(page) << page.error().message;
  const auto reader = lease::LeasePage::open(file);
  ASSERT_TRUE(reader) << reader.error().message;
  EXPECT_EQ(reader->read()->acknowledge_until, Instant{0}) << "nothing is allowed yet";
  std::thread writer([&] {
    for (int i = 1; i <= 200'000; ++i) page->publish({static_cast<std::uint64_t>(i), Instant{i}, Instant{i}});
  });
  std::uint64_t last = 0;
  while (last < 200'000) {
    const auto lease = reader->read();
    if (!lease) continue;
    ASSERT_EQ(lease->write_until, lease->acknowledge_until);
    ASSERT_EQ(static_cast<std::uint64_t>(lease->write_until.count()), lease->epoch);
    ASSERT_GE(lease->epoch, last);
    last = lease->epoch;
  }
  writer.join();
  ASSERT_TRUE(lease::LeasePage::create(file)) << "the agent was started anew";
  EXPECT_EQ(reader->read()->acknowledge_until, Instant{0});
}

// F5
TEST(SiteLeasePage, OfSomethingElseIsRefused) {
  const test::TempDirectory directory;
  std::ofstream(directory / "short") << "x";
  EXPECT_EQ(lease::LeasePage::open(directory / "short").error().code, Code::corrupt);
  std::ofstream(directory / "other") << std::string(4096, 'x');
  EXPECT_EQ(lease::LeasePage::open(directory / "other").error().code, Code::corrupt);
}

}  // namespace
}  // namespace slipway::site
