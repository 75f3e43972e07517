// What a state file says, and what a run makes of it.
#include <gtest/gtest.h>

#include "migrate/run/state_file.hpp"
#include "migrate/run/state_rules.hpp"
#include "migrate/run/status.hpp"

namespace slipway::migrate {
namespace {

MigrationState unfinished() {
  MigrationState state;
  state.id = "m1";
  state.account = "acme";
  state.source = "mysql://reader@old:3306/rt5";
  state.identity = "server one rt5";
  state.generation = 2;
  state.former_generation = 1;
  state.former_database = "acct_acme_1";
  state.created_at = "2026-11-22T01:00:00Z";
  state.steps = {{"prepared", "2026-11-22T01:00:01Z", 0.5}, {"copied", "2026-11-22T01:00:09Z", 8}};
  state.live = {"transformed",
                "2026-11-22T01:00:09Z",
                "2026-11-22T01:00:11Z",
                100,
                2000,
                300,
                2,
                {{"Tickets", TableProgress::State::copying, 100, 2000, 300}}};
  state.last_error = Error{Code::unavailable, "source: went away", "start it"};
  state.report = {{"account", "acme"}};
  return state;
}

Asked asked() { return {"acme", "mysql://reader@old:3306/rt5", "server one rt5", {}, false, false}; }

Code refused(const MigrationState& state, const Asked& what) {
  const auto chosen = choose_approach(state, what, "acme.json");
  return chosen ? Code::internal : chosen.error().code;
}

// A27
TEST(MigrationState, ComesBackFromItsFileAsItWas) {
  const MigrationState state = unfinished();
  const auto back = parse_state(write_state(state), "acme.json");
  ASSERT_TRUE(back.has_value()) << back.error().message;
  EXPECT_EQ(write_state(*back), write_state(state));
  EXPECT_EQ(back->last_error->code, Code::unavailable);
  EXPECT_TRUE(back->has("copied"));
  EXPECT_FALSE(back->has("transformed"));
}

// A27
TEST(MigrationState, IsRefusedAtEveryCut) {
  const std::string text = write_state(unfinished());
  for (std::size_t size = 0; size + 2 < text.size(); size += 7) {
    const auto cut = parse_state(text.substr(0, size), "acme.json");
    ASSERT_FALSE(cut.has_value()) << size;
    EXPECT_EQ(cut.error().code, Code::corrupt);
    EXPECT_NE(cut.error().message.find("acme.json"), std::string::npos);
    EXPECT_FALSE(cut.error().hint.empty());
  }
}

// A27
TEST(MigrationState, LeadsTheNextRun) {
  EXPECT_EQ(choose_approach(std::nullopt, asked(), "f").value(), Approach::anew);
  EXPECT_EQ(choose_approach(unfinished(), asked(), "f").value(), Approach::resume);
  Asked by_another_address = asked();
  by_another_address.source = "socket=/run/old.sock,user=reader";
  EXPECT_EQ(choose_approach(unfinished(), by_another_address, "f").value(), Approach::resume);
  Asked restart = asked();
  restart.identity = "server two rt5";
  EXPECT_EQ(refused(unfinished(), restart), Code::conflict);
  restart.restart = true;
  EXPECT_EQ(choose_approach(unfinished(), restart, "f").value(), Approach::anew);
  Asked of_another = asked();
  of_another.account = "other";
  EXPECT_EQ(refused(unfinished(), of_another), Code::conflict);
  Asked trial = asked();
  trial.choices.trial = true;
  EXPECT_EQ(refused(unfinished(), trial), Code::conflict);
  Asked resume = asked();
  resume.resume = true;
  EXPECT_EQ(choose_approach(std::nullopt, resume, "f").error().code, Code::not_found);
  MigrationState ended = unfinished();
  ended.outcome = Outcome::published;
  EXPECT_EQ(refused(ended, resume), Code::conflict);
  EXPECT_EQ(choose_approach(ended, asked(), "f").value(), Approach::anew);
}

// A27
TEST(MigrationState, TakesBackOnlyWhatMustBeDoneAgain) {
  MigrationState same = unfinished();
  take_back(same, same.choices, false);
  EXPECT_TRUE(same.has("copied"));
  MigrationState uncopied = unfinished();
  uncopied.steps.pop_back();
  take_back(uncopied, uncopied.choices, true);
  EXPECT_TRUE(uncopied.has("prepared"));
  take_back(uncopied, uncopied.choices, false);
  EXPECT_FALSE(uncopied.has("prepared"));
  MigrationState mapped = unfinished();
  mapped.steps.push_back({"transformed", "", 1});
  Choices other = mapped.choices;
  other.status_map_digest = "another";
  take_back(mapped, other, false);
  EXPECT_TRUE(mapped.has("copied"));
  EXPECT_FALSE(mapped.has("transformed"));
  mapped.steps.push_back({"transformed", "", 1});
  Choices mended = mapped.choices;
  mended.profile_digest = "other steps";
  take_back(mapped, mended, false);
  EXPECT_TRUE(mapped.has("copied"));
  EXPECT_FALSE(mapped.has("transformed"));
  mapped.steps.push_back({"transformed", "", 1});
  mapped.steps.push_back({"published", "", 1});
  take_back(mapped, other, false);
  EXPECT_TRUE(mapped.has("transformed"));
}

// A27
TEST(MigrationState, SaysTheWayOutInEveryCondition) {
  MigrationStatus status{unfinished(), "acme.json", 0};
  EXPECT_NE(way_out(status).find("resume"), std::string::npos);
  EXPECT_NE(to_text(status).find("source: went away"), std::string::npos);
  EXPECT_EQ(to_json(status)["last_error"]["error"], "unavailable");
  EXPECT_EQ(to_json(status)["under_way"]["rows_per_second"], 50);
  EXPECT_DOUBLE_EQ(seconds_left(status.state.live).value(), 4);
  status.process = 77;
  EXPECT_NE(to_text(status).find("77"), std::string::npos);
  EXPECT_EQ(to_json(status)["running"], true);
  status.process = 0;
  status.state.outcome = Outcome::published;
  EXPECT_NE(way_out(status).find("report"), std::string::npos);
  status.state.outcome = Outcome::aborted;
  EXPECT_EQ(way_out(status).find("resume"), std::string::npos);
}

}  // namespace
}  // namespace slipway::migrate
