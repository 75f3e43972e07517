// Every check of `slipway doctor`, as a function of facts.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdlib>
#include <set>

#include "services/doctor/report.hpp"
#include "tests/support/doctor_turns.hpp"
#include "tests/support/healthy_facts.hpp"

namespace slipway::doctor {
namespace {

using testing::IsEmpty;

const Check& check_of(const std::string& id) {
  const auto found = std::ranges::find(all_checks(), id, &Check::id);
  if (found == all_checks().end()) std::abort();  // the test that lists ids names it
  return *found;
}

bool is_bad(Verdict verdict) { return verdict != Verdict::ok && verdict != Verdict::not_applicable; }

// F9
TEST(DoctorChecks, AreAHundredAndMoreWithNamesOfTheirOwn) {
  EXPECT_GE(all_checks().size(), 100U);
  std::set<std::string> ids;
  for (const Check& check : all_checks()) {
    EXPECT_TRUE(ids.insert(check.id).second) << check.id << " is there twice";
    EXPECT_TRUE(check.id.starts_with(std::string(to_text(check.area)) + ".")) << check.id;
    EXPECT_TRUE(std::ranges::all_of(check.id, [](unsigned char one) {
      return std::islower(one) != 0 || std::isdigit(one) != 0 || one == '_' || one == '.';
    })) << check.id;
    EXPECT_FALSE(check.title.empty()) << check.id;
  }
}

// F9
TEST(DoctorChecks, FindNothingOnAHealthyAppliance) {
  for (const Finding& finding : examine(test::healthy_facts()))
    EXPECT_EQ(finding.outcome.verdict, Verdict::ok)
        << finding.check->id << ": " << to_text(finding.outcome.verdict) << ", " << finding.outcome.reason;
}

// F9, A2, A3, A5
TEST(DoctorChecks, EachIsTurnedByAFact) {
  std::set<std::string> turned;
  for (const auto& turn : test::doctor_turns()) {
    ASSERT_NE(std::ranges::find(all_checks(), turn.id, &Check::id), all_checks().end()) << turn.id << ": no such check";
    Facts facts = test::healthy_facts();
    turn.change(facts);
    const Outcome outcome = check_of(turn.id).look(facts);
    EXPECT_EQ(outcome.verdict, turn.verdict) << turn.id << ": " << outcome.reason;
    EXPECT_FALSE(outcome.reason.empty()) << turn.id;
    if (is_bad(outcome.verdict)) {
      EXPECT_FALSE(outcome.way_out.empty()) << turn.id;
      turned.insert(turn.id);
    }
  }
  for (const Check& check : all_checks()) EXPECT_TRUE(turned.contains(check.id)) << check.id << ": nothing turns it";
}

TEST(DoctorChecks, SayWhyTheyDoNotKnow) {
  for (const Finding& finding : examine(Facts{})) {
    EXPECT_NE(finding.outcome.verdict, Verdict::ok) << finding.check->id << ": " << finding.outcome.reason;
    EXPECT_FALSE(finding.outcome.reason.empty()) << finding.check->id;
    const bool leads_on = finding.outcome.verdict == Verdict::not_applicable || !finding.outcome.way_out.empty();
    EXPECT_TRUE(leads_on) << finding.check->id;
  }
}

TEST(DoctorChecks, LeaveOutAnotherArea) {
  const std::array areas{Area::tls, Area::ssh};
  const auto findings = examine(test::healthy_facts(), areas);
  EXPECT_THAT(findings, testing::Not(IsEmpty()));
  for (const Finding& finding : findings)
    EXPECT_TRUE(finding.check->area == Area::tls || finding.check->area == Area::ssh) << finding.check->id;
}

// Whoever may not look must not call a program dead.
TEST(DoctorChecks, CallNothingDeadThatTheyMayNotAsk) {
  Facts facts = test::healthy_facts();
  facts.programs.health["webd"] = Unknown{"permission denied"};
  EXPECT_EQ(check_of("programs.webd.health").look(facts).verdict, Verdict::failure);
  facts.place.root = false;
  EXPECT_EQ(check_of("programs.webd.health").look(facts).verdict, Verdict::unknown);
}

TEST(DoctorChecks, WeighTheAgeOfTheArchiveAgainstTheLogThatIsKept) {
  Facts facts = test::healthy_facts();
  facts.backups.agent->archived_until = facts.place.now - std::chrono::hours(20);
  EXPECT_EQ(check_of("database.log_expiry").look(facts).verdict, Verdict::ok);
  (*facts.database.variables)["binlog_expire_logs_seconds"] = "129600";
  EXPECT_EQ(check_of("database.log_expiry").look(facts).verdict, Verdict::failure);
}

TEST(DoctorChecks, NameEveryFullFileSystem) {
  Facts facts = test::healthy_facts();
  facts.system.file_systems->at(0).available_bytes = 100;
  facts.system.file_systems->at(1).available_bytes = 100;
  const Outcome outcome = check_of("system.disk.space").look(facts);
  EXPECT_EQ(outcome.verdict, Verdict::failure);
  EXPECT_THAT(outcome.reason, testing::AllOf(testing::HasSubstr("/srv/slipway"), testing::HasSubstr("/: ")));
}

// A3
TEST(DoctorChecks, TakeAWildcardForTheNamesItCovers) {
  Facts facts = test::healthy_facts();
  facts.tls.chain->certificates[0].names = {"*.example.net"};
  EXPECT_EQ(check_of("tls.certificate.name").look(facts).verdict, Verdict::ok);
  facts.tls.host_names = Names{"a.desk.example.net"};
  EXPECT_EQ(check_of("tls.certificate.name").look(facts).verdict, Verdict::warning);
}

TEST(DoctorReport, HasTheWorstFirstAndCountsAll) {
  Facts facts = test::healthy_facts();
  facts.tls.accepts_older = true;
  const auto findings = examine(facts);
  const std::string text = report_text(findings, {});
  EXPECT_LT(text.find("tls.protocol.older"), text.find("in all:"));
  EXPECT_TRUE(text.starts_with("tls: 1 failure")) << text;
  const auto json = report_json(facts.place, findings);
  EXPECT_EQ(json.at("result"), "failure");
  EXPECT_EQ(json.at("counts").at("failure"), 1);
  EXPECT_EQ(json.at("findings").size(), all_checks().size());
  EXPECT_EQ(report_json(facts.place, findings, true).at("findings").size(), 1U);
}

TEST(DoctorReport, HasColoursOnlyWhenAsked) {
  const auto findings = examine(test::healthy_facts());
  EXPECT_EQ(report_text(findings, {.all = true}).find('\033'), std::string::npos);
  EXPECT_NE(report_text(findings, {.colours = true, .all = true}).find('\033'), std::string::npos);
}

}  // namespace
}  // namespace slipway::doctor
