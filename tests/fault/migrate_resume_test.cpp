// The tool is killed at every named point of a migration: the account stays as it was until publication, status says
// what happened, and resume ends like an undisturbed run.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <csignal>

#include "migrate/engine/fail_point.hpp"
#include "migrate/run/report.hpp"
#include "migrate/run/state_file.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/migration.hpp"
#include "tests/support/programs.hpp"

namespace slipway::migrate {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

/// A state directory that leads slipway-migrate to the test's server.
class StateDirectory {
 public:
  StateDirectory() {
    std::filesystem::create_directories(directory_ / "config");
    test::write_file(directory_ / "account.key", test::TestPlatform::instance().key().reveal() + "\n");
    ::chmod((directory_ / "account.key").c_str(), 0600);
    test::write_file(directory_ / "config/slipway-webd.toml",
                     "[database]\nsocket = \"" + test::TestServer::instance().administrator().socket +
                         "\"\n[secrets]\naccount_key_file = \"" + (directory_ / "account.key").string() + "\"\n");
  }
  [[nodiscard]] std::filesystem::path state_of(const std::string& account) const {
    return directory_ / "migrations" / (account + ".json");
  }
  /// Runs the tool; `fail_point` kills it there.
  [[nodiscard]] process::Finished migrate(std::vector<std::string> arguments,
                                          const std::string& fail_point = {}) const {
    process::Command command{{test::program("slipway-migrate").string()}};
    command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
    command.argv.insert(command.argv.end(), {"--state-dir", directory_.path().string()});
    if (!fail_point.empty()) command.environment = {{"SLIPWAY_TEST", "1"}, {"SLIPWAY_FAIL_POINT", fail_point}};
    const auto done = process::run(command, {std::chrono::minutes(3)});
    EXPECT_TRUE(done.has_value());
    return done ? *done : process::Finished{-1, "", ""};
  }

