// Which packages an upgrade takes, what it records, and what it says of itself.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/upgrade/ask_version.hpp"
#include "services/upgrade/package_rules.hpp"
#include "services/upgrade/report.hpp"

namespace slipway::upgrade {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

const std::map<std::string, Installed> kInstalled{{"slipway", {"0.1.0", "amd64", "installed"}},
                                                  {"slipway-migrate", {"0.1.0", "amd64", "installed"}},
                                                  {"slipway-half", {"0.1.0", "amd64", "half-configured"}}};

Candidate candidate(std::string name, std::string version, bool newer = true, std::string architecture = "amd64") {
  return {.file = name + ".deb",
          .name = name,
          .version = std::move(version),
          .architecture = std::move(architecture),
          .newer = newer};
}

// C9
TEST(UpgradePackages, TakesNewerPackagesOfSlipwayForThisMachine) {
  EXPECT_TRUE(check_set({candidate("slipway", "0.2.0")}, kInstalled));
  EXPECT_TRUE(check_set({candidate("slipway-migrate", "0.2.0"), candidate("slipway", "0.2.0~rc1+b1")}, kInstalled));
  EXPECT_TRUE(check_set({candidate("slipway", "0.2.0", true, "all")}, kInstalled));
}

TEST(UpgradePackages, RefusesEveryOtherWithItsReason) {
  const std::vector<std::pair<Candidate, const char*>> cases{
      {candidate("hello", "2.0"), "none of Slipway's"},
      {candidate("slipway-lab", "0.2.0"), "is not installed here"},
      {candidate("slipway", "0.2.0", true, "arm64"), "is for arm64, this machine is amd64"},
      {candidate("slipway", "0.1.0", false), "is what is installed"},
      {candidate("slipway", "0.0.9", false), "is older than 0.1.0"},
      {candidate("slipway", "../0.2.0"), "is no version"},
      {candidate("slipway-half", "0.2.0"), "half-configured"},
  };
  for (const auto& [one, reason] : cases) {
    const auto checked = check_set({one}, kInstalled);
    ASSERT_FALSE(checked);
    EXPECT_THAT(checked.error().message, AllOf(HasSubstr(one.file), HasSubstr(reason)));
    EXPECT_FALSE(checked.error().hint.empty());
  }
}

TEST(UpgradePackages, TellsAllFaultsAtOnce) {
  const auto checked = check_set({candidate("hello", "2.0"), candidate("slipway", "0.0.1", false)}, kInstalled);
  ASSERT_FALSE(checked);
  EXPECT_THAT(checked.error().message, AllOf(HasSubstr("hello.deb: "), HasSubstr("\nslipway.deb: ")));
}

TEST(UpgradePackages, NeedsSlipwayItselfAndEachOnce) {
  EXPECT_FALSE(check_set({candidate("slipway-migrate", "0.2.0")}, kInstalled));
  EXPECT_FALSE(check_set({candidate("slipway", "0.2.0"), candidate("slipway", "0.3.0")}, kInstalled));
  EXPECT_FALSE(check_set({}, kInstalled));
}

TEST(UpgradeTexts, SayHowFarAndHowLong) {
  EXPECT_EQ(size_text(0), "0 B");
  EXPECT_EQ(size_text(1536), "1.5 KiB");
  EXPECT_EQ(span_text(59), "59 s");
  EXPECT_EQ(span_text(200), "3 min 20 s");
  EXPECT_EQ(span_text(3660), "1 h 1 min");
  EXPECT_EQ(progress_text("copying", 0, 0, 0), "· copying");
  EXPECT_EQ(progress_text("copying", 1U << 20U, 3U << 20U, 1000), "· copying: 1.0 MiB of 3.0 MiB, 1.0 MiB/s, 2 s left");
  EXPECT_EQ(progress_text("copying", 3U << 20U, 3U << 20U, 1000), "· copying: 3.0 MiB of 3.0 MiB, 3.0 MiB/s");
}

TEST(UpgradeTexts, CopyNeedsMoreRoomThanTheData) { EXPECT_GT(bytes_needed(10ULL << 30U), 11ULL << 30U); }

// C9
TEST(UpgradeHealth, IsWorseWhenAnAccountOrACheckIsMissing) {
  const Health well{.served = {"acme", "other"}, .failures = {}, .faults = {"files.known"}};
  EXPECT_TRUE(compare_health(well, {"acme"}, {"files.known"}));
  EXPECT_TRUE(compare_health(well, {"acme"}, {"files.known", "files.mended"}));
  const auto account = compare_health(well, {"acme", "lost"}, {"files.known"});
  ASSERT_FALSE(account);
  EXPECT_THAT(account.error().message, AllOf(HasSubstr("account lost"), Not(HasSubstr("acme"))));
  const auto fault = compare_health(well, {"acme"}, {});
  ASSERT_FALSE(fault);
  EXPECT_THAT(fault.error().message, HasSubstr("files.known"));
  EXPECT_FALSE(compare_health(
      {.served = {"acme"}, .failures = {"slipway-webd: answers: GET /health: 503"}, .faults = {}}, {"acme"}, {}));
}

Timestamp second(int number) { return Timestamp(std::chrono::seconds(1'800'000'000 + number)); }

State example() {
  State state{.phase = Phase::returned,
              .packages = {{"slipway", "0.1.0", "0.2.0", "/old.deb", "/new.deb", "aa", "bb"}},
              .data_dir = "/var/lib/mysql",
              .data_bytes = 5,
              .served = {"acme"},
              .faults = {}};
  state.steps = {{Phase::prepared, second(0)},
                 {Phase::closing, second(1)},
                 {Phase::copying, second(4)},
                 {Phase::reopening, second(9)},
                 {Phase::returned, second(12)}};
  state.reason = "copying the databases: no room";
  state.way_out = "free some";
  return state;
}

TEST(UpgradeState, IsReadBackAsItWasWritten) {
  const State state = example();
  const auto read = parse_state(to_json(state).dump());
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(to_json(*read), to_json(state));
}

TEST(UpgradeState, OfAnotherFormOrDamagedIsAnError) {
  auto json = to_json(example());
  json["format"] = 2;
  EXPECT_EQ(parse_state(json.dump()).error().code, Code::corrupt);
  json = to_json(example());
  json["phase"] = "halfway";
  EXPECT_EQ(parse_state(json.dump()).error().code, Code::corrupt);
  EXPECT_EQ(parse_state("{").error().code, Code::corrupt);
  EXPECT_EQ(parse_state("").error().code, Code::corrupt);
}

// C9
TEST(UpgradeReport, SaysWhatBecameOfItAndForHowLongNobodyCouldWork) {
  const std::string text = report_text(example(), second(99));
  EXPECT_THAT(text,
              AllOf(HasSubstr("returned to 0.1.0, with all data"), HasSubstr("why: copying the databases: no room"),
                    HasSubstr("hint: free some"), HasSubstr("could not work for 11 s")));
  const auto json = report_json(example(), second(99));
  EXPECT_EQ(json.at("result"), "returned");
  EXPECT_EQ(json.at("away_seconds"), 11);
  EXPECT_EQ(json.at("steps").at(2).at("seconds"), 5);
  EXPECT_TRUE(needs_a_look(example()));
}

TEST(UpgradeReport, CountsWhatIsUnderWayToNow) {
  State state = example();
  state.phase = Phase::copying;
  state.steps.resize(3);
  EXPECT_EQ(report_json(state, second(20)).at("steps").at(2).at("seconds"), 16);
  EXPECT_EQ(report_json(state, second(20)).at("result"), "under_way");
  EXPECT_FALSE(needs_a_look(state));
}

}  // namespace
}  // namespace slipway::upgrade
