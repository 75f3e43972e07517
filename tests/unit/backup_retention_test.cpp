#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "services/backup/retention_rules.hpp"

namespace slipway::backup {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;
using testing::HasSubstr;

constexpr Timestamp kMidnight = std::chrono::sys_days{std::chrono::year{2026} / 11 / 1};

LocalTime utc(Timestamp time) { return LocalTime(time.time_since_epoch()); }

/// The full of a day of November 2026, at 03:00; a day has 100 segments of log.
BackupFact full(int day, ProofState proof = ProofState::proven, const char* repository = nullptr) {
  BackupFact backup;
  backup.id = "full" + std::to_string(day);
  backup.repository = repository != nullptr ? repository : day % 2 == 0 ? "even" : "odd";
  backup.taken_at = kMidnight + days(day - 1) + 3h;
  backup.log_from = 100 * static_cast<std::uint64_t>(day);
  backup.proof = proof;
  return backup;
}

BackupFact incremental(const BackupFact& parent, int hours, ProofState proof = ProofState::proven) {
  BackupFact backup = parent;
  backup.id = parent.id + "+" + std::to_string(hours);
  backup.kind = BackupKind::incremental;
  backup.parent = parent.id;
  backup.taken_at += std::chrono::hours(hours);
  backup.log_from += static_cast<std::uint64_t>(hours);
  backup.proof = proof;
  return backup;
}

BackupFact sandbox(int number, ProofState proof = ProofState::proven, const char* account = "acme") {
  BackupFact backup = full(1, proof, "even");
  backup.id = std::string(account) + std::to_string(number);
  backup.kind = BackupKind::sandbox;
  backup.account = account;
  backup.taken_at = kMidnight + std::chrono::hours(number);
  backup.log_from = 0;
  return backup;
}

Timestamp noon(int day) { return kMidnight + days(day - 1) + 12h; }

/// Segments of ten minutes each: number 100 is at midnight of the 1st.
RepositoryLog log(const char* repository, std::uint64_t first, std::uint64_t last) {
  RepositoryLog log{repository, true, {}, {}};
  for (std::uint64_t number = first; number <= last; ++number) {
    const Timestamp at = kMidnight - days(1) + std::chrono::minutes(14) * static_cast<std::int64_t>(number);
    log.segments.push_back({number, at, at + 14min, std::to_string(number - 1), std::to_string(number)});
    log.safe_until = at + 14min;
  }
  return log;
}

const BackupDecision& of(const RetentionPlan& plan, const std::string& id) {
  return *std::ranges::find(plan.backups, id, &BackupDecision::id);
}

std::string reasons(const BackupDecision& decision) {
  std::string text = decision.keep ? "keep" : "remove";
  for (const auto& reason : decision.reasons) text += "; " + reason;
  return text;
}

std::vector<std::string> removed(const RetentionPlan& plan) {
  std::vector<std::string> ids;
  for (const auto& decision : plan.backups) {
    EXPECT_FALSE(decision.reasons.empty()) << decision.id;
    if (!decision.keep) ids.push_back(decision.id);
  }
  return ids;
}

RetentionPlan decide(std::vector<BackupFact> backups, Timestamp now, std::vector<RepositoryLog> logs = {}) {
  if (logs.empty()) logs = {log("even", 1, 0), log("odd", 1, 0)};
  return decide_retention({std::move(backups), std::move(logs)}, {}, now, utc);
}

// A35
TEST(BackupRetention, KeepsTheFullsOfTheLastFiveDays) {
  const auto plan = decide({full(1), full(2), full(3), full(4), full(5), full(6), full(7)}, noon(7));
  EXPECT_EQ(removed(plan), (std::vector<std::string>{"full1", "full2"}));
  EXPECT_THAT(reasons(of(plan, "full6")), HasSubstr("keep; full of the last 5 days (2 of 5, 2026-11-06)"));
  EXPECT_THAT(reasons(of(plan, "full2")), HasSubstr("older than the last 5 days with a proven full"));
}

// A35: it is days with a full that are counted.
TEST(BackupRetention, KeepsFiveFullsAfterWeeksWithoutAny) {
  EXPECT_TRUE(removed(decide({full(1), full(2), full(3), full(4), full(5)}, noon(29))).empty());
}

// A35
TEST(BackupRetention, CountsSeveralFullsOfADayOnce) {
  auto again = full(6, ProofState::proven, "odd");
  again.id = "again";
  const auto plan = decide({full(2), full(3), full(4), full(5), full(6), again}, noon(6));
  EXPECT_TRUE(removed(plan).empty());
}

// F1
TEST(BackupRetention, NeverCountsWhatIsNotProven) {
  const auto plan =
      decide({full(1), full(2), full(3), full(4), full(5), full(6, ProofState::pending), full(7, ProofState::failed)},
             noon(7));
  EXPECT_TRUE(removed(plan).empty());
  EXPECT_THAT(reasons(of(plan, "full6")), HasSubstr("unproven: does not count"));
  EXPECT_THAT(reasons(of(plan, "full7")), HasSubstr("failed its proof: does not count; kept 7 days for analysis"));
}

// F1
TEST(BackupRetention, LetsWhatWasNeverProvenGoOnceItIsOlderThanFiveProvenDays) {
  const auto plan = decide({full(1, ProofState::pending), full(2), full(3), full(4), full(5), full(6)}, noon(6));
  EXPECT_EQ(removed(plan), (std::vector<std::string>{"full1"}));
}

TEST(BackupRetention, KeepsAFailedProofForAWeek) {
  EXPECT_TRUE(removed(decide({full(1, ProofState::failed)}, noon(7))).empty());
  EXPECT_EQ(removed(decide({full(1, ProofState::failed)}, noon(8))), (std::vector<std::string>{"full1"}));
}

// Any repository may be lost in the next hour, so each has its own.
TEST(BackupRetention, NeverRemovesTheLastProvenChainOfARepositoryHoweverOld) {
  const auto old = full(1);
  const auto tip = incremental(old, 1);
  std::vector<BackupFact> backups = {old, tip, incremental(tip, 1, ProofState::pending)};
  for (int day = 20; day <= 30; ++day) backups.push_back(full(day, ProofState::proven, "even"));
  const auto plan = decide(backups, noon(30));
  EXPECT_TRUE(of(plan, "full1").keep);
  EXPECT_THAT(reasons(of(plan, "full1")), HasSubstr("parent of full1+1+1 and 1 more"));
  EXPECT_THAT(reasons(of(plan, "full1+1")), HasSubstr("last proven chain of odd"));
  EXPECT_TRUE(of(plan, "full1+1+1").keep);
  EXPECT_FALSE(of(plan, "full25").keep);
}

TEST(BackupRetention, RemovesIncrementalsWithTheirFull) {
  std::vector<BackupFact> backups;
  for (int day = 1; day <= 8; ++day) {
    backups.push_back(full(day));
    backups.push_back(incremental(backups.back(), 1));
  }
  EXPECT_EQ(removed(decide(backups, noon(8))),
            (std::vector<std::string>{"full1", "full1+1", "full2", "full2+1", "full3", "full3+1"}));
}

TEST(BackupRetention, KeepsWhatAPersonPinnedAndWhatItStandsOn) {
  std::vector<BackupFact> backups = {full(1)};
  backups.push_back(incremental(backups[0], 1));
  backups.push_back(incremental(backups[1], 1));
  backups.back().id = "tip";
  backups[1].pinned = true;
  for (int day = 20; day <= 30; ++day) backups.push_back(full(day));
  const auto plan = decide(backups, noon(30));
  EXPECT_THAT(reasons(of(plan, "full1+1")), HasSubstr("pinned by a person"));
  EXPECT_THAT(reasons(of(plan, "full1")), HasSubstr("parent of full1+1"));
  EXPECT_FALSE(of(plan, "tip").keep);
}

TEST(BackupRetention, KeepsABackupWithoutItsParentForAWeekToo) {
  const std::vector<BackupFact> backups = {incremental(full(1), 1)};
  EXPECT_THAT(reasons(decide(backups, noon(2)).backups[0]), HasSubstr("a backup that it stands on is missing"));
  EXPECT_FALSE(decide(backups, noon(20)).backups[0].keep);
}

TEST(BackupRetention, NeitherRemovesNorCountsWhatLiesInARepositoryThatDoesNotAnswer) {
  auto odd = log("odd", 1, 900);
  odd.available = false;
  const auto plan = decide({full(1), full(2), full(3), full(4), full(5), full(6), full(7), full(8), full(9), full(10)},
                           noon(10), {log("even", 1, 900), odd});
  EXPECT_TRUE(removed(plan).empty());
  EXPECT_THAT(reasons(of(plan, "full1")), HasSubstr("does not answer"));
  EXPECT_EQ(plan.logs[1].removable, 0U);
  EXPECT_THAT(plan.logs[1].reasons[0], HasSubstr("does not answer"));
}

// A36
TEST(BackupRetention, RemovesTheSandboxBackupThatAProvenOneReplacesAndNoOther) {
  std::vector<BackupFact> backups;
  for (int number = 1; number <= 6; ++number) backups.push_back(sandbox(number));
  backups.push_back(sandbox(3, ProofState::proven, "other"));
  const auto none = decide(backups, noon(2));
  EXPECT_TRUE(removed(none).empty());
  EXPECT_THAT(reasons(of(none, "acme1")), HasSubstr("sandbox backup of acme (6 of 5)"));
  backups[5].replaces = "acme3";
  const auto plan = decide(backups, noon(2));
  EXPECT_EQ(removed(plan), (std::vector<std::string>{"acme3"}));
  EXPECT_THAT(reasons(of(plan, "acme3")), HasSubstr("replaced by a newer sandbox backup of acme"));
  backups[5].proof = ProofState::pending;  // it replaces nothing before it is proven
  EXPECT_TRUE(removed(decide(backups, noon(2))).empty());
  backups[5].proof = ProofState::failed;
  EXPECT_TRUE(removed(decide(backups, noon(2))).empty());
}

TEST(BackupRetention, LeavesMonthlyCopiesToTheCustomerUnlessTold) {
  std::vector<BackupFact> backups = {full(1, ProofState::proven, "customer"), full(2, ProofState::proven, "customer")};
  for (auto& backup : backups) backup.kind = BackupKind::monthly;
  EXPECT_TRUE(removed(decide(backups, noon(20))).empty());
  RetentionPolicy policy;
  policy.monthly_copies = 1;
  EXPECT_EQ(removed(decide_retention({backups, {}}, policy, noon(20), utc)), (std::vector<std::string>{"full1"}));
}

TEST(BackupRetention, NeitherRemovesNorCountsWhatIsDatedInTheFuture) {
  std::vector<BackupFact> backups = {full(1), full(2), full(3), full(4), full(5)};
  for (int day = 20; day <= 24; ++day) {
    backups.push_back(full(day));
    backups.back().log_from = 500 + static_cast<std::uint64_t>(day);
  }
  const auto plan = decide(backups, noon(6));
  EXPECT_TRUE(removed(plan).empty());
  EXPECT_THAT(reasons(of(plan, "full20")), HasSubstr("dated in the future"));
}

TEST(BackupRetention, NeverRemovesMoreWhenTheClockIsSetBack) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  const auto any = [&](int most) { return static_cast<int>(random() % static_cast<unsigned>(most)); };
  for (int round = 0; round < 100; ++round) {
    std::vector<BackupFact> backups;
    for (int i = 0; i < 30; ++i) {
      BackupFact backup = any(4) == 0 ? sandbox(any(700)) : full(1 + any(28));
      if (!backups.empty() && any(2) == 0) backup = incremental(backups[random() % backups.size()], 1 + any(30));
      backup.id = std::to_string(i);
      backup.proof = static_cast<ProofState>(any(3));
      backup.pinned = any(20) == 0;
      backups.push_back(backup);
    }
    const std::vector<RepositoryLog> logs = {log("even", 50, 2900), log("odd", 90, 2800)};
    const int day = 2 + any(28);
    const auto later = decide(backups, noon(day), logs);
    const auto earlier = decide(backups, noon(1 + any(day)), logs);
    for (std::size_t i = 0; i < backups.size(); ++i)
      ASSERT_TRUE(earlier.backups[i].keep || !later.backups[i].keep)
          << round << ": " << reasons(earlier.backups[i]) << " | " << reasons(later.backups[i]);
    for (std::size_t i = 0; i < logs.size(); ++i)
      ASSERT_LE(earlier.logs[i].keep_from, later.logs[i].keep_from) << round;
  }
}

TEST(BackupRetention, KeepsTheLogOfTheOldestKeptBackupInEveryRepositoryAndAnHourBefore) {
  const auto plan = decide({full(1), full(2), full(3), full(4), full(5), full(6)}, noon(6),
                           {log("even", 1, 650), log("odd", 180, 650)});
  // The full of the 2nd goes on with segment 200; at 14 minutes a segment, not one of the hour before it goes.
  EXPECT_LE(plan.logs[0].keep_from, 200U);
  EXPECT_EQ(plan.logs[0].keep_from, plan.logs[1].keep_from);
  EXPECT_EQ(plan.logs[0].removable, plan.logs[0].keep_from - 1);
  EXPECT_THAT(plan.logs[0].reasons[0], HasSubstr("segment 200 belongs to backup full2 in even"));
}

TEST(BackupRetention, KeepsAllLogWithoutAProvenFull) {
  const auto plan = decide({full(5, ProofState::pending)}, noon(6), {log("even", 1, 650), log("odd", 1, 650)});
  EXPECT_EQ(plan.logs[0].removable, 0U);
  EXPECT_THAT(plan.logs[0].reasons[0], HasSubstr("no proven full"));
}

}  // namespace
}  // namespace slipway::backup