 private:
  test::TempDirectory directory_;
};

std::vector<std::string> run_into(const std::string& account, const sql::Endpoint& source) {
  return {"run", "--source", test::address_of(source).describe(), "--account", account, "--execute"};
}

/// What must be equal after an undisturbed run and one that was killed: without times, names and places.
nlohmann::json outcome_of(const StateDirectory& state, const std::string& account) {
  const auto stored = read_state(state.state_of(account));
  if (!stored || !*stored) return "no state";
  const auto& json = (*stored)->report;
  nlohmann::json kept;
  for (const char* name : {"executed", "counts", "kept_aside", "warnings", "generation"})
    kept[name] = nlohmann::json(json.at(name));
  kept["rows"] = json.at("copy").at("rows");
  kept["tables"] = json.at("copy").at("tables").size();
  kept["checks"] = json.at("verify").at("checks");
  kept["files"] = json.at("verify").at("files");
  for (const auto& step : json.at("steps")) kept["steps"].push_back(step.at("step").get<std::string>());
  kept["outcome"] = to_text((*stored)->outcome);
  return kept;
}

/// What an account holds, wherever it stands: the picture behind the database's name.
std::string content_of(const std::string& account) {
  const std::string picture = test::picture_of(account);
  return picture.substr(std::min(picture.size(), picture.find(' ')));
}

std::string status_of(const StateDirectory& state, const std::string& account, const char* field) {
  const auto told = state.migrate({"status", "--account", account, "--json"});
  const auto json = nlohmann::json::parse(told.out, nullptr, false);
  if (json.is_discarded() || !json.contains(field)) return told.out + told.err;
  return json[field].is_string() ? json[field].get<std::string>() : json[field].dump();
}

// A27
TEST(MigrationResume, EndsLikeAnUndisturbedRunAfterAKillAtEveryPoint) {
  const StateDirectory state;
  const auto source = test::sample_database(25);
  static_cast<void>(test::TestPlatform::instance().account("undisturbed"));
  const auto undisturbed = state.migrate(run_into("undisturbed", source));
  ASSERT_EQ(undisturbed.exit_status, 0) << undisturbed.err;
  const auto expected = outcome_of(state, "undisturbed");

  int number = 0;
  int killed = 0;
  for (const std::string_view point : fail_points()) {
    if (point == "copy.repairing") continue;  // nothing differs here
    // Before a step is recorded, and for two of them after it; inside the copy at the first and the fourth table.
    for (const char* pass : {":1", ":2", ":4"}) {
      if (pass[1] == '2' && point != "run.copied" && point != "run.published") continue;
      if (pass[1] == '4' && !point.starts_with("copy.")) continue;
      const std::string where = std::string(point) + pass;
      SCOPED_TRACE(where);
      const std::string account = "killed_" + std::to_string(++number);
      static_cast<void>(test::TestPlatform::instance().account(account));
      const std::string before = test::picture_of(account);
      const auto first = state.migrate(run_into(account, source), where);
      if (first.exit_status == 0) continue;  // our own product does not pass it, or not twice
      ++killed;
      ASSERT_EQ(first.exit_status, 128 + SIGKILL) << first.err;
      const bool published = point == "run.published" || point == "run.cleaned";
      EXPECT_EQ(test::picture_of(account) == before, !published);
      EXPECT_EQ(read_state(state.state_of(account))->value().outcome, Outcome::unfinished);

      // Half of them by resume, half by saying the same again.
      const auto again =
          number % 2 == 0 ? state.migrate({"resume", "--account", account}) : state.migrate(run_into(account, source));
      ASSERT_EQ(again.exit_status, 0) << again.err;
      EXPECT_EQ(outcome_of(state, account), expected);
      EXPECT_EQ(content_of(account), content_of("undisturbed"));
      if (point == "copy.after_commit") {
        const auto finished = read_state(state.state_of(account));
        EXPECT_GT(finished->value().report.at("copy").at("rows_before"), 0) << "the copy began from nothing";
      }
      EXPECT_EQ(test::databases_of(account), (std::vector<std::string>{"acct_" + account + "_2"}));
    }
  }
  EXPECT_GE(killed, 11 + 11);
}

// A27
TEST(MigrationResume, AbortDropsWhatWasBuiltAndClosesTheState) {
  const StateDirectory state;
  const auto source = test::sample_database(5);
  static_cast<void>(test::TestPlatform::instance().account("aborted"));
  const std::string before = test::picture_of("aborted");
  ASSERT_NE(state.migrate(run_into("aborted", source), "run.verified").exit_status, 0);
  EXPECT_GT(test::databases_of("aborted").size(), 1U);
  EXPECT_EQ(status_of(state, "aborted", "running"), "false");
  EXPECT_THAT(status_of(state, "aborted", "way_out"), HasSubstr("resume"));
  // As a copy that is killed while it takes files leaves it.
  auto admin = test::connect(test::TestServer::instance().administrator());
  const auto where = admin.query_one("SELECT TRIM(TRAILING '/' FROM @@datadir)");
  ASSERT_TRUE(where.has_value());
  const std::filesystem::path data = (*where)->text(0);
  const auto backup = data.parent_path() / (".slipway-copy-" + data.filename().string() + "-stage_aborted");
  std::filesystem::create_directory(backup);
  test::write_file(backup / "ticket.ibd", "rows");
  const auto done = state.migrate({"abort", "--account", "aborted"});
  ASSERT_EQ(done.exit_status, 0) << done.err;
  EXPECT_EQ(test::picture_of("aborted"), before);
  EXPECT_EQ(test::databases_of("aborted"), (std::vector<std::string>{"acct_aborted_1"}));
  EXPECT_FALSE(std::filesystem::exists(backup));
  EXPECT_EQ(status_of(state, "aborted", "outcome"), "aborted");
  // It is over: nothing to resume or to abort, and a new one begins as if it had never been.
  EXPECT_EQ(state.migrate({"resume", "--account", "aborted"}).exit_status, traits(Code::conflict).exit_status);
  EXPECT_EQ(state.migrate({"abort", "--account", "aborted"}).exit_status, traits(Code::conflict).exit_status);
  EXPECT_EQ(state.migrate(run_into("aborted", source)).exit_status, 0);
  EXPECT_EQ(state.migrate({"abort", "--account", "aborted"}).exit_status, traits(Code::conflict).exit_status);
}

// A27
TEST(MigrationResume, AbortOfATrialMarksTheAccountAsWhatItServes) {
  const StateDirectory state;
  const auto source = test::sample_database(3);
  static_cast<void>(test::TestPlatform::instance().account("given_up"));
  auto trial = run_into("given_up", source);
  trial.emplace_back("--trial");
  const auto marked = [] {
    auto admin = test::TestPlatform::instance().administrator();
    const auto row = admin.query_one("SELECT mail, trial_at FROM account WHERE name = 'given_up'");
    return row && *row ? (*row)->text(0) + (*row)->optional_text(1).value_or("") : "nothing";
  };
  ASSERT_EQ(marked(), "on");
  ASSERT_NE(state.migrate(trial, "run.publishing").exit_status, 0);
  EXPECT_THAT(marked(), StartsWith("off20"));
  ASSERT_EQ(state.migrate({"abort", "--account", "given_up"}).exit_status, 0);
  EXPECT_EQ(marked(), "on");

  // What it serves afterwards is a trial's data, and stays so when the next one is given up.
  ASSERT_EQ(state.migrate(trial).exit_status, 0);
  EXPECT_THAT(marked(), StartsWith("off20"));
  // Snapshots are told apart by the second.
  const auto second = [] { return std::chrono::floor<std::chrono::seconds>(SystemClock().now()); };
  const auto served = second();
  ASSERT_TRUE(test::eventually(std::chrono::seconds(5), [&] { return second() > served; }));
  ASSERT_NE(state.migrate(trial, "run.publishing").exit_status, 0);
  const std::string next = marked();
  ASSERT_EQ(state.migrate({"abort", "--account", "given_up"}).exit_status, 0);
  EXPECT_THAT(marked(), StartsWith("off20"));
  EXPECT_LT(marked(), next);
}

// A27
TEST(MigrationResume, RefusesAnotherSourceUntilToldToRestart) {
  const StateDirectory state;
  const auto first = test::sample_database(4);
  const auto other = test::sample_database(6);
  static_cast<void>(test::TestPlatform::instance().account("two_sources"));
  ASSERT_NE(state.migrate(run_into("two_sources", first), "run.copied").exit_status, 0);
  const auto refused = state.migrate(run_into("two_sources", other));
  EXPECT_EQ(refused.exit_status, traits(Code::conflict).exit_status);
  EXPECT_THAT(refused.err, HasSubstr(state.state_of("two_sources").string()));
  EXPECT_THAT(refused.err, HasSubstr("--restart"));
  auto restarted = run_into("two_sources", other);
  restarted.emplace_back("--restart");
  const auto done = state.migrate(restarted);
  ASSERT_EQ(done.exit_status, 0) << done.err;
  EXPECT_EQ(outcome_of(state, "two_sources")["counts"]["requests"], 6);
}

// A27
TEST(MigrationResume, RefusesASecondMigrationWithAStateFileOfItsOwn) {
  const StateDirectory state;
  const auto source = test::sample_database(4);
  static_cast<void>(test::TestPlatform::instance().account("two_files"));
  ASSERT_NE(state.migrate(run_into("two_files", source), "run.verified").exit_status, 0);
  test::TempDirectory elsewhere;
  auto second = run_into("two_files", source);
  second.insert(second.end(), {"--state", (elsewhere / "mine.json").string()});
  const auto refused = state.migrate(second);
  EXPECT_EQ(refused.exit_status, traits(Code::conflict).exit_status);
  EXPECT_THAT(refused.err, HasSubstr("two_files"));
  // The second takes over when it insists; then the first may not publish what is not its own.
  second.emplace_back("--restart");
  ASSERT_NE(state.migrate(second, "run.copied").exit_status, 0);
  const auto late = state.migrate({"resume", "--account", "two_files"});
  EXPECT_EQ(late.exit_status, traits(Code::conflict).exit_status) << late.err;
  const auto done = state.migrate({"resume", "--account", "two_files", "--state", (elsewhere / "mine.json").string()});
  EXPECT_EQ(done.exit_status, 0) << done.err;
}

// A27
TEST(MigrationResume, NamesTheStateFileThatIsNotItsOwn) {
  const StateDirectory state;
  const auto source = test::sample_database(2);
  static_cast<void>(test::TestPlatform::instance().account("its_own"));
  static_cast<void>(test::TestPlatform::instance().account("not_its"));
  ASSERT_NE(state.migrate(run_into("its_own", source), "run.copied").exit_status, 0);
  const std::string whole = test::read_file(state.state_of("its_own"));
  const auto refused = [&](const std::string& bytes, Code code) {
    test::write_file(state.state_of("not_its"), bytes);
    const std::string before = test::picture_of("not_its");
    for (const char* verb : {"run", "resume", "abort", "status"}) {
      SCOPED_TRACE(verb);
      if (code == Code::conflict && std::string_view(verb) == "status") continue;  // it only shows
      const auto done =
          state.migrate(std::string_view(verb) == "run" ? run_into("not_its", source)
                                                        : std::vector<std::string>{verb, "--account", "not_its"});
      EXPECT_EQ(done.exit_status, traits(code).exit_status) << done.err;
      EXPECT_THAT(done.err, HasSubstr(state.state_of("not_its").string()));
      EXPECT_THAT(done.err, HasSubstr("hint: "));
    }
    EXPECT_EQ(test::read_file(state.state_of("not_its")), bytes);
    EXPECT_EQ(test::picture_of("not_its"), before);
  };
  refused(whole, Code::conflict);
  refused("", Code::corrupt);
  refused(whole.substr(0, whole.size() / 2), Code::corrupt);
  refused("[1, 2]", Code::corrupt);
  refused("{\"slipway_migration\": 1}", Code::corrupt);
  refused("{\"slipway_migration\": 2}", Code::unsupported);
}

// A27
TEST(MigrationResume, LetsOneProgramAtATimeWorkOnAStateFile) {
  test::TempDirectory directory;
  const auto file = directory / "one.json";
  {
    const auto held = StateFile::lock(file);
    ASSERT_TRUE(held.has_value()) << held.error().message;
    EXPECT_EQ(holder_of(file), ::getpid());
    const auto second = StateFile::lock(file);
    ASSERT_FALSE(second.has_value());
    EXPECT_EQ(second.error().code, Code::in_use);
    EXPECT_THAT(second.error().message, HasSubstr(file.string()));
    EXPECT_THAT(second.error().message, HasSubstr(std::to_string(::getpid())));
  }
  EXPECT_EQ(holder_of(file), 0);
  EXPECT_TRUE(StateFile::lock(file).has_value());
}

// A27
TEST(MigrationResume, PeopleWhoWroteMeanwhileAreNotHidden) {
  const StateDirectory state;
  const auto source = test::sample_database(3);
  static_cast<void>(test::TestPlatform::instance().account("in_use_now"));
  ASSERT_NE(state.migrate(run_into("in_use_now", source), "run.verified:2").exit_status, 0);
  auto admin = test::TestPlatform::instance().administrator();
  ASSERT_TRUE(admin
                  .execute_text("INSERT INTO acct_in_use_now_1.request (requester_id, subject, status) SELECT "
                                "MIN(person_id), 'meanwhile', 'new' FROM acct_in_use_now_1.person")
                  .has_value());
  const std::string before = test::picture_of("in_use_now");
  const auto refused = state.migrate({"resume", "--account", "in_use_now"});
  EXPECT_EQ(refused.exit_status, traits(Code::conflict).exit_status);
  EXPECT_THAT(refused.err, HasSubstr("1 requests were opened"));
  EXPECT_EQ(test::picture_of("in_use_now"), before);
  EXPECT_THAT(status_of(state, "in_use_now", "last_error"), HasSubstr("conflict"));
  const auto told = state.migrate({"resume", "--account", "in_use_now", "--replace"});
  EXPECT_EQ(told.exit_status, 0) << told.err;
  EXPECT_THAT(test::picture_of("in_use_now"), HasSubstr("acct_in_use_now_2 active; 3 rows"));
}

}  // namespace
}  // namespace slipway::migrate
