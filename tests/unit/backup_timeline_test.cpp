#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "services/backup/timeline_rules.hpp"

namespace slipway::backup {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr Timestamp kBegin = std::chrono::sys_days{std::chrono::year{2026} / 11 / 21};

Timestamp at(int minute) { return kBegin + std::chrono::minutes(minute); }

/// Segment n has the transactions of the minutes from 10 n to 10 n + 9.
SegmentFact segment(std::uint64_t number) {
  const int minute = static_cast<int>(10 * number);
  return {number, at(minute), at(minute + 9), std::to_string(number), std::to_string(number + 1)};
}

RepositoryLog log(const char* repository, std::initializer_list<std::pair<int, int>> ranges) {
  RepositoryLog log{repository, true, {}, {}};
  for (const auto& [first, last] : ranges)
    for (int number = first; number <= last; ++number)
      log.segments.push_back(segment(static_cast<std::uint64_t>(number)));
  if (!log.segments.empty()) log.safe_until = log.segments.back().last_at;
  return log;
}

/// Taken in the middle of a segment.
BackupFact full(const char* id, std::uint64_t log_from, const char* repository = "even",
                ProofState proof = ProofState::proven) {
  BackupFact backup;
  backup.id = id;
  backup.repository = repository;
  backup.taken_at = at(static_cast<int>(10 * log_from + 5));
  backup.log_from = log_from;
  backup.proof = proof;
  backup.position = "position of " + backup.id;
  return backup;
}

BackupFact incremental(const char* id, const BackupFact& parent, std::uint64_t log_from,
                       ProofState proof = ProofState::proven) {
  BackupFact backup = full(id, log_from, parent.repository.c_str(), proof);
  backup.kind = BackupKind::incremental;
  backup.parent = parent.id;
  return backup;
}

std::string everything(const Error& error) {
  std::string text = to_text(error);
  for (const auto& [name, value] : error.context) text += "\n" + value;
  return text;
}

// A37
TEST(BackupTimeline, ChoosesTheNewestProvenChainBeforeTheTime) {
  const auto base = full("f", 1);
  const TimelineFacts facts{{base, incremental("i1", base, 3), incremental("i2", base, 6)}, {log("even", {{1, 9}})}};
  const auto plan = plan_restore(facts, UntilTime{at(58)});
  ASSERT_TRUE(plan) << everything(plan.error());
  EXPECT_THAT(plan->chain, ElementsAre("f", "i1"));
  EXPECT_THAT(plan->log, ElementsAre(ReplayStep{"even", 3, 5}));
  EXPECT_TRUE(plan->proven);
  EXPECT_FALSE(plan->reasons.empty());
}

TEST(BackupTimeline, LeavesOutABackupThatIsNewerThanTheTimeInTheSameSegment) {
  const TimelineFacts facts{{full("old", 1), full("new", 6)}, {log("even", {{1, 9}})}};
  EXPECT_THAT(plan_restore(facts, UntilTime{at(64)})->chain, ElementsAre("old"));
  EXPECT_THAT(plan_restore(facts, UntilTime{at(65)})->chain, ElementsAre("new"));
}

// F1
TEST(BackupTimeline, TakesAnUnprovenChainOnlyWhereNoProvenOneLeadsAndSaysSo) {
  const TimelineFacts facts{{full("old", 2), full("new", 6, "even", ProofState::pending)}, {log("even", {{2, 9}})}};
  EXPECT_THAT(plan_restore(facts, UntilTime{at(80)})->chain, ElementsAre("old"));
  TimelineFacts hole = facts;
  hole.logs = {log("even", {{2, 3}, {5, 9}})};
  const auto plan = plan_restore(hole, UntilTime{at(80)});
  ASSERT_TRUE(plan);
  EXPECT_THAT(plan->chain, ElementsAre("new"));
  EXPECT_FALSE(plan->proven);
  EXPECT_THAT(plan->reasons, Contains(HasSubstr("not proven yet")));
  EXPECT_THAT(plan->reasons, Contains(HasSubstr("segment 4 is in no repository that answers (even lacks segment 4)")));
}

// D5
TEST(BackupTimeline, TakesEachSegmentFromWhicheverRepositoryHasIt) {
  const TimelineFacts facts{{full("f", 1)}, {log("even", {{1, 3}, {7, 9}}), log("odd", {{2, 7}})}};
  const auto plan = plan_restore(facts, UntilTime{at(95)});
  ASSERT_TRUE(plan) << everything(plan.error());
  EXPECT_EQ(plan->log.front().first, 1U);
  EXPECT_EQ(plan->log.back().last, 9U);
  for (std::size_t i = 1; i < plan->log.size(); ++i) EXPECT_EQ(plan->log[i].first, plan->log[i - 1].last + 1);
  EXPECT_THAT(plan->reasons, Contains(HasSubstr("come from odd")));
}

TEST(BackupTimeline, SaysWhichRepositoryLacksWhichSegment) {
  const TimelineFacts facts{{full("f", 1)}, {log("even", {{1, 3}, {6, 9}}), log("odd", {{2, 2}, {5, 9}})}};
  const auto plan = plan_restore(facts, UntilTime{at(85)});
  ASSERT_FALSE(plan);
  EXPECT_EQ(plan.error().code, Code::not_found);
  EXPECT_THAT(
      everything(plan.error()),
      HasSubstr("segment 4 is in no repository that answers (even lacks segments 4-5, odd lacks segments 3-4)"));
  EXPECT_THAT(plan.error().hint, HasSubstr("restorable is 2026-11-21T00:15:00Z to 2026-11-21T00:39:00Z"));
}

TEST(BackupTimeline, SaysWhenARepositoryThatDoesNotAnswerHasWhatIsMissing) {
  TimelineFacts facts{{full("f", 1)}, {log("even", {{1, 3}}), log("odd", {{1, 9}})}};
  facts.logs[0].segments.push_back(segment(8));
  facts.logs[0].safe_until = at(89);
  facts.logs[1].available = false;
  const auto plan = plan_restore(facts, UntilTime{at(85)});
  ASSERT_FALSE(plan);
  EXPECT_EQ(plan.error().code, Code::unavailable);
  EXPECT_THAT(everything(plan.error()), HasSubstr("odd does not answer"));
}

TEST(BackupTimeline, NeverGoesOverASegmentThatBeginsElsewhereThanTheOneBeforeEnds) {
  TimelineFacts facts{{full("f", 1)}, {log("even", {{1, 9}})}};
  facts.logs[0].segments[4].gtid_before = "another";
  const auto plan = plan_restore(facts, UntilTime{at(85)});
  ASSERT_FALSE(plan);
  EXPECT_THAT(everything(plan.error()), HasSubstr("segment 5 begins at another GTID position"));
}

// An agent that was killed between two repositories may have cut the same number differently in each.
TEST(BackupTimeline, FindsTheOneOfTwoSegmentsOfANumberThatLinks) {
  TimelineFacts facts{{full("f", 1)}, {log("even", {{1, 3}}), log("odd", {{1, 9}})}};
  facts.logs[0].segments[2].gtid_after = "shorter";
  const auto plan = plan_restore(facts, UntilTime{at(85)});
  ASSERT_TRUE(plan) << everything(plan.error());
  EXPECT_EQ(plan->log.back().repository, "odd");
  EXPECT_LE(plan->log.back().first, 3U);
}

TEST(BackupTimeline, NeedsNoLogWhileNobodyWrites) {
  TimelineFacts facts{{full("f", 3)}, {log("even", {{1, 2}})}};
  facts.logs[0].safe_until = at(90);
  const auto plan = plan_restore(facts, UntilTime{at(80)});
  ASSERT_TRUE(plan) << everything(plan.error());
  EXPECT_TRUE(plan->log.empty());
  EXPECT_FALSE(plan_restore(facts, UntilTime{at(91)}));
}

TEST(BackupTimeline, TakesTheLaterOfTwoTimesWhenTheClockWasSetBack) {
  TimelineFacts facts{{full("f", 1)}, {log("even", {{1, 9}})}};
  for (std::size_t i = 5; i < 9; ++i) {  // from segment 6 on, 40 minutes back
    facts.logs[0].segments[i].first_at -= 40min;
    facts.logs[0].segments[i].last_at -= 40min;
  }
  const auto plan = plan_restore(facts, UntilTime{at(35)});
  ASSERT_TRUE(plan) << everything(plan.error());
  EXPECT_EQ(plan->log.back().last, 7U);
  EXPECT_THAT(plan->reasons, Contains(HasSubstr("occurs more than once")));
}

TEST(BackupTimeline, RestoresABackupOfAnyKindWithoutLog) {
  auto sandbox = full("s", 2, "odd");
  sandbox.kind = BackupKind::sandbox;
  const TimelineFacts facts{{full("f", 1), sandbox}, {log("even", {{1, 3}})}};
  const auto plan = plan_restore(facts, UntilBackup{"s", ""});
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->repository, "odd");
  EXPECT_TRUE(plan->log.empty());
  EXPECT_EQ(plan_restore(facts, UntilBackup{"x", ""}).error().code, Code::not_found);
}

