// slipway-backupd in a running installation: `slipway up --backup`.
#include <gmock/gmock.h>
#include <signal.h>

#include "tests/support/eventually.hpp"
#include "tests/support/instance.hpp"

namespace slipway::test {
namespace {

using nlohmann::json;

class BackupAgent : public ::testing::Test {
 protected:
  [[nodiscard]] json asked(const std::vector<std::string>& arguments) const {
    auto all = arguments;
    all.emplace_back("--json");
    const auto finished = instance_.slipway(all);
    return finished.exit_status == 0 ? json::parse(finished.out, nullptr, false) : json();
  }

  /// Whether the account, as it is now, comes out of the archive under another name.
  [[nodiscard]] bool comes_back(const std::string& account, const std::string& as) const {
    return eventually(std::chrono::seconds(90), [&] {
      return !asked({"restore", "--account", account, "--into", as, "--execute"}).is_null();
    });
  }

  Instance instance_;
};

// A35 D5 D6 F2
TEST_F(BackupAgent, BacksUpFromItsFirstStartAndArchivesTheLogEvenAfterItWasKilled) {
  instance_.up({"--backup"});
  ASSERT_TRUE(eventually(std::chrono::seconds(60), [&] {
    const auto list = asked({"backup", "list"});
    return !list.is_null() && !list["backups"].empty();
  }));
  EXPECT_NE(asked({"backup", "list"})["backups"][0]["log_line"], "");

  // Made after the backup: only the log has it.
  ASSERT_FALSE(asked({"account", "create", "later"}).is_null());
  EXPECT_TRUE(comes_back("later", "later_again"));

  const int agent = instance_.pid("slipway-backupd");
  ASSERT_GT(agent, 0);
  ASSERT_EQ(::kill(agent, SIGKILL), 0);
  ASSERT_FALSE(asked({"account", "create", "meanwhile"}).is_null());
  EXPECT_TRUE(comes_back("meanwhile", "meanwhile_again"));
}

}  // namespace
}  // namespace slipway::test
