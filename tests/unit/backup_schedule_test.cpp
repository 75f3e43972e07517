#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "services/backup/schedule_rules.hpp"

namespace slipway::backup {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;
using std::chrono::local_days;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

LocalTime utc(Timestamp time) { return LocalTime(time.time_since_epoch()); }

Timestamp at(const char* text) { return parse_timestamp(std::string(text) + ":00Z").value(); }

/// Without the prunes in between. 2026-11-21 is day 20778 since 1970: the turn of even.
SchedulePolicy policy() {
  SchedulePolicy policy;
  policy.enabled = true;
  policy.repositories = {"even", "odd"};
  policy.prune_every = std::chrono::days(30);
  return policy;
}

BackupFact full(const char* repository, const char* taken_at, ProofState proof = ProofState::proven) {
  BackupFact backup;
  backup.taken_at = at(taken_at);
  backup.id = std::string("full ") + taken_at;
  backup.repository = repository;
  backup.lineage = "server";
  backup.log_from = static_cast<std::uint64_t>(backup.taken_at.time_since_epoch() / 10min);
  backup.proof = proof;
  return backup;
}

BackupFact incremental(const BackupFact& parent, const char* taken_at, ProofState proof = ProofState::proven) {
  BackupFact backup = full(parent.repository.c_str(), taken_at, proof);
  backup.id = std::string("incremental ") + taken_at;
  backup.kind = BackupKind::incremental;
  backup.parent = parent.id;
  return backup;
}

/// Both repositories answer and have all of the log; pruned just now.
ScheduleFacts facts(std::vector<BackupFact> backups, Timestamp now) {
  ScheduleFacts facts;
  facts.backups = std::move(backups);
  facts.lineage = "server";
  facts.last_prune = now;
  for (const char* name : {"even", "odd"})
    facts.repositories.push_back({name, true, {{name, 1, 9999999, "a", "z"}}, now});
  return facts;
}

/// The quiet state of 2026-11-21 12:30: everything is done and proven.
ScheduleFacts quiet() {
  const auto even = full("even", "2026-11-21T03:40");
  const auto odd = full("odd", "2026-11-20T03:40");
  return facts({even, odd, incremental(even, "2026-11-21T12:00"), incremental(odd, "2026-11-21T12:00")},
               at("2026-11-21T12:30"));
}

std::vector<std::string> lines(const Agenda& agenda) {
  std::vector<std::string> all;
  for (const auto& work : agenda.due) {
    EXPECT_THAT(work.reasons, testing::Not(IsEmpty()));
    all.push_back(std::string(to_text(work.kind)) + " " + work.repository + ": " + work.reasons.front());
  }
  return all;
}

std::vector<std::string> ask(const ScheduleFacts& facts, const char* now, const SchedulePolicy& policy_ = policy()) {
  return lines(next_work(facts, policy_, at(now), utc));
}

std::vector<std::string> alerts(const ScheduleFacts& facts, const char* now) {
  std::vector<std::string> all;
  for (const auto& alert : next_work(facts, policy(), at(now), utc).alerts)
    all.push_back(alert.name + ": " + alert.reason);
  return all;
}

// A24
TEST(BackupSchedule, IsOffUntilProduction) {
  SchedulePolicy off = policy();
  off.enabled = false;
  const auto agenda = next_work(facts({}, at("2026-11-21T12:00")), off, at("2026-11-21T12:00"), utc);
  EXPECT_THAT(agenda.due, IsEmpty());
  EXPECT_THAT(agenda.alerts, IsEmpty());
  EXPECT_EQ(agenda.off_because, "backups are off until production (A24)");
}

TEST(BackupSchedule, BeginsWithAFullInEachRepositoryAtOnce) {
  EXPECT_THAT(ask(facts({}, at("2026-11-21T12:00")), "2026-11-21T12:00"),
              ElementsAre("full even: even holds no full to begin with", "full odd: odd holds no full to begin with"));
}

TEST(BackupSchedule, HasNothingToDoBetweenAndSaysWhenToAskAgain) {
  const auto agenda = next_work(quiet(), policy(), at("2026-11-21T12:30"), utc);
  EXPECT_THAT(lines(agenda), IsEmpty());
  EXPECT_THAT(agenda.alerts, IsEmpty());
  EXPECT_EQ(agenda.wake_at, at("2026-11-21T12:40"));  // when the log would be late
}

// A35, D6
TEST(BackupSchedule, IsHourlyIntoEveryRepository) {
  EXPECT_THAT(ask(quiet(), "2026-11-21T12:59"), IsEmpty());
  const auto agenda = next_work(quiet(), policy(), at("2026-11-21T13:00"), utc);
  EXPECT_THAT(lines(agenda),
              ElementsAre(HasSubstr("incremental even: hourly (A35)"), HasSubstr("incremental odd: hourly")));
  EXPECT_EQ(agenda.due[0].backup, "incremental 2026-11-21T12:00");
}

// A35, D5
TEST(BackupSchedule, AlternatesTheFullsByTheNumberOfTheDay) {
  auto state = quiet();
  for (auto& backup : state.backups)
    if (backup.kind == BackupKind::incremental) backup.taken_at = at("2026-11-22T02:30");
  EXPECT_THAT(ask(state, "2026-11-22T02:59"), IsEmpty());
  EXPECT_THAT(ask(state, "2026-11-22T03:00"),
              ElementsAre("full odd: daily full of 2026-11-22: the turn of odd (A35, D5)"));
}

// D5: the 31st and the 1st are both odd.
TEST(BackupSchedule, AlternatesOverTheEndsOfMonthsYearsAndEpochs) {
  for (const auto first : {local_days{std::chrono::year{2027} / 1 / 30}, local_days{std::chrono::year{1969} / 12 / 28}})
    for (int day = 0; day < 40; ++day)
      EXPECT_NE(turn_of(first + days(day), policy()), turn_of(first + days(day + 1), policy())) << day;
}

TEST(BackupSchedule, MakesUpForManyMissedRunsOnce) {
  const auto even = full("even", "2026-11-11T03:40");
  const auto odd = full("odd", "2026-11-10T03:40");
  const auto state = facts({even, odd}, at("2026-11-21T12:00"));
  EXPECT_THAT(ask(state, "2026-11-21T12:00"),
              ElementsAre(HasSubstr("incremental even"), HasSubstr("incremental odd"),
                          HasSubstr("full even: daily full of 2026-11-21"),
                          HasSubstr("full odd: made up for: odd has no full since its turn of 2026-11-20")));
}

// D5
TEST(BackupSchedule, GivesTheFullToTheOtherRepositoryAndMakesUpForItLater) {
  auto state = quiet();
  for (auto& backup : state.backups)
    if (backup.kind == BackupKind::incremental) backup.taken_at = at("2026-11-22T02:30");
  state.repositories[1].available = false;
  EXPECT_THAT(ask(state, "2026-11-22T03:00"),
              ElementsAre("full even: daily full of 2026-11-22 in place of odd, which does not answer"));
  state.backups.push_back(full("even", "2026-11-22T03:40"));
  EXPECT_THAT(ask(state, "2026-11-22T03:45"), IsEmpty());
  state.repositories[1].available = true;
  EXPECT_THAT(ask(state, "2026-11-22T12:00"), testing::Contains(HasSubstr("full odd: daily full of 2026-11-22")));
  EXPECT_THAT(ask(state, "2026-11-23T02:00"), testing::Contains(HasSubstr("full odd: daily full of 2026-11-22")));
  EXPECT_THAT(ask(state, "2026-11-23T04:00"),
              testing::Contains(HasSubstr("full odd: made up for: odd has no full since")));
}

TEST(BackupSchedule, TriesTwiceBeforeAnotherRepositoryTakesTheFull) {
  auto state = quiet();
  for (auto& backup : state.backups)
    if (backup.kind == BackupKind::incremental) backup.taken_at = at("2026-11-22T03:30");
  state.failed = {{WorkKind::full, "odd", "", at("2026-11-22T03:20"), 1}};
  EXPECT_THAT(ask(state, "2026-11-22T03:30"), IsEmpty());
  EXPECT_THAT(ask(state, "2026-11-22T03:35"), ElementsAre(HasSubstr("full odd")));
  state.failed[0].failures = 2;
  EXPECT_THAT(ask(state, "2026-11-22T03:35"),
              ElementsAre(HasSubstr("full even: daily full of 2026-11-22 in place of odd")));
}

TEST(BackupSchedule, GoesOnTryingTheOnlyRepositoryThatIsLeft) {
  auto state = quiet();
  for (auto& backup : state.backups)
    if (backup.kind == BackupKind::incremental) backup.taken_at = at("2026-11-22T03:30");
  state.repositories[1].available = false;
  state.failed = {{WorkKind::full, "even", "", at("2026-11-22T03:20"), 2}};
  EXPECT_THAT(ask(state, "2026-11-22T03:30"), IsEmpty());
  EXPECT_THAT(ask(state, "2026-11-22T03:50"),
              ElementsAre(HasSubstr("full even: daily full of 2026-11-22 in place of odd")));
}

// D6
TEST(BackupSchedule, TriesAnIncrementalAgainEveryQuarterOfAnHour) {
  auto state = quiet();
  state.failed = {{WorkKind::incremental, "even", "", at("2026-11-21T13:10"), 4}};
  EXPECT_THAT(ask(state, "2026-11-21T13:24"), ElementsAre(HasSubstr("incremental odd")));
  EXPECT_THAT(ask(state, "2026-11-21T13:25"), ElementsAre(HasSubstr("incremental even"), HasSubstr("incremental odd")));
}

TEST(BackupSchedule, DoesNotGiveWorkThatIsUnderWay) {
  auto state = quiet();
  state.running = {{WorkKind::incremental, "even", ""}};
  EXPECT_THAT(ask(state, "2026-11-21T13:00"), ElementsAre(HasSubstr("incremental odd")));
}

// Summer time: 03:00 does not exist on the 29th of March and 02:30 occurs twice on the 25th of October.
TEST(BackupSchedule, HasOneFullInEveryNightWhenTheClocksChange) {
  const auto local = [](Timestamp time) {
    const bool summer = time >= at("2026-03-29T01:00") && time < at("2026-10-25T01:00");
    return LocalTime(time.time_since_epoch() + (summer ? 2h : 1h));
  };
  SchedulePolicy half_past_two = policy();
  half_past_two.full_at = 150min;
  for (const char* evening : {"2026-03-27T20:00", "2026-10-23T20:00"}) {
    auto state = facts({full("even", "2026-01-01T00:00"), full("odd", "2026-01-01T00:00")}, at(evening));
    std::vector<local_days> slots;
    for (Timestamp now = at(evening); now < at(evening) + days(4); now += 5min) {
      const auto agenda = next_work(state, half_past_two, now, local);
      for (const auto& work : agenda.due) {
        if (work.kind != WorkKind::full) continue;
        state.backups.push_back(full(work.repository.c_str(), to_iso8601(now).substr(0, 16).c_str()));
        slots.push_back(slot_of(now, half_past_two, local));
      }
    }
    slots.erase(slots.begin());  // of two that were missing at the beginning
    EXPECT_EQ(slots.size(), 5U);
    EXPECT_TRUE(std::ranges::adjacent_find(slots) == slots.end());
  }
  // What somebody takes in the hour that comes again tells of no clock that was set back.
  const auto odd = full("odd", "2026-10-25T00:35");
  const auto state = facts({full("even", "2026-10-24T00:35"), odd, incremental(odd, "2026-10-25T01:15")}, odd.taken_at);
  for (const auto& work : next_work(state, half_past_two, at("2026-10-25T01:35"), local).due)
    EXPECT_NE(work.kind, WorkKind::full);
}

// D6: waiting for a time that lies ahead again would leave hours without an incremental.
TEST(BackupSchedule, DoesNotWaitForAClockThatWasSetBack) {
  const auto lines = ask(quiet(), "2026-11-21T09:00");
  EXPECT_THAT(lines, testing::Contains(
                         HasSubstr("incremental even: backup incremental 2026-11-21T12:00 is dated in the future")));
  auto state = quiet();
  for (const auto& backup : quiet().backups)
    if (backup.kind == BackupKind::incremental) {
      state.backups.push_back(backup);
      state.backups.back().id += " again";
      state.backups.back().parent = backup.id;
      state.backups.back().taken_at = at("2026-11-21T09:00");
    }
  state.last_prune = at("2026-11-21T09:00");
  EXPECT_THAT(ask(state, "2026-11-21T09:30"), IsEmpty());
  EXPECT_THAT(ask(state, "2026-11-21T10:00"),
              ElementsAre(HasSubstr("incremental even: hourly"), HasSubstr("incremental odd")));
}

// A35, D5: the clock was ahead until it was set back from the 22nd to the 20th. When the full of the 21st fails, the
// one that is dated so from then does not stand for it, nor do those that failed their proof then stand in its way.
TEST(BackupSchedule, TakesNoFullFromBeforeTheClockWasSetBackForTonights) {
  const auto before = full("even", "2026-11-21T03:20");
  auto odd = full("odd", "2026-11-20T03:40");
  auto even = full("even", "2026-11-20T03:50");
  auto tip = incremental(even, "2026-11-21T03:10");
  for (auto* later : {&odd, &even, &tip}) later->log_from += 1000;
  auto state = facts({before, odd, even, tip, incremental(odd, "2026-11-21T03:10")}, at("2026-11-21T03:00"));
  state.failed = {{WorkKind::full, "even", "", at("2026-11-21T03:30"), 1}};
  EXPECT_THAT(ask(state, "2026-11-21T03:45"),
              ElementsAre("full even: daily full of 2026-11-21: the turn of even (A35, D5)"));
  for (const char* spoiled : {"2026-11-21T03:15", "2026-11-21T03:25"})
    state.backups.push_back(full("even", spoiled, ProofState::failed));
  EXPECT_THAT(ask(state, "2026-11-21T03:45"), ElementsAre(HasSubstr("full even: daily full of 2026-11-21")));
  // In place of the other one, too.
  for (auto& backup : state.backups) backup.repository = backup.repository == "even" ? "odd" : "even";
  state.failed[0].repository = "odd";
  state.repositories[0].available = false;
  EXPECT_THAT(ask(state, "2026-11-21T03:45"),
              ElementsAre("full odd: daily full of 2026-11-21 in place of even, which does not answer"));
  state.backups.push_back(full("odd", "2026-11-21T03:44"));
  state.backups.back().log_from += 1000;
  EXPECT_THAT(ask(state, "2026-11-21T03:45"), IsEmpty());
}

// A repository that lags behind with its log names an earlier segment than the other one for a later backup, and a
// backup without a log has no place in its order.
TEST(BackupSchedule, TakesALogThatIsBehindForNoClockThatWasSetBack) {
  auto state = quiet();
  state.backups.push_back(full("even", "2026-11-19T03:40"));
  for (const std::uint64_t log_from : {state.backups[1].log_from - 20, std::uint64_t{0}}) {
    state.backups[0].log_from = state.backups[2].log_from = log_from;
    EXPECT_THAT(ask(state, "2026-11-21T12:30"), testing::Each(testing::Not(HasSubstr("full of"))));
  }
}

TEST(BackupSchedule, BeginsAnewBehindAHoleInTheLog) {
  auto state = quiet();
  const std::uint64_t hole = state.backups[0].log_from + 20;
  for (auto& repository : state.repositories)
    repository.log = {{repository.name, 1, hole - 1, "a", "b"}, {repository.name, hole + 1, hole + 30, "c", "z"}};
  EXPECT_THAT(ask(state, "2026-11-21T12:30"),
              ElementsAre(HasSubstr("full even: the log behind full"), HasSubstr("full odd")));
  // A hole that one repository can fill for the other is none.
  state.repositories[1].log = {{"odd", 1, hole + 30, "a", "z"}};
  EXPECT_THAT(ask(state, "2026-11-21T12:30"),
              ElementsAre("fill_log even: even lacks segment " + std::to_string(hole) + ", which odd holds"));
}

TEST(BackupSchedule, BeginsAnewWhenAnotherServerServes) {
  auto state = quiet();
  state.lineage = "secondary";
  EXPECT_THAT(ask(state, "2026-11-21T13:00"),
              ElementsAre(HasSubstr("full even: another server serves since"), HasSubstr("full odd")));
}

// F1
TEST(BackupSchedule, ProvesWhatIsNotProvenTheFullsFirstAndTheNewestOfAChain) {
  auto state = quiet();
  state.backups[0].proof = ProofState::pending;
  state.backups[2].proof = ProofState::pending;
  state.backups.push_back(incremental(state.backups[2], "2026-11-21T12:20", ProofState::pending));
  const auto agenda = next_work(state, policy(), at("2026-11-21T12:30"), utc);
  ASSERT_EQ(agenda.due.size(), 2U);
  EXPECT_EQ(agenda.due[0].backup, "full 2026-11-21T03:40");
  EXPECT_EQ(agenda.due[1].backup, "incremental 2026-11-21T12:20");
}

// F1
TEST(BackupSchedule, ReplacesAFullThatFailedItsProofTwiceAtMost) {
  auto state = quiet();
  state.backups[0].proof = ProofState::failed;
  state.backups.push_back(full("even", "2026-11-19T03:40"));
  state.backups.push_back(incremental(state.backups.back(), "2026-11-21T12:25"));
  EXPECT_THAT(ask(state, "2026-11-21T12:30"), ElementsAre(HasSubstr("full even: daily full of 2026-11-21")));
  state.backups.push_back(full("even", "2026-11-21T05:40", ProofState::failed));
  EXPECT_THAT(ask(state, "2026-11-21T12:30"),
              ElementsAre(HasSubstr("full odd: daily full of 2026-11-21 in place of even")));
  state.backups.push_back(full("odd", "2026-11-21T06:40"));
  EXPECT_THAT(ask(state, "2026-11-21T12:30"), testing::Each(HasSubstr("incremental odd")));
}

// F1: what stands below them may be wrong without having been proven by itself.
TEST(BackupSchedule, BeginsAnewWhenTwoIncrementalsOnABackupFailedTheirProofs) {
  auto state = quiet();
  const auto tip = state.backups[2];
  state.backups.push_back(incremental(tip, "2026-11-21T12:10", ProofState::failed));
  EXPECT_THAT(ask(state, "2026-11-21T12:30"), IsEmpty());
  state.backups.push_back(incremental(tip, "2026-11-21T12:20", ProofState::failed));
  EXPECT_THAT(ask(state, "2026-11-21T12:30"),
              ElementsAre("full even: 2 incrementals on " + tip.id + " failed their proof"));
}

// A35
TEST(BackupSchedule, CopiesAProvenFullOfTheMonthToTheCustomerOnce) {
  SchedulePolicy with_copy = policy();
  with_copy.monthly_repository = "customer";
  auto state = quiet();
  EXPECT_THAT(ask(state, "2026-11-21T12:30", with_copy),
              ElementsAre(HasSubstr("monthly customer: customer has no copy of this month")));
  auto copy = state.backups[0];
  copy.kind = BackupKind::monthly;
  copy.repository = "customer";
  state.backups.push_back(copy);
  EXPECT_THAT(ask(state, "2026-11-21T12:30", with_copy), IsEmpty());
}

// A36
TEST(BackupSchedule, NeverMakesSandboxBackupsByItself) {
  auto state = quiet();
  state.backups.push_back(full("even", "2026-01-01T00:00"));
  state.backups.back().kind = BackupKind::sandbox;
  EXPECT_THAT(ask(state, "2026-11-21T12:30"), IsEmpty());
  // One whose proof was killed is proven, later.
  state.backups.back().taken_at = at("2026-11-21T12:16");
  state.backups.back().proof = ProofState::pending;
  EXPECT_THAT(ask(state, "2026-11-21T12:30"), IsEmpty());
  EXPECT_THAT(ask(state, "2026-11-21T12:31"), ElementsAre(HasSubstr("proof even: sandbox")));
}

TEST(BackupSchedule, PrunesEverySixHours) {
  auto state = quiet();
  state.last_prune = at("2026-11-21T06:30");
  SchedulePolicy with_prunes = policy();
  with_prunes.prune_every = SchedulePolicy().prune_every;
  EXPECT_THAT(ask(state, "2026-11-21T12:29", with_prunes), IsEmpty());
  EXPECT_THAT(ask(state, "2026-11-21T12:30", with_prunes), ElementsAre(HasSubstr("prune : last pruned 6 h ago")));
}

// D6
TEST(BackupAlerts, SayWhatALossOfTheOtherRepositoryWouldCost) {
  auto state = quiet();
  state.repositories[1].log_safe_until = at("2026-11-21T11:00");
  state.backups.pop_back();  // odd's incremental
  EXPECT_THAT(alerts(state, "2026-11-21T12:30"),
              ElementsAre(HasSubstr("log_late: the log in odd is 1 h 30 min behind")));
  EXPECT_THAT(
      alerts(state, "2026-11-21T12:31"),
      testing::Contains(HasSubstr("rpo_at_risk: a restore from odd alone would lose 1 h 31 min (at most 2 h, D6)")));
  state.repositories[1].available = false;
  EXPECT_THAT(alerts(state, "2026-11-21T12:30"), ElementsAre(HasSubstr("repository_unavailable: odd does not answer")));
}

// F1
TEST(BackupAlerts, SayWhichProofFailedAndThatNoneWasMade) {
  auto state = quiet();
  state.backups[0].proof = ProofState::failed;
  EXPECT_THAT(
      alerts(state, "2026-11-21T12:30"),
      testing::IsSupersetOf({HasSubstr("proof_failed: full full 2026-11-21T03:40 in even"),
                             HasSubstr("proof_late: the last proven full, full 2026-11-20T03:40, is 1 d 8 h old")}));
}

// F1
TEST(BackupSchedule, ProvesTheLogEveryHourFromWhereItWasProvenLast) {
  auto state = quiet();
  state.copy = ProvenCopy{"full 2026-11-21T03:40", at("2026-11-21T11:31")};
  EXPECT_THAT(ask(state, "2026-11-21T12:30"), IsEmpty());
  EXPECT_THAT(ask(state, "2026-11-21T12:31"),
              ElementsAre("log_proof : the log since 2026-11-21T11:31:00Z is not proven yet (F1)"));
  state.failed = {{WorkKind::log_proof, "", "", at("2026-11-21T12:20"), 1}};
  EXPECT_THAT(ask(state, "2026-11-21T12:34"), IsEmpty());
  EXPECT_THAT(ask(state, "2026-11-21T12:35"), ElementsAre(HasSubstr("log_proof")));
}

// F1
TEST(BackupSchedule, ProvesTheLogBeforeTheProofOfAFullTakesItsCopy) {
  auto state = quiet();
  state.backups[0].proof = ProofState::pending;
  state.backups[2].proof = ProofState::pending;
  state.copy = ProvenCopy{"full 2026-11-20T03:40", at("2026-11-21T12:10")};
  EXPECT_THAT(ask(state, "2026-11-21T12:30"),
              ElementsAre(HasSubstr("log_proof : the log since"), HasSubstr("proof even: full"),
                          HasSubstr("proof even: incremental")));
  state.copy->proven_at = at("2026-11-21T12:30");
  EXPECT_THAT(ask(state, "2026-11-21T12:30"),
              ElementsAre(HasSubstr("proof even: full"), HasSubstr("proof even: incremental")));
}

// A35
TEST(BackupAlerts, SayThatTheCustomerHasNoCopyOfTheMonth) {
  SchedulePolicy with_copy = policy();
  with_copy.monthly_repository = "customer";
  auto state = quiet();
  const auto said = [&](const char* now) {
    std::vector<std::string> reasons;
    for (const auto& alert : next_work(state, with_copy, at(now), utc).alerts)
      if (alert.name == "monthly_late") reasons.push_back(alert.reason);
    return reasons;
  };
  EXPECT_THAT(said("2026-11-21T03:40"), IsEmpty());
  EXPECT_THAT(said("2026-11-21T03:41"), ElementsAre(HasSubstr("whose first proven full, full 2026-11-20T03:40, is")));
  state.repositories.push_back({"customer", false, {}, {}, "connection refused"});
  EXPECT_THAT(said("2026-11-21T03:41"), ElementsAre(HasSubstr("does not answer (connection refused)")));
  auto copy = state.backups[0];
  copy.kind = BackupKind::monthly;
  copy.repository = "customer";
  state.backups.push_back(copy);
  EXPECT_THAT(said("2026-11-21T03:41"), IsEmpty());
  EXPECT_THAT(said("2026-12-01T12:00"), IsEmpty()) << "no full of December yet";
}

// F1 A36
TEST(BackupAlerts, TellOfASandboxBackupThatFailedUntilOneOfThatAccountSucceeds) {
  auto state = quiet();
  BackupFact sandbox = full("even", "2026-11-21T10:00", ProofState::failed);
  sandbox.kind = BackupKind::sandbox;
  sandbox.account = "acme";
  sandbox.log_from = 0;
  state.backups.push_back(sandbox);
  EXPECT_THAT(alerts(state, "2026-11-21T12:30"), ElementsAre(HasSubstr("proof_failed: sandbox full 2026-11-21T10:00")));
  sandbox.id = "later";
  sandbox.taken_at = at("2026-11-21T11:00");
  sandbox.proof = ProofState::proven;
  sandbox.account = "other";
  state.backups.push_back(sandbox);
  EXPECT_THAT(alerts(state, "2026-11-21T12:30"), testing::SizeIs(1));
  state.backups.back().account = "acme";
  EXPECT_THAT(alerts(state, "2026-11-21T12:30"), IsEmpty());
}

// F1: what holds one account says nothing of the server's backups.
TEST(BackupAlerts, AreNotQuietedByASandboxBackup) {
  auto state = quiet();
  state.backups[0].proof = state.backups[2].proof = ProofState::failed;
  const auto before = alerts(state, "2026-11-21T12:30");
  state.backups.push_back(full("even", "2026-11-21T12:20"));
  state.backups.back().kind = BackupKind::sandbox;
  EXPECT_EQ(alerts(state, "2026-11-21T12:30"), before);
  EXPECT_THAT(before, testing::Not(IsEmpty()));
}

// F1
TEST(BackupAlerts, TellOfAFailedProofUntilALaterOneOfThatRepositorySucceeds) {
  auto state = quiet();
  state.backups.push_back(incremental(state.backups[2], "2026-11-21T12:10", ProofState::failed));
  state.backups.push_back(full("odd", "2026-11-21T12:20"));
  EXPECT_THAT(alerts(state, "2026-11-21T12:30"),
              ElementsAre(HasSubstr("proof_failed: incremental incremental 2026-11-21T12:10 in even")));
  state.backups.push_back(full("even", "2026-11-21T12:20"));
  EXPECT_THAT(alerts(state, "2026-11-21T12:30"), IsEmpty());
  state.log_proof = LogProof{ProofState::failed, at("2026-11-21T12:25"), "even", "full 2026-11-21T12:20"};
  EXPECT_THAT(alerts(state, "2026-11-21T12:30"),
              ElementsAre(HasSubstr("proof_failed: the log behind backup full 2026-11-21T12:20 in even")));
  state.backups.push_back(full("even", "2026-11-21T12:28"));
  EXPECT_THAT(alerts(state, "2026-11-21T12:30"), IsEmpty());
}

}  // namespace
}  // namespace slipway::backup
