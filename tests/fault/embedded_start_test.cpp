// `slipway up` interrupted: killed at any moment, or the disk full. Trying again is all that is needed.
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include "appliance/base/error.hpp"
#include "appliance/http/client.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/instance.hpp"
#include "tests/support/programs.hpp"
#include "tests/support/small_disk.hpp"

namespace slipway::embedded {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using test::Instance;
using test::SmallDisk;

TEST(EmbeddedStart, GoesOnAfterAKillAtAnyMoment) {
  const test::TempDirectory directory;
  Instance instance(directory / "state");
  // Later and later into the set-up, until it is through.
  int kills = 0;
  for (milliseconds after{10};; after = after * 3 / 2) {
    auto up = process::Child::spawn(
        {.argv = {test::program("slipway").string(), "up", "--port", "0", "--state-dir", instance.directory().string()},
         .log_file = directory / "up.log"});
    ASSERT_TRUE(up.has_value());
    if (const auto status = up->wait(after)) {
      ASSERT_EQ(*status, 0) << test::read_file(directory / "up.log");
      break;
    }
    up->kill();
    ++kills;
    ASSERT_LT(after, seconds(60)) << test::read_file(directory / "up.log");
  }
  std::printf("killed %d times on the way\n", kills);
  EXPECT_GE(kills, 3);
  const auto report = instance.up();
  ASSERT_FALSE(report.is_null());
  EXPECT_EQ(report.at("sign_ins").size(), 3U);
  for (const char* account : {"production", "sandbox", "demonstration"}) {
    const auto shown = instance.slipway({"account", "show", account, "--json"});
    ASSERT_EQ(shown.exit_status, 0) << shown.err;
    EXPECT_EQ(nlohmann::json::parse(shown.out).at("state"), "active");
    EXPECT_GE(test::read_file(instance / ("secrets/admin_" + std::string(account))).size(), 20U);
  }
}

TEST(EmbeddedStart, SaysThatTheDiskIsFullAndGoesOnWhenThereIsRoom) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root to mount a small file system";
  const SmallDisk disk("600m");
  if (!disk.mounted()) GTEST_SKIP() << "mounting is not allowed";
  Instance instance(disk / "state");
  ASSERT_FALSE(instance.up().is_null());
  instance.down();
  disk.fill();
  const auto refused = instance.slipway({"up", "--port", "0"});
  EXPECT_EQ(refused.exit_status, traits(Code::no_space).exit_status) << refused.err;
  EXPECT_NE(refused.err.find("hint: make room"), std::string::npos) << refused.err;
  EXPECT_TRUE(instance.processes().empty());
  disk.make_room();
  ASSERT_FALSE(instance.up().is_null());
  EXPECT_EQ(instance.status().at("state"), "running");
  instance.down();
}

TEST(EmbeddedStart, SaysThatTheDiskFillsUpDuringTheSetUp) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root to mount a small file system";
  const SmallDisk disk("800m");
  if (!disk.mounted()) GTEST_SKIP() << "mounting is not allowed";
  Instance instance(disk / "state");
  const test::TempDirectory elsewhere;
  auto up = process::Child::spawn(
      {.argv = {test::program("slipway").string(), "up", "--port", "0", "--state-dir", instance.directory().string()},
       .log_file = elsewhere / "up.log"});
  ASSERT_TRUE(up.has_value());
  ASSERT_TRUE(test::eventually(seconds(30), [&] { return std::filesystem::exists(instance / "database/log"); }));
  disk.fill();  // the space was there when it began
  const auto status = up->wait(seconds(120));
  ASSERT_TRUE(status.has_value());
  EXPECT_EQ(*status, traits(Code::no_space).exit_status) << test::read_file(elsewhere / "up.log");
  disk.make_room();
  ASSERT_FALSE(instance.up().is_null());
  instance.down();
}

}  // namespace
}  // namespace slipway::embedded
