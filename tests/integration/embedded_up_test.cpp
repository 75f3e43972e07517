// `slipway up`, `status` and `down` as people run them.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <set>
#include <thread>

#include "appliance/base/error.hpp"
#include "appliance/base/file_lock.hpp"
#include "appliance/embedded/data_directory.hpp"
#include "appliance/embedded/state_directory.hpp"
#include "appliance/http/client.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/instance.hpp"
#include "tests/support/programs.hpp"
#include "tests/support/small_disk.hpp"
#include "tests/support/test_server.hpp"

namespace slipway::embedded {
namespace {

namespace fs = std::filesystem;
using std::chrono::seconds;
using test::Instance;

int exit_status(Code code) { return traits(code).exit_status; }

int status_code(const Instance& instance, const std::string& path) {
  const auto answer = http::fetch({.url = instance.url() + path}, {.ca_file = instance.certificate()});
  return answer ? answer->status : 0;
}

/// Nothing of the instance is left: no process, no socket, no lock that somebody holds.
void expect_nothing_left(const Instance& instance) {
  EXPECT_TRUE(instance.processes().empty());
  for (const auto& entry : fs::recursive_directory_iterator(instance.directory()))
    EXPECT_FALSE(entry.is_socket()) << entry.path();
  for (const char* lock : {"run/supervisor.lock", "run/up.lock", "database/run/mariadbd.lock"})
    EXPECT_TRUE(FileLock::take(instance / lock).has_value()) << lock;
  EXPECT_FALSE(fs::exists(instance / "run/state.json"));
}

/// A listener of somebody else.
class Listener {
 public:
  Listener() : descriptor_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(descriptor_, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(descriptor_, 1) != 0) return;
    ::getsockname(descriptor_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
  }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;
  ~Listener() { ::close(descriptor_); }
  [[nodiscard]] std::string port() const { return std::to_string(port_); }

