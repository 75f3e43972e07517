#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/console/backups_page.hpp"
#include "services/console/timeline_chart.hpp"
#include "services/webui/webui.hpp"

namespace slipway::console {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

constexpr Timestamp kNow = std::chrono::sys_days{std::chrono::year{2026} / 11 / 25} + std::chrono::hours(12);

Timestamp before(std::chrono::minutes ago) { return kNow - ago; }

BackupEntry backup(const char* id, const char* repository, std::chrono::minutes ago, const char* kind = "full",
                   const char* parent = "", const char* proof = "proven") {
  return {id, repository, kind, parent, "", before(ago), 1000, proof};
}

/// Two days of backups in two repositories.
BackupReport report() {
  using namespace std::chrono_literals;
  BackupReport report{.enabled = true,
                      .doing = "",
                      .looked_at = before(1min),
                      .archived_until = before(0min),
                      .alerts = {},
                      .spans = {},
                      .repositories = {},
                      .backups = {}};
  report.spans = {{before(48h), before(0min), before(48h)}};
  report.repositories = {{"even", true, {{before(48h), before(0min), before(48h)}}},
                         {"odd", true, {{before(24h), before(0min), {}}}}};
  report.backups = {backup("f1", "even", 48h), backup("f2", "odd", 24h, "full", "", "pending"),
                    backup("i1", "even", 47h, "incremental", "f1"), backup("i2", "even", 46h, "incremental", "i1")};
  return report;
}

const Viewer kViewer{"acme", "production", webui::Language::en, kNow};

// A37 A40
TEST(ConsoleBackups, SaysWhatCanBeRestoredToTheSecondAndFromWhere) {
  const auto page = backups_page(report(), kViewer);
  EXPECT_EQ(page["state"]["name"], "good");
  EXPECT_EQ(page["spans"], json::array({{{"from", "2026-11-23 12:00:00 UTC"},
                                         {"until", "2026-11-25 12:00:00 UTC"},
                                         {"proven", "2026-11-23 12:00:00 UTC"}}}));
  ASSERT_EQ(page["repositories"].size(), 2U);
  EXPECT_EQ(page["repositories"][1]["spans"][0]["from"], "2026-11-24 12:00:00 UTC");
  EXPECT_EQ(page["repositories"][1]["spans"][0]["proven"], nullptr);
  EXPECT_EQ(page["example"], "slipway restore --to 2026-11-25T12:00:00Z --account acme --into NEW");
  const auto& chains = page["chains"]["list"];
  ASSERT_EQ(chains.size(), 2U);
  EXPECT_EQ(chains[0]["repository"], "odd");  // the newest first
  EXPECT_EQ(chains[0]["proof"]["name"], "pending");
  EXPECT_EQ(chains[1]["incrementals"], 2);
  EXPECT_EQ(chains[1]["proven"], 2);
  EXPECT_EQ(chains[1]["last"]["iso"], "2026-11-23T14:00:00Z");
}

// A37
TEST(ConsoleBackups, IsAtRiskWithAnAlertOrWithNothingToRestore) {
  auto troubled = report();
  troubled.alerts = {{"rpo_at_risk", "odd"}, {"rpo_at_risk", "odd"}, {"of_a_newer_agent", ""}};
  troubled.repositories[1].available = false;
  const auto page = backups_page(troubled, kViewer);
  EXPECT_EQ(page["state"]["name"], "risk");
  EXPECT_EQ(page["alerts"], json::array({"More could be lost than was agreed · odd", "of_a_newer_agent"}));
  EXPECT_EQ(page["chart"]["rows"][2]["away"], true);

  const auto nothing = backups_page({.enabled = true,
                                     .doing = "full",
                                     .looked_at = kNow,
                                     .archived_until = {},
                                     .alerts = {},
                                     .spans = {},
                                     .repositories = {},
                                     .backups = {}},
                                    kViewer);
  EXPECT_EQ(nothing["state"]["name"], "risk");
  EXPECT_EQ(nothing["example"], "");
  EXPECT_EQ(nothing["doing"], "a full backup");
}

// A37, D8: of two sites the one without the writes has nothing to be at risk of.
TEST(ConsoleBackups, RestWhereTheOtherSiteHasTheWrites) {
  auto resting = report();
  resting.rests = true;
  resting.alerts = {{"rpo_at_risk", "odd"}};
  const auto page = backups_page(resting, kViewer);
  EXPECT_EQ(page["state"]["name"], "rests");
  EXPECT_EQ(page["state"]["text"], "Resting");
  EXPECT_FALSE(page.contains("alerts"));
}

// A37: what the page says is what a restore takes, whole seconds.
TEST(ConsoleBackups, ShowTheFirstAndTheLastWholeSecondOfASpan) {
  using namespace std::chrono_literals;
  auto fine = report();
  fine.spans = {{before(60min) + 480ms, before(0min) + 900ms, before(30min) + 1us}};
  auto page = backups_page(fine, kViewer);
  EXPECT_EQ(page["spans"][0]["from"], "2026-11-25 11:00:01 UTC");
  EXPECT_EQ(page["spans"][0]["proven"], "2026-11-25 11:30:01 UTC");
  EXPECT_EQ(page["spans"][0]["until"], "2026-11-25 12:00:00 UTC");
  fine.spans = {{before(60min) + 480ms, before(60min) + 480ms}};  // a moment alone
  page = backups_page(fine, kViewer);
  EXPECT_EQ(page["spans"][0]["until"], "2026-11-25 11:00:01 UTC");
  EXPECT_EQ(page["example"], "slipway restore --to 2026-11-25T11:00:01Z --account acme --into NEW");
}

// A36: the failed backup of one account is that account's concern.
TEST(ConsoleBackups, ShowAlertsOfOneAccountToThatAccountAlone) {
  auto troubled = report();
  troubled.alerts = {{"proof_failed", "even", "rival_test"}};
  EXPECT_EQ(backups_page(troubled, kViewer)["state"]["name"], "good");
  EXPECT_EQ(backups_page(troubled, {"rival_test", "sandbox", webui::Language::en, kNow})["state"]["name"], "risk");
}

TEST(ConsoleBackups, SayThatTheAgentHasNotLookedYet) {
  EXPECT_EQ(backups_page({.enabled = true}, kViewer)["state"]["name"], "looking");
}

std::string rendered(const json& page, webui::Language language) {
  return webui::templates().render("console_backups", page, webui::Texts::built_in().translator(language));
}

TEST(ConsoleBackups, RenderInEveryStateAndEscapeWhatTheAgentSays) {
  auto hostile = report();
  hostile.repositories[0].name = "<script>alert(1)</script>";
  hostile.repositories[1].available = false;
  hostile.alerts = {{"log_late", "\" onload=\"x"}};
  hostile.backups.push_back(backup("s1", "even", std::chrono::minutes(5), "sandbox"));
  hostile.backups.back().account = "acme";
  const Viewer sandbox{"acme", "sandbox", webui::Language::fr, kNow};
  const auto risky = rendered(backups_page(hostile, sandbox), webui::Language::fr);
  EXPECT_THAT(risky, HasSubstr("&lt;script&gt;"));
  EXPECT_THAT(risky, Not(HasSubstr("<script>alert")));
  EXPECT_THAT(risky, HasSubstr("s1"));
  EXPECT_THAT(risky, HasSubstr("ne répond pas"));
  EXPECT_THAT(rendered(backups_page({}, kViewer), webui::Language::en), HasSubstr("Backups are off"));
  EXPECT_THAT(rendered(no_backups_page(kViewer), webui::Language::en), HasSubstr("does not answer just now"));
  EXPECT_THAT(rendered(backups_page({.enabled = true}, kViewer), webui::Language::en), HasSubstr("has just started"));
}

// A24
TEST(ConsoleBackups, AreOffBeforeProductionAndUnknownWithoutTheAgent) {
  EXPECT_EQ(backups_page({}, kViewer)["state"]["name"], "off");
  EXPECT_FALSE(backups_page({}, kViewer).contains("chart"));
  EXPECT_EQ(no_backups_page(kViewer)["state"]["name"], "unknown");
}

// A36
TEST(ConsoleBackups, ShowOfSandboxBackupsOnlyThoseOfTheAccount) {
  auto both = report();
  for (const char* account : {"acme_test", "rival_test"}) {
    both.backups.push_back(backup(account, "even", std::chrono::minutes(5), "sandbox"));
    both.backups.back().account = account;
  }
  const auto page = backups_page(both, {"acme_test", "sandbox", webui::Language::fr, kNow});
  EXPECT_EQ(page["is_sandbox"], true);
  ASSERT_EQ(page["sandbox"].size(), 1U);
  EXPECT_EQ(page["sandbox"][0]["id"], "acme_test");
  EXPECT_EQ(page["sandbox"][0]["size"], "1,0 ko");
  EXPECT_THAT(page.dump(), Not(HasSubstr("rival")));
}

TEST(ConsoleBackups, SurviveParentsThatAreMissingOrInACircle) {
  auto odd = report();
  odd.backups.push_back(backup("a", "even", std::chrono::minutes(3), "incremental", "b"));
  odd.backups.push_back(backup("b", "even", std::chrono::minutes(2), "incremental", "a"));
  odd.backups.push_back(backup("c", "even", std::chrono::minutes(1), "incremental", "gone"));
  EXPECT_EQ(backups_page(odd, kViewer)["chains"]["list"].size(), 2U);
}

TEST(ConsoleChart, PlacesTimesInPercent) {
  using namespace std::chrono_literals;
  const ChartRange range{before(100min), kNow};
  EXPECT_EQ(range.place(before(75min)), "25.00%");
  EXPECT_EQ(range.place(before(300min)), "0.00%");
  EXPECT_EQ(range.width(before(75min), before(25min)), "50.00%");
  EXPECT_EQ(range.width(before(75min), before(75min)), "0.40%");  // still to be seen
  EXPECT_EQ(range_of(report(), kNow).from, before(48h));
  EXPECT_EQ(range_of({}, kNow).from, before(10min));
}

TEST(ConsoleChart, HasRoundTicksThatAPhoneHasRoomFor) {
  using namespace std::chrono_literals;
  for (const auto length : {10min, 45min, 300min, 1500min, 7200min, 100'000min, 2'000'000min}) {
    const auto ticks = ticks_of({before(length), kNow}, 6, webui::Language::en);
    EXPECT_GE(ticks.size(), 1U) << length.count();
    EXPECT_LE(ticks.size(), 6U) << length.count();
  }
  const auto days = ticks_of({before(72h), kNow}, 6, webui::Language::fr);
  EXPECT_EQ(days[0]["label"], "23 nov.");
  EXPECT_EQ(days[1]["label"], "12:00");
  EXPECT_GT(
      std::stod(ticks_of({before(2'000'000min), kNow}, 6, webui::Language::en).back()["place"].get<std::string>()),
      60.0)
      << "the ticks reach over the whole range";
  EXPECT_EQ(ticks_of({before(60min), kNow}, 6, webui::Language::en)[0]["label"], "11:15");
}

TEST(ConsoleReport, OfAnAgentWithoutASocketIsNotAskedForElsewhere) {
  const auto asked = ask_agent({});
  ASSERT_FALSE(asked.has_value());
  EXPECT_EQ(asked.error().code, Code::unavailable);
  EXPECT_THAT(asked.error().hint, HasSubstr("backup.socket"));
}

TEST(ConsoleReport, RefusesWhatItCannotRead) {
  const auto whole = json{
      {"enabled", true},
      {"rests", false},
      {"doing", ""},
      {"doing_in", ""},
      {"looked_at", nullptr},
      {"archived_until", nullptr},
      {"alerts", json::array()},
      {"repositories", json::array()},
      {"spans",
       json::array({{{"from", "2026-11-25T12:00:00Z"}, {"until", "2026-11-25T12:00:01Z"}, {"proven_from", nullptr}}})},
      {"backups", json::array()}};
  const auto parsed = parse_report(whole.dump());
  ASSERT_TRUE(parsed.has_value()) << parsed.error().message;
  EXPECT_EQ(parsed->spans.at(0).from, kNow);
  for (const auto& [key, value] : whole.items()) {
    if (key == "doing_in") continue;
    auto broken = whole;
    broken.erase(key);
    EXPECT_FALSE(parse_report(broken.dump()).has_value()) << key;
    broken[key] = 7;
    EXPECT_FALSE(parse_report(broken.dump()).has_value()) << key;
  }
  auto bad_time = whole;
  bad_time["spans"][0]["from"] = "yesterday";
  EXPECT_FALSE(parse_report(bad_time.dump()).has_value());
  EXPECT_FALSE(parse_report("{").has_value());
}

}  // namespace
}  // namespace slipway::console
