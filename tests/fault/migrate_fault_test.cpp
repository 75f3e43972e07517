// Servers, disks and the tool itself fail in the middle of a migration: the account stays as it was, and running again
// works.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <mutex>
#include <optional>
#include <thread>

#include "appliance/account/platform.hpp"
#include "appliance/crypto/crypto.hpp"
#include "migrate/run/report.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/migration.hpp"
#include "tests/support/programs.hpp"
#include "tests/support/small_disk.hpp"

namespace slipway::migrate {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using test::options_for;

/// Tells a waiting test when a step begins, or does something when it does.
class StepWatch final : public Progress {
 public:
  void at(std::string_view step, std::function<void()> act) {
    step_ = step;
    act_ = std::move(act);
  }
  void begin(std::string_view step) override {
    {
      const std::lock_guard guard(mutex_);
      steps_.emplace_back(step);
    }
    if (act_ && step.starts_with(step_)) std::exchange(act_, nullptr)();
  }
  void advance(std::uint64_t, std::uint64_t, std::uint64_t) override {}
  void note(std::string_view) override {}
  bool reached(std::string_view step) {
    const std::lock_guard guard(mutex_);
    return std::any_of(steps_.begin(), steps_.end(), [&](const std::string& s) { return s.starts_with(step); });
  }

 private:
  std::mutex mutex_;
  std::vector<std::string> steps_;
  std::string step_;
  std::function<void()> act_;
};

sql::Endpoint filled(embedded::Database& server, std::uint64_t tickets) {
  sql::Endpoint endpoint = server.administrator();
  {
    auto admin = test::connect(endpoint);
    EXPECT_TRUE(admin.execute_text("CREATE DATABASE on_premise CHARACTER SET utf8mb4").has_value());
  }
  endpoint.database = "on_premise";
  NoProgress progress;
  EXPECT_TRUE(make_sample(endpoint, {3, tickets, SystemClock().now()}, progress).has_value());
  return endpoint;
}

/// A database server of the test's own with a platform and one account, as the target of a migration.
class Target {
 public:
  Target(std::filesystem::path directory, const std::string& account)
      : directory_(std::move(directory)), account_(account) {
    start();
    auto root = test::connect(server_->administrator());
    EXPECT_TRUE(account::provision_platform(root, {}).has_value());
    auto admin = platform();
    account::Administration administration(admin, key_, "test");
    EXPECT_TRUE(administration.create(*AccountName::parse(account), "Target", account::Kind::production).has_value());
  }

  void start() {
    auto started = test::start_scratch_server(directory_);
    if (!started) std::abort();
    server_.emplace(std::move(*started));
  }
  void kill() { server_->kill(); }
  void start_again() {
    server_.reset();
    start();
  }
  [[nodiscard]] Installation installation() const {
    Installation target{server_->administrator(), key_, directory_ / "migrations"};
    target.administrator.statement_limit = seconds(0);
    return target;
  }
  [[nodiscard]] sql::Connection platform() const {
    sql::Endpoint endpoint = installation().administrator;
    endpoint.database = account::kPlatformDatabase;
    return test::connect(endpoint);
  }
  [[nodiscard]] std::string picture() const {
    auto admin = platform();
    return test::picture_of(admin, account_);
  }