// F1
TEST(BackupTimeline, RefusesWhatFailedItsProofAndWhatStandsOnIt) {
  const auto base = full("f", 1, "even", ProofState::failed);
  const TimelineFacts facts{{base, incremental("i", base, 2)}, {log("even", {{1, 9}})}};
  for (const char* id : {"f", "i"}) EXPECT_EQ(plan_restore(facts, UntilBackup{id, ""}).error().code, Code::corrupt);
  EXPECT_THAT(everything(plan_restore(facts, UntilEnd{}).error()), HasSubstr("failed its proof"));
}

TEST(BackupTimeline, RefusesAChainThatLacksAPart) {
  const TimelineFacts facts{{incremental("i", full("gone", 1), 2)}, {log("even", {{1, 9}})}};
  EXPECT_THAT(everything(plan_restore(facts, UntilBackup{"i", ""}).error()), HasSubstr("missing"));
  auto circle = facts;
  circle.backups[0].parent = "i";
  EXPECT_FALSE(plan_restore(circle, UntilEnd{}));
}

TEST(BackupTimeline, TakesATransactionsBaseFromBeforeIt) {
  const TimelineFacts facts{{full("old", 1), full("new", 6)}, {log("even", {{1, 9}})}};
  const auto plan = plan_restore(facts, UntilTransaction{6, at(63)});
  EXPECT_THAT(plan->chain, ElementsAre("old"));
  EXPECT_THAT(plan->log, ElementsAre(ReplayStep{"even", 1, 6}));
}

// A37
TEST(BackupTimeline, ShowsWhichSpansCanBeRestored) {
  TimelineFacts facts{{full("f1", 1, "even", ProofState::pending), full("f2", 2, "odd"), full("f3", 7)},
                      {log("even", {{1, 4}, {7, 9}}), log("odd", {{2, 4}})}};
  const auto spans = restorable_spans(facts);
  ASSERT_EQ(spans.size(), 2U);
  EXPECT_EQ(spans[0].from, at(15));
  EXPECT_EQ(spans[0].until, at(49));
  EXPECT_EQ(spans[0].proven_from, at(25));
  EXPECT_EQ(spans[0].position_from, "position of f1");
  EXPECT_EQ(spans[0].position_until, "5");
  EXPECT_THAT(spans[0].bases, ElementsAre(BackupPlace{"even", "f1"}, BackupPlace{"odd", "f2"}));
  EXPECT_EQ(spans[1].from, at(75));
  EXPECT_EQ(spans[1].until, at(99));
  for (const auto& span : spans)
    for (const auto& time : {span.from, span.until}) EXPECT_TRUE(plan_restore(facts, UntilTime{time}));
}

}  // namespace
}  // namespace slipway::backup
