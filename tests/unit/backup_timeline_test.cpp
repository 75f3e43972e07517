#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/backup/timeline_rules.hpp"

namespace slipway::backup {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

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
  EXPECT_FALSE(spans[0].open_ended);
  EXPECT_EQ(spans[1].from, at(75));
  EXPECT_EQ(spans[1].until, at(99));
  EXPECT_TRUE(spans[1].open_ended);
}

// D5
TEST(BackupTimeline, TakesEachSegmentFromWhicheverRepositoryHasIt) {
  const TimelineFacts facts{{full("f", 1)}, {log("even", {{1, 3}, {7, 9}}), log("odd", {{2, 7}})}};
  const auto spans = restorable_spans(facts);
  ASSERT_EQ(spans.size(), 1U);
  EXPECT_EQ(spans[0].until, at(99));
}

TEST(BackupTimeline, CountsNothingOnARepositoryThatDoesNotAnswer) {
  TimelineFacts facts{{full("f", 1), full("o", 2, "odd")}, {log("even", {{1, 3}}), log("odd", {{1, 9}})}};
  facts.logs[1].available = false;
  const auto spans = restorable_spans(facts);
  ASSERT_EQ(spans.size(), 1U);
  EXPECT_THAT(spans[0].bases, ElementsAre(BackupPlace{"even", "f"}));
  EXPECT_EQ(spans[0].until, at(39));
}

TEST(BackupTimeline, NeverGoesOverASegmentThatBeginsElsewhereThanTheOneBeforeEnds) {
  TimelineFacts facts{{full("f", 1)}, {log("even", {{1, 9}})}};
  facts.logs[0].segments[4].gtid_before = "another";
  const auto spans = restorable_spans(facts);
  ASSERT_EQ(spans.size(), 1U);
  EXPECT_EQ(spans[0].until, at(49));
}

// An agent that was killed between two repositories may have cut the same number differently in each.
TEST(BackupTimeline, FindsTheOneOfTwoSegmentsOfANumberThatLinks) {
  TimelineFacts facts{{full("f", 1)}, {log("even", {{1, 3}}), log("odd", {{1, 9}})}};
  facts.logs[0].segments[2].gtid_after = "shorter";
  EXPECT_EQ(restorable_spans(facts).back().until, at(99));
}

TEST(BackupTimeline, NeedsNoLogWhileNobodyWrites) {
  TimelineFacts facts{{full("f", 3)}, {log("even", {{1, 2}})}};
  facts.logs[0].safe_until = at(90);
  const auto spans = restorable_spans(facts);
  ASSERT_EQ(spans.size(), 1U);
  EXPECT_EQ(spans[0].from, at(35));
  EXPECT_EQ(spans[0].until, at(90));
}

// F1
TEST(BackupTimeline, LeavesOutWhatFailedItsProofOrLacksAPart) {
  const auto base = full("f", 1, "even", ProofState::failed);
  EXPECT_THAT(restorable_spans({{base, incremental("i", base, 2)}, {log("even", {{1, 9}})}}), IsEmpty());
  TimelineFacts facts{{incremental("i", full("gone", 1), 2)}, {log("even", {{1, 9}})}};
  EXPECT_THAT(restorable_spans(facts), IsEmpty());
  facts.backups[0].parent = "i";
  EXPECT_THAT(restorable_spans(facts), IsEmpty());
}

TEST(BackupTimeline, ABackupThatNothingFollowsIsOneMoment) {
  const TimelineFacts facts{{full("f", 4)}, {log("even", {{1, 3}, {6, 9}})}};
  const auto spans = restorable_spans(facts);
  ASSERT_EQ(spans.size(), 1U);
  EXPECT_EQ(spans[0].from, spans[0].until);
}

// A36
TEST(BackupTimeline, SandboxBackupsAreNoBases) {
  auto sandbox = full("s", 2, "odd");
  sandbox.kind = BackupKind::sandbox;
  const auto spans = restorable_spans({{full("f", 1), sandbox}, {log("even", {{1, 3}})}});
  ASSERT_EQ(spans.size(), 1U);
  EXPECT_THAT(spans[0].bases, ElementsAre(BackupPlace{"even", "f"}));
}

}  // namespace
}  // namespace slipway::backup