 private:
  int descriptor_;
  int port_ = 0;
};

// A1
TEST(EmbeddedUp, GoesFromNothingToADeskAndLeavesNothingBehind) {
  const test::TempDirectory directory;
  Instance instance(directory / "state");
  const auto report = instance.up();
  ASSERT_FALSE(report.is_null());
  EXPECT_EQ(status_code(instance, "/ready"), 200);
  EXPECT_EQ(instance.status().at("state"), "running");

  std::set<std::string> passwords;
  for (const auto& sign_in : report.at("sign_ins")) {
    const fs::path file = sign_in.at("password_file").get<std::string>();
    EXPECT_EQ(test::read_file(file), sign_in.at("password").get<std::string>() + "\n");
    passwords.insert(sign_in.at("password").get<std::string>());
  }
  EXPECT_EQ(passwords.size(), 3U) << "production, sandbox and demonstration, each with its own";
  for (const auto& entry : fs::directory_iterator(instance / "secrets"))
    EXPECT_EQ(entry.status().permissions(), fs::perms::owner_read | fs::perms::owner_write) << entry.path();
  EXPECT_EQ(fs::status(instance.directory()).permissions(), fs::perms::owner_all);

  instance.down();
  expect_nothing_left(instance);
  EXPECT_EQ(instance.status().at("state"), "stopped");

  // The second start makes nothing anew and shows no password again.
  const auto again = instance.up();
  ASSERT_FALSE(again.is_null());
  for (const auto& sign_in : again.at("sign_ins")) EXPECT_FALSE(sign_in.contains("password"));
  EXPECT_EQ(status_code(instance, "/ready"), 200);
}

TEST(EmbeddedUp, GivesEveryInstallationSecretsOfItsOwn) {
  const test::TempDirectory directory;
  Instance one(directory / "one");
  Instance two(directory / "two");
  ASSERT_FALSE(one.up().is_null());
  ASSERT_FALSE(two.up().is_null());
  for (const auto& entry : fs::directory_iterator(one / "secrets")) {
    const std::string mine = test::read_file(entry.path());
    EXPECT_GE(mine.size(), 16U);
    EXPECT_NE(mine, test::read_file(two / ("secrets/" + entry.path().filename().string()))) << entry.path();
  }
}

TEST(EmbeddedUp, SaysWhenItRunsAlready) {
  Instance instance;
  ASSERT_FALSE(instance.up().is_null());
  const int supervisor = instance.pid("supervisor");
  const auto again = instance.slipway({"up", "--json"});
  ASSERT_EQ(again.exit_status, 0) << again.err;
  const auto report = nlohmann::json::parse(again.out);
  EXPECT_TRUE(report.at("was_running").get<bool>());
  EXPECT_EQ(report.at("url"), instance.url());
  EXPECT_EQ(instance.pid("supervisor"), supervisor);

  const Listener elsewhere;
  const auto moved = instance.slipway({"up", "--port", elsewhere.port()});
  EXPECT_EQ(moved.exit_status, exit_status(Code::in_use));
  EXPECT_NE(moved.err.find("slipway down --state-dir " + instance.directory().string()), std::string::npos)
      << moved.err;
}

TEST(EmbeddedUp, RefusesAPortInUse) {
  Instance instance;
  const Listener other;
  const auto refused = instance.slipway({"up", "--port", other.port()});
  EXPECT_EQ(refused.exit_status, exit_status(Code::in_use));
  EXPECT_NE(refused.err.find(other.port()), std::string::npos);
  EXPECT_NE(refused.err.find("--port"), std::string::npos);
  expect_nothing_left(instance);
}

TEST(EmbeddedUp, RefusesADirectoryOfANewerVersion) {
  Instance instance;
  test::write_file(instance / "VERSION", "99.0.0\n");
  const auto refused = instance.slipway({"up", "--port", "0"});
  EXPECT_EQ(refused.exit_status, exit_status(Code::unsupported));
  EXPECT_NE(refused.err.find("99.0.0"), std::string::npos) << refused.err;
  EXPECT_EQ(test::read_file(instance / "VERSION"), "99.0.0\n");
  test::write_file(instance / "VERSION", "0.1.0\n");
}

TEST(EmbeddedUp, TouchesNothingInADirectoryThatIsNotItsOwn) {
  const test::TempDirectory directory;
  test::write_file(directory / "letter.txt", "dear");
  const Instance instance(directory.path());
  const auto refused = instance.slipway({"up", "--port", "0"});
  EXPECT_EQ(refused.exit_status, exit_status(Code::unsupported));
  EXPECT_EQ(std::distance(fs::directory_iterator(directory.path()), fs::directory_iterator()), 1);
}

TEST(EmbeddedUp, GoesOnInADirectoryThatWasJustBegun) {
  const test::TempDirectory directory;
  Instance instance(directory.path());
  test::write_file(instance / "VERSION.new", "0.");  // killed while it wrote its first file
  const auto refused = instance.slipway({"up", "--port", "0", "--program-dir", "/no/such/directory"});
  EXPECT_EQ(refused.exit_status, exit_status(Code::not_found));
  EXPECT_FALSE(instance.up().is_null());
}

TEST(EmbeddedUp, RefusesAnotherUsersDirectory) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root to give a directory away";
  const test::TempDirectory directory;
  const Instance instance(directory / "state");
  fs::create_directories(instance.directory());
  ASSERT_EQ(::chown(instance.directory().c_str(), 65534, 65534), 0);
  const auto refused = instance.slipway({"up", "--port", "0"});
  EXPECT_EQ(refused.exit_status, exit_status(Code::permission));
  EXPECT_NE(refused.err.find("another user"), std::string::npos) << refused.err;
}

TEST(EmbeddedUp, RefusesAPathTooLongForASocket) {
  const test::TempDirectory directory;
  const Instance instance(directory / std::string(90, 'd'));
  const auto refused = instance.slipway({"up", "--port", "0"});
  EXPECT_EQ(refused.exit_status, exit_status(Code::invalid_argument));
  EXPECT_FALSE(fs::exists(instance.directory()));
}

TEST(EmbeddedUp, RefusesAFullDisk) {
  const test::SmallDisk disk("64m");
  if (!disk.mounted()) GTEST_SKIP() << "a small file system can be mounted by root only";
  const Instance instance(disk / "state");
  const auto refused = instance.slipway({"up", "--port", "0"});
  EXPECT_EQ(refused.exit_status, exit_status(Code::no_space));
  EXPECT_NE(refused.err.find("MiB needed"), std::string::npos) << refused.err;
  EXPECT_TRUE(instance.processes().empty());
}

TEST(EmbeddedUp, TellsWhyAProgramDoesNotStayUp) {
  Instance instance;
  // A program directory whose web server ends at once.
  const test::TempDirectory programs;
  for (const char* name : {"slipway", "slipway-jobd"}) fs::create_symlink(test::program(name), programs / name);
  test::write_file(programs / "slipway-webd", "#!/bin/sh\necho 'the web is closed today'\nexit 9\n");
  fs::permissions(programs / "slipway-webd", fs::perms::owner_all);
  const auto failed = instance.slipway({"up", "--port", "0", "--program-dir", programs.path().string()});
  EXPECT_EQ(failed.exit_status, exit_status(Code::unavailable));
  EXPECT_NE(failed.err.find("the web is closed today"), std::string::npos) << failed.err;
  EXPECT_NE(failed.err.find("log/slipway-webd.log"), std::string::npos) << failed.err;
  expect_nothing_left(instance);
}

TEST(EmbeddedUp, StaysInTheForegroundWhenAsked) {
  Instance instance;
  auto foreground = process::Child::spawn({.argv = {test::program("slipway").string(), "up", "--foreground", "--port",
                                                    "0", "--state-dir", instance.directory().string()},
                                           .ends_with_starter = true});
  ASSERT_TRUE(foreground.has_value());
  ASSERT_TRUE(test::eventually(seconds(60), [&] { return instance.status().value("state", "") == "running"; }));
  EXPECT_EQ(instance.pid("supervisor"), foreground->pid());
  EXPECT_EQ(foreground->stop(seconds(60)), 0);
  expect_nothing_left(instance);
}

TEST(EmbeddedDown, IsSuccessWhenNothingRuns) {
  Instance instance;
  const auto stopped = instance.slipway({"down", "--json"});
  EXPECT_EQ(stopped.exit_status, 0);
  EXPECT_FALSE(nlohmann::json::parse(stopped.out).at("was_running").get<bool>());
  const Instance nowhere(instance.directory().string() + "-missing");
  EXPECT_EQ(nowhere.slipway({"down"}).exit_status, exit_status(Code::not_found));
  EXPECT_EQ(nowhere.slipway({"status"}).exit_status, exit_status(Code::not_found));
}

// A1
TEST(EmbeddedUp, UpgradesTheAccountsOfAnOlderRelease) {
  Instance instance;
  ASSERT_FALSE(instance.up().is_null());
  {
    auto root = test::connect(server_administrator({.directory = instance / "database"}));
    // As version 1 left them; sandbox has been changed by hand besides.
    for (const char* database : {"acct_production_1", "acct_sandbox_1"}) {
      const std::string in = std::string(database) + ".";
      ASSERT_TRUE(root.execute_text("ALTER TABLE " + in + "api_token DROP COLUMN last_used_at").has_value());
      ASSERT_TRUE(root.execute_text("DELETE FROM " + in + "schema_history WHERE version > 1").has_value());
    }
    ASSERT_TRUE(root.execute_text("UPDATE acct_sandbox_1.schema_history SET checksum = REPEAT('0', 64)").has_value());
  }
  instance.down();
  const auto started = instance.slipway({"up", "--port", "0"});
  ASSERT_EQ(started.exit_status, 0) << started.err;
  EXPECT_NE(started.err.find("account 'production': schema upgraded from version 1 to"), std::string::npos)
      << started.err;
  EXPECT_NE(started.err.find("account 'sandbox': suspended"), std::string::npos) << started.err;
  EXPECT_EQ(instance.status().at("state"), "running");
  EXPECT_EQ(instance.slipway({"account", "tokens", "production"}).exit_status, 0);
  const auto state = [&](const std::string& account) {
    return nlohmann::json::parse(instance.slipway({"account", "show", account, "--json"}).out).at("state");
  };
  EXPECT_EQ(state("production"), "active");
  EXPECT_EQ(state("sandbox"), "suspended");
  EXPECT_EQ(state("demonstration"), "active");
}

TEST(EmbeddedUp, TwoAtTheSameTimeMakeOneInstance) {
  const test::TempDirectory directory;
  Instance instance(directory / "state");  // from nothing: they race from the first file on
  const process::Command command{
      .argv = {test::program("slipway").string(), "up", "--port", "0", "--state-dir", instance.directory().string()},
      .log_file = directory / "up.log"};
  auto one = process::Child::spawn(command);
  auto two = process::Child::spawn(command);
  ASSERT_TRUE(one.has_value() && two.has_value());
  EXPECT_EQ(one->wait(seconds(120)), 0) << test::read_file(directory / "up.log");
  EXPECT_EQ(two->wait(seconds(120)), 0) << test::read_file(directory / "up.log");
  EXPECT_EQ(instance.status().at("state"), "running");
  EXPECT_EQ(instance.processes().size(), 4U);
}

TEST(EmbeddedStateDirectory, IsMadeByManyAtTheSameTime) {
  for (int round = 0; round < 20; ++round) {
    const test::TempDirectory directory;
    std::atomic<int> refused{0};
    std::vector<std::thread> makers;
    for (int i = 0; i < 4; ++i)
      makers.emplace_back([&] {
        if (!StateDirectory::create(directory / "state")) ++refused;
      });
    for (auto& maker : makers) maker.join();
    EXPECT_EQ(refused, 0);
    EXPECT_EQ(test::read_file(directory / "state/VERSION"), std::string(product_version()) + "\n");
  }
}

}  // namespace
}  // namespace slipway::embedded