 private:
  std::filesystem::path directory_;
  std::string account_;
  Secret key_ = crypto::random_token();
  std::optional<embedded::Database> server_;
};

// A27
TEST(MigrationFault, SourceKilledInTheMiddleLeavesTheAccountAsItWas) {
  test::TempDirectory directory;
  auto started = test::start_scratch_server(directory.path());
  ASSERT_TRUE(started.has_value()) << started.error().message;
  std::optional<embedded::Database> server(std::move(*started));
  const auto source = filled(*server, 3000);
  static_cast<void>(test::TestPlatform::instance().account("src_killed"));
  const std::string before = test::picture_of("src_killed");

  StepWatch watch;
  std::jthread killer([&] {
    static_cast<void>(test::eventually(seconds(120), [&] { return watch.reached("copy"); }));
    server->kill();
  });
  const auto done = run_migration(test::installation(), options_for(source, "src_killed"), watch);
  killer.join();
  ASSERT_FALSE(done.has_value());
  EXPECT_EQ(done.error().code, Code::unavailable) << done.error().message;
  EXPECT_FALSE(done.error().hint.empty());
  EXPECT_EQ(test::picture_of("src_killed"), before);
  EXPECT_EQ(test::databases_of("src_killed").front(), "acct_src_killed_1");
  auto admin = test::TestPlatform::instance().administrator();
  const auto record = admin.query_one(
      "SELECT m.state, JSON_VALUE(m.report, '$.error') FROM migration m JOIN account USING (account_id) WHERE name = "
      "'src_killed'");
  ASSERT_TRUE(record.has_value() && record->has_value());
  EXPECT_EQ((*record)->text(0), "failed");
  EXPECT_EQ((*record)->text(1), "unavailable");

  server.reset();
  const auto again = test::start_scratch_server(directory.path());
  ASSERT_TRUE(again.has_value()) << again.error().message;
  NoProgress progress;
  const auto second = run_migration(test::installation(), options_for(source, "src_killed"), progress);
  ASSERT_TRUE(second.has_value()) << to_text(second.error());
  EXPECT_EQ(second->plan.counts.front().count, 3000U);
}

// A27
TEST(MigrationFault, TargetKilledInTheMiddleLeavesTheAccountAsItWas) {
  const auto source = test::sample_database(600);
  for (const char* step : {"copy", "verify", "publish"}) {
    const test::TempDirectory directory;
    Target target(directory.path(), "dst_killed");
    const std::string before = target.picture();
    StepWatch watch;
    watch.at(step, [&] { target.kill(); });
    const auto done = run_migration(target.installation(), options_for(source, "dst_killed"), watch);
    ASSERT_FALSE(done.has_value()) << step;
    EXPECT_EQ(done.error().code, Code::unavailable) << step << ": " << to_text(done.error());
    EXPECT_NE(done.error().message.find(directory.path().string()), std::string::npos)
        << "does not name the target: " << to_text(done.error());
    EXPECT_FALSE(done.error().hint.empty()) << step;

    target.start_again();
    EXPECT_EQ(target.picture(), before) << step;
    EXPECT_TRUE(test::is_served(target.installation(), "dst_killed")) << step;
    NoProgress progress;
    const auto second = run_migration(target.installation(), options_for(source, "dst_killed"), progress);
    ASSERT_TRUE(second.has_value()) << step << ": " << to_text(second.error());
    auto admin = target.platform();
    const auto requests = admin.query_one("SELECT COUNT(*) FROM acct_dst_killed_2.request");
    ASSERT_TRUE(requests.has_value() && requests->has_value());
    EXPECT_EQ((*requests)->integer(0), 600) << step;
    EXPECT_TRUE(test::is_served(target.installation(), "dst_killed")) << step;
  }
}

// A27
TEST(MigrationFault, ToolKilledAtAnyTimeLeavesTheAccountAsItWasAndRunsAgain) {
  test::TempDirectory state;
  std::filesystem::create_directories(state / "config");
  test::write_file(state / "account.key", test::TestPlatform::instance().key().reveal() + "\n");
  ASSERT_EQ(::chmod((state / "account.key").c_str(), 0600), 0);
  test::write_file(state / "config/slipway-webd.toml",
                   "[database]\nsocket = \"" + test::TestServer::instance().administrator().socket +
                       "\"\n[secrets]\naccount_key_file = \"" + (state / "account.key").string() + "\"\n");
  const auto source = test::sample_database(400);
  static_cast<void>(test::TestPlatform::instance().account("tool_killed"));
  const std::string before = test::picture_of("tool_killed");
  const process::Command command{{test::program("slipway-migrate").string(), "run", "--source",
                                  test::address_of(source).describe(), "--account", "tool_killed", "--execute",
                                  "--state-dir", state.path().string()}};
  auto admin = test::TestPlatform::instance().administrator();
  int killed = 0;
  for (const int delay_ms : {0, 20, 60, 150, 400}) {
    auto tool = process::Child::spawn(command);
    ASSERT_TRUE(tool.has_value());
    const bool building = test::eventually(seconds(60), [&] {
      const auto row =
          admin.query_one("SELECT COUNT(*) FROM information_schema.schemata WHERE schema_name = 'acct_tool_killed_2'");
      return (row && *row && (*row)->integer(0) == 1) || tool->exit_status().has_value();
    });
    ASSERT_TRUE(building);
    std::this_thread::sleep_for(milliseconds(delay_ms));  // where in the work the kill falls is the point of the test
    ::kill(tool->pid(), SIGKILL);
    static_cast<void>(tool->wait(seconds(10)));
    EXPECT_TRUE(test::is_served(test::installation(), "tool_killed")) << delay_ms;
    if (test::picture_of("tool_killed") != before) break;  // it had published before the kill: whole, not half
    ++killed;
  }
  EXPECT_GT(killed, 0);
  const bool published_by_the_killed = test::picture_of("tool_killed") != before;
  if (!published_by_the_killed) {
    const auto finished = process::run(command, {std::chrono::minutes(3)});
    ASSERT_TRUE(finished.has_value());
    EXPECT_EQ(finished->exit_status, 0) << finished->err;
  }
  const auto requests = admin.query_one("SELECT COUNT(*) FROM acct_tool_killed_2.request");
  ASSERT_TRUE(requests.has_value() && requests->has_value());
  EXPECT_EQ((*requests)->integer(0), 400);
  EXPECT_EQ(test::databases_of("tool_killed").back(), "acct_tool_killed_2");
  const auto stale = admin.query_one(
      "SELECT COUNT(*) FROM migration JOIN account USING (account_id) WHERE name = 'tool_killed' AND migration.state = "
      "'running'");
  ASSERT_TRUE(stale.has_value() && stale->has_value());
  // Killed between publishing and its last note, it leaves that note to the next run; earlier ones are closed.
  EXPECT_LE((*stale)->integer(0), published_by_the_killed ? 1 : 0);
}

// A27
TEST(MigrationFault, FullDiskOfTheTargetIsNamedAndTheAccountLives) {
  const test::SmallDisk disk("420m");
  if (!disk.mounted()) GTEST_SKIP() << "a small file system can be mounted by root only";
  const Target target(disk.path(), "full_disk");
  const std::string before = target.picture();
  ASSERT_GT(std::filesystem::space(disk.path()).available, 60U << 20U);
  disk.fill(48U << 20U);  // what the server itself needs to breathe

  const auto source = test::sample_database(6000);
  NoProgress progress;
  const auto done = run_migration(target.installation(), options_for(source, "full_disk"), progress);
  ASSERT_FALSE(done.has_value());
  EXPECT_EQ(done.error().code, Code::no_space) << to_text(done.error());
  EXPECT_FALSE(done.error().hint.empty());
  EXPECT_EQ(target.picture(), before);
  EXPECT_TRUE(test::is_served(target.installation(), "full_disk"));

  disk.make_room();
  const auto again = run_migration(target.installation(), options_for(source, "full_disk"), progress);
  EXPECT_TRUE(again.has_value()) << to_text(again.error());
}

}  // namespace
}  // namespace slipway::migrate
