// slipway-backupd in a running installation: `slipway up --backup`.
#include <gmock/gmock.h>
#include <signal.h>

#include <algorithm>
#include <set>

#include "appliance/http/client.hpp"
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

  /// Whether a repository has a full backup.
  [[nodiscard]] bool full_in(const std::string& repository) const {
    const auto list = asked({"backup", "list"});
    if (list.is_null()) return false;
    return std::ranges::any_of(list["backups"], [&](const json& backup) {
      return backup["repository"] == repository && backup["kind"] == "full";
    });
  }

  static bool holds_lease(const std::filesystem::path& repository, int process) {
    const auto lease = json::parse(read_file(repository / "lease.json"), nullptr, false);
    return lease.is_object() && lease.value("pid", 0) == process;
  }

  /// The finished segments of the log, "LINE/NUMBER".
  static std::set<std::string> segments_in(const std::filesystem::path& repository) {
    std::set<std::string> segments;
    std::error_code absent;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(repository / "log", absent))
      if (entry.is_regular_file() && entry.path().extension().empty())
        segments.insert(std::filesystem::relative(entry.path(), repository / "log").string());
    return segments;
  }

  Instance instance_;
};

// A35 A37 D5 D6 F1 F2
TEST_F(BackupAgent, BacksUpFromItsFirstStartAndArchivesTheLogEvenAfterItWasKilled) {
  instance_.up({"--backup"});
  ASSERT_TRUE(eventually(std::chrono::seconds(60), [&] {
    const auto list = asked({"backup", "list"});
    return !list.is_null() && !list["backups"].empty();
  }));
  const auto first = asked({"backup", "list"})["backups"][0];
  EXPECT_NE(first["log_line"], "");
  EXPECT_NE(first["server_state"], "");  // with the agent's few rights
  const auto proof = asked({"backup", "prove", first["id"]});
  EXPECT_EQ(proof["outcome"], "proven") << proof;

  const auto timeline = asked({"backup", "timeline"});
  EXPECT_EQ(timeline["archiving"], true);
  ASSERT_FALSE(timeline["spans"].empty()) << timeline;
  EXPECT_FALSE(timeline["spans"].back()["bases"].empty());
  EXPECT_EQ(timeline["repositories"].size(), 2U);
  EXPECT_TRUE(eventually(std::chrono::seconds(30), [&] {  // what the console asks for
    const auto told =
        http::fetch({.url = "http://localhost/timeline"}, {.unix_socket = instance_ / "run/slipway-backupd.sock"});
    const auto seen = told ? json::parse(told->body, nullptr, false) : json();
    return seen.is_object() && seen["enabled"] == true && !seen["spans"].empty() && !seen["archived_until"].is_null() &&
           !seen["looked_at"].is_null();
  }));
  EXPECT_TRUE(eventually(std::chrono::seconds(30), [&] {
    const auto metrics =
        http::fetch({.url = "http://localhost/metrics"}, {.unix_socket = instance_ / "run/slipway-backupd.sock"});
    return metrics && metrics->body.find("slipway_backup_log_reading 1") != std::string::npos &&
           metrics->body.find("slipway_backup_repository_up{repository=\"odd\"} 1") != std::string::npos;
  }));

  // Made after the backup: only the log has it.
  ASSERT_FALSE(asked({"account", "create", "later"}).is_null());
  EXPECT_TRUE(comes_back("later", "later_again"));

  const int agent = instance_.pid("slipway-backupd");
  ASSERT_GT(agent, 0);
  ASSERT_EQ(::kill(agent, SIGKILL), 0);
  ASSERT_FALSE(asked({"account", "create", "meanwhile"}).is_null());
  EXPECT_TRUE(comes_back("meanwhile", "meanwhile_again"));
}

// A35 D5 F2
TEST_F(BackupAgent, BringsBackupsAndLogToARepositoryThatWasAwayWhenItStarted) {
  const auto even = instance_ / "backups/even";
  const auto odd = instance_ / "backups/odd";
  instance_.up({"--backup"});
  ASSERT_TRUE(eventually(std::chrono::seconds(90), [&] { return full_in("even") && full_in("odd"); }));
  // So that there is some log.
  ASSERT_FALSE(asked({"account", "create", "later"}).is_null());
  ASSERT_TRUE(comes_back("later", "later_again"));
  const int killed = instance_.pid("slipway-backupd");
  std::filesystem::rename(odd, instance_ / "backups/away");
  ASSERT_EQ(::kill(killed, SIGKILL), 0);
  int agent = 0;
  ASSERT_TRUE(eventually(std::chrono::seconds(60), [&] {
    agent = instance_.pid("slipway-backupd");
    return agent != 0 && agent != killed && holds_lease(even, agent);
  }));
  EXPECT_FALSE(std::filesystem::exists(odd));

  // Another disk: empty.
  std::filesystem::create_directory(odd);
  std::filesystem::permissions(odd, std::filesystem::perms::owner_all);
  ASSERT_TRUE(eventually(std::chrono::seconds(90), [&] { return full_in("odd") && holds_lease(odd, agent); }));
  EXPECT_TRUE(eventually(std::chrono::seconds(60), [&] {
    const auto there = segments_in(odd);
    return !there.empty() && there == segments_in(even);
  }));
  EXPECT_EQ(instance_.pid("slipway-backupd"), agent);
}

// A37: GTIDs of the two histories may be the same; the data directory is not.
TEST_F(BackupAgent, BeginsItsLogAnewWhenAServerWasRestoredInPlace) {
  instance_.up({"--backup"});
  const auto lines = [this] {
    std::set<std::string> names;
    const auto list = asked({"backup", "list"});
    if (!list.is_null())
      for (const auto& backup : list["backups"]) names.insert(backup["log_line"].get<std::string>());
    return names;
  };
  ASSERT_TRUE(eventually(std::chrono::seconds(60), [&] { return lines().size() == 1; }));
  ASSERT_FALSE(asked({"restore", "--in-place", "--execute"}).is_null());
  EXPECT_TRUE(eventually(std::chrono::seconds(60), [&] { return lines().size() == 2; }));
}

}  // namespace
}  // namespace slipway::test
