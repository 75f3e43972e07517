#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/console/drill_chart.hpp"
#include "services/console/drills_page.hpp"
#include "services/webui/webui.hpp"
#include "tests/support/signed_drill.hpp"

namespace slipway::console {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;
using webui::Language;

constexpr std::int64_t kLimitDays = 370;
constexpr const char* kName = "20261120T030000Z";
constexpr Timestamp kNow = std::chrono::sys_days{std::chrono::year{2026} / 11 / 25} + std::chrono::hours(12);
const Viewer kViewer{"acme", "production", Language::en, kNow};

DrillReport report(const char* name = kName, std::optional<double> rto = 20.5) {
  auto facts = test::drill_report(name);
  facts["failover"]["rto_seconds"] = rto ? json(*rto) : json();
  if (!rto || *rto > 60) {
    facts["verdict"]["word"] = "failed";
    facts["verdict"]["goals"][0]["met"] = false;
  }
  return parse_drill(facts.dump(), name).value();
}

DrillEntry entry(DrillReport of) {
  return {.name = of.name, .at = of.began_at, .report = of, .seal = Seal::good, .has_page = true};
}

DrillShelf shelf() {
  return {.drills = {entry(report()), entry(report("20260820T030000Z", 74.3)), entry(report("20260520T030000Z", 31))}};
}

std::string wrong_of(const Result<DrillReport>& read) {
  return read.has_value() ? "" : read.error().context.at(0).second;
}

// F3
TEST(DrillReport, SaysWhatTheDrillCameTo) {
  const auto read = report();
  EXPECT_EQ(read.verdict, Verdict::passed);
  EXPECT_EQ(to_iso8601(read.began_at), "2026-11-20T03:00:00Z");
  EXPECT_EQ(read.by, "A. Operator");
  EXPECT_EQ(read.rto_seconds, 20.5);
  EXPECT_EQ(read.rpo, 0);
  EXPECT_EQ(read.to, "lyon");
  ASSERT_EQ(read.phases.size(), 2U);
  EXPECT_EQ(read.phases[0].since_order, std::nullopt);
  EXPECT_THAT(report(kName, 74.3).missed, testing::ElementsAre("RTO"));
}

// F3
TEST(DrillReport, RefusesWhatItCannotReadAndSaysWhy) {
  const auto whole = test::drill_report(kName);
  const auto text = whole.dump();
  for (std::size_t size = 0; size < text.size(); size += 7)
    EXPECT_EQ(wrong_of(parse_drill(text.substr(0, size), kName)), "json") << size;
  for (const char* key : {"drill", "began_at", "goals", "order", "verdict"}) {
    auto broken = whole;
    broken.erase(key);
    EXPECT_EQ(wrong_of(parse_drill(broken.dump(), kName)), "member") << key;
    broken[key] = 7;
    EXPECT_EQ(wrong_of(parse_drill(broken.dump(), kName)), "member") << key;
  }
  for (const char* key : {"failover", "package"}) {
    auto broken = whole;
    broken[key] = "text";
    EXPECT_EQ(wrong_of(parse_drill(broken.dump(), kName)), "member") << key;
    broken.erase(key);  // a drill that was cut short has none
    EXPECT_TRUE(parse_drill(broken.dump(), kName)) << key;
  }
  EXPECT_EQ(wrong_of(parse_drill("[]", kName)), "member");
  EXPECT_EQ(wrong_of(parse_drill(std::string(100'000, '['), kName)), "json");
  EXPECT_EQ(wrong_of(parse_drill(text, "20261120T030001Z")), "other");
}

// F3
TEST(DrillReport, BelievesNoNumberThatCannotBe) {
  const auto with = [](const char* place, const json& value) {
    auto facts = test::drill_report(kName);
    facts[json::json_pointer(place)] = value;
    return wrong_of(parse_drill(facts.dump(), kName));
  };
  EXPECT_EQ(with("/failover/rto_seconds", -1), "number");
  EXPECT_EQ(with("/failover/rto_seconds", 1e300), "number");
  EXPECT_EQ(with("/failover/rto_seconds", "20.5"), "member");
  EXPECT_EQ(with("/failover/rpo/transactions", 0.5), "member");
  EXPECT_EQ(with("/failover/rpo/transactions", std::uint64_t{18'000'000'000'000'000'000U}), "number");
  EXPECT_EQ(with("/goals/rto_seconds", nullptr), "member");
  EXPECT_EQ(with("/failover/phases", "x"), "member");
  EXPECT_EQ(with("/failover/phases/0/since_cut", json::array()), "member");
  EXPECT_EQ(with("/verdict/word", "perhaps"), "verdict");
  EXPECT_EQ(with("/verdict/goals/0/met", false), "contradiction");
  EXPECT_EQ(with("/began_at", "2026-11-20T03:00:01Z"), "other");
  EXPECT_EQ(with("/failover/rto_seconds", nullptr), "");
}

// F3
TEST(DrillReport, ShowsLongTextsInPart) {
  auto facts = test::drill_report(kName);
  facts["order"]["by"] = std::string(399, 'a') + "éééé";
  EXPECT_EQ(parse_drill(facts.dump(), kName).value().by, std::string(399, 'a') + "…");
}

TEST(DrillName, IsASecondInUtc) {
  EXPECT_EQ(to_iso8601(*drill_time("20261130T211359Z")), "2026-11-30T21:13:59Z");
  for (const char* name : {"", "..", "20261130T211359", "20261330T211359Z", "2026-130T211359Z", "20261130T211359ZZ"})
    EXPECT_FALSE(drill_time(name)) << name;
}

// F3
TEST(DrillSeal, IsGoodByAKnownKeyAlone) {
  const auto key = [](const test::DrillKey& made) { return crypto::PublicKey::read(made.public_pem()).value(); };
  const auto mine = key(test::DrillKey::mine());
  const auto another = key(test::DrillKey::another());
  const std::string sums = test::sum_line("report.json", "{}");
  const auto signature = test::DrillKey::mine().sign(sums);
  EXPECT_EQ(seal_of(sums, signature, {another, mine}), Seal::good);
  EXPECT_EQ(seal_of(sums, signature, {another}), Seal::forged);
  EXPECT_EQ(seal_of(sums + sums, signature, {mine}), Seal::forged);
  EXPECT_EQ(seal_of(sums, signature, {}), Seal::no_key);
  EXPECT_EQ(seal_of(sums, "", {mine}), Seal::missing);
  EXPECT_TRUE(as_signed(sums, "report.json", "{}"));
  EXPECT_FALSE(as_signed(sums, "report.json", "{ }"));
  EXPECT_FALSE(as_signed(sums + sums, "report.json", "{}"));  // twice
  EXPECT_FALSE(as_signed("no sums", "no sums", ""));
  EXPECT_EQ(mine.fingerprint().size(), 64U);
  EXPECT_NE(mine.fingerprint(), another.fingerprint());
}

TEST(PublicKey, RefusesWhatIsNone) {
  EXPECT_FALSE(crypto::PublicKey::read(""));
  EXPECT_FALSE(crypto::PublicKey::read("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"));
}

// F3, A40
TEST(ConsoleDrills, TellTheLastOneAndTheTrend) {
  const auto page = drills_page(shelf(), kViewer, kLimitDays);
  EXPECT_EQ(page["state"]["name"], "good");
  EXPECT_EQ(page["last"]["rto"]["text"], "20.5\u00a0s");
  EXPECT_EQ(page["last"]["link"], std::string("/acme/console/drills/") + kName);
  EXPECT_EQ(page["last"]["phases"]["list"][0]["words"], "The other site sees that this one is gone");
  EXPECT_EQ(page["last"]["phases"]["list"][1]["words"], "something new");
  EXPECT_EQ(page["all"]["rows"].size(), 3U);
  ASSERT_EQ(page["chart"]["points"].size(), 3U);
  EXPECT_EQ(page["chart"]["points"][1]["met"], false);
  EXPECT_THAT(page["chart"]["label"].get<std::string>(), HasSubstr("missed: 1."));
}

// F3, A39
TEST(ConsoleDrills, WarnOfOneThatIsOldOrMissedItsGoal) {
  Viewer later = kViewer;
  later.now = report().began_at + std::chrono::days(kLimitDays + 1);
  EXPECT_EQ(
      drills_page(shelf(), later, kLimitDays)["alerts"],
      json::array({"The last drill that was carried out was 371 days ago. At least one every 370 days is wanted."}));
  later.now -= std::chrono::days(1);
  EXPECT_EQ(drills_page(shelf(), later, kLimitDays)["state"]["name"], "good");
  EXPECT_EQ(drills_page({.drills = {entry(report(kName, 74.3))}}, kViewer, kLimitDays)["alerts"],
            json::array({"The last drill missed a goal: RTO."}));
}

// F3: one that came to no end is neither a proof nor a miss, and does not make an old one young.
TEST(ConsoleDrills, CountOneThatWasNotCarriedOutForNothing) {
  auto cut_short = report();
  cut_short.verdict = Verdict::not_carried;
  const auto page = drills_page({.drills = {entry(cut_short)}}, kViewer, kLimitDays);
  EXPECT_EQ(page["alerts"].size(), 2U);
  EXPECT_EQ(page["chart"], nullptr);
}

// F3
TEST(ConsoleDrills, TrustNothingThatIsNotVerified) {
  for (const Seal seal : {Seal::no_key, Seal::missing, Seal::forged}) {
    auto doubtful = shelf();
    doubtful.drills[0].seal = seal;
    const auto page = drills_page(doubtful, kViewer, kLimitDays);
    EXPECT_EQ(page["state"]["name"], "risk");
    EXPECT_EQ(page["last"]["seal"]["good"], false);
    EXPECT_EQ(page["chart"]["points"].size(), 2U);
  }
  auto altered = shelf();
  altered.drills[0].altered = true;
  EXPECT_EQ(drills_page(altered, kViewer, kLimitDays)["all"]["rows"][0]["good"]["seal"]["good"], false);
}

std::string rendered(const json& page, Language language = Language::en) {
  return webui::templates().render("console_drills", page, webui::Texts::built_in().translator(language));
}

// F3
TEST(ConsoleDrills, RenderInEveryStateAndEscapeWhatAReportSays) {
  auto hostile = shelf();
  hostile.drills[0].report->by = "<script>alert(1)</script>";
  hostile.drills[0].report->phases[1].words = "\" onload=\"x";
  hostile.drills[0].report->missed = {"<b>"};
  hostile.drills.insert(hostile.drills.begin(), {.name = "<img src=x>", .wrong = "name"});
  const auto text = rendered(drills_page(hostile, kViewer, kLimitDays));
  EXPECT_THAT(text, HasSubstr("&lt;script&gt;alert"));
  EXPECT_THAT(text, Not(HasSubstr("<script>alert")));
  EXPECT_THAT(text, Not(HasSubstr("<img src=x")));
  EXPECT_THAT(text, HasSubstr("This is no drill’s name."));
  EXPECT_THAT(rendered(drills_page({}, kViewer, kLimitDays)), HasSubstr("playbooks/drill.yml"));
  EXPECT_THAT(rendered(no_drills_page({"acme", "production", Language::fr, kNow}), Language::fr),
              HasSubstr("ne peuvent pas être lus"));
  for (const char* wrong : {"name", "missing", "too_large", "denied", "unreadable", "json", "member", "number", "other",
                            "verdict", "contradiction", "future"})
    EXPECT_NE(drills_page({.drills = {{.name = kName, .wrong = wrong}}}, kViewer, 1)["all"]["rows"][0]["wrong"]["text"],
              "")
        << wrong;
}

TEST(DrillChart, ReachesAboveWhatItShowsInRoundSteps) {
  for (const double most : {0.0, 0.3, 20.5, 60.0, 74.3, 299.0, 301.0, 7300.0, 14'400.0, 3e7}) {
    const auto scale = scale_of(most);
    EXPECT_GE(scale.top_seconds, most);
    EXPECT_LE(scale.top_seconds / scale.step_seconds, 5.001) << most;
  }
  EXPECT_EQ(scale_of(60).step_seconds, 20);
}

TEST(DrillChart, PutsWhatWasNotMeasuredAtTheTop) {
  const auto chart = drill_chart({report(), report("20260820T030000Z", std::nullopt)}, 24, Language::en);
  EXPECT_EQ(chart["points"][0]["y"], "0.00%");
  EXPECT_EQ(chart["points"][0]["met"], false);
  EXPECT_TRUE(chart["ways"].empty());
  EXPECT_EQ(drill_chart({report(), report(), report()}, 2, Language::en)["points"].size(), 2U);
  EXPECT_EQ(drill_chart({}, 24, Language::en), nullptr);
}

TEST(DrillChart, FollowsGoalsThatChange) {
  auto strict = report();
  strict.rto_goal_seconds = 30;
  const auto goals =
      drill_chart({strict, report("20260820T030000Z"), report("20260520T030000Z")}, 24, Language::en)["goals"];
  ASSERT_EQ(goals.size(), 2U);
  EXPECT_EQ(goals[0]["x1"], "0.00%");
  EXPECT_EQ(goals[0]["x2"], goals[1]["x1"]);
  EXPECT_EQ(goals[1]["x2"], "100.00%");
}

TEST(DrillChart, WritesDurationsAsPeopleReadThem) {
  EXPECT_EQ(duration_text(20, Language::en), "20\u00a0s");
  EXPECT_EQ(duration_text(20, Language::fr, Decimals::one), "20,0\u00a0s");
  EXPECT_EQ(duration_text(750, Language::en), "12.5\u00a0min");
  EXPECT_EQ(duration_text(14'400, Language::fr), "4\u00a0h");
}

}  // namespace
}  // namespace slipway::console
