// `slipway setup`: an appliance's secrets, databases and first accounts.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <nlohmann/json.hpp>

#include "tests/support/programs.hpp"
#include "tests/support/test_server.hpp"

namespace slipway {
namespace {

namespace fs = std::filesystem;

// A host whose database server knows root by its socket, and nothing else is there yet.
class Setup : public testing::Test {
 protected:
  void SetUp() override {
    auto started = test::start_scratch_server(directory_ / "server");
    ASSERT_TRUE(started.has_value()) << to_text(started.error());
    server_.emplace(std::move(*started));
    write_configuration("account.key");
  }

  void write_configuration(const std::string& account_key) const {
    const auto at = [&](const std::string& name) { return "\"" + (secrets() / name).string() + "\"\n"; };
    test::write_file(directory_ / "slipway.toml",
                     "[database]\nsocket = \"" + server_->administrator().socket + "\"\nuser = \"" +
                         server_->administrator().user + "\"\n[secrets]\naccount_key_file = " + at(account_key) +
                         "session_key_file = " + at("session.key") + "[backup]\nkey_file = " + at("backup.key"));
  }
  [[nodiscard]] fs::path secrets() const { return directory_ / "secrets"; }
  [[nodiscard]] process::Finished slipway(std::vector<std::string> arguments) const {
    arguments.insert(arguments.end(), {"--config", (directory_ / "slipway.toml").string()});
    return test::run_program("slipway", arguments, {{"SLIPWAY_STATE_DIR", ""}});
  }
  /// What every secret holds, by file.
  [[nodiscard]] std::map<std::string, std::string> held() const {
    std::map<std::string, std::string> held;
    for (const auto& entry : fs::directory_iterator(secrets()))
      held[entry.path().filename().string()] = test::read_file(entry.path());
    return held;
  }

  test::TempDirectory directory_;
  std::optional<embedded::Database> server_;
};

// A1, F7
TEST_F(Setup, MakesWhatIsMissingAndKeepsWhatIsThere) {
  const auto made = slipway({"setup", "--json"});
  ASSERT_EQ(made.exit_status, 0) << made.err;
  const auto answer = nlohmann::json::parse(made.out);
  ASSERT_EQ(answer.at("sign_ins").size(), 3U);
  const auto before = held();
  for (const char* name : {"account.key", "session.key", "backup.key", "db_slipway_web", "db_slipway_job",
                           "db_slipway_backup", "admin_production", "admin_sandbox", "admin_demonstration"})
    EXPECT_TRUE(before.contains(name)) << name;
  for (const auto& [name, bytes] : before) {
    struct stat facts {};
    ASSERT_EQ(::stat((secrets() / name).c_str(), &facts), 0);
    EXPECT_EQ(facts.st_mode & 0777U, 0600U) << name;
    // The journal keeps what a service prints.
    const std::string secret = bytes.substr(0, bytes.find('\n'));
    if (secret.empty()) continue;
    EXPECT_EQ(made.out.find(secret), std::string::npos) << name;
    EXPECT_EQ(made.err.find(secret), std::string::npos) << name;
  }
  struct stat directory {};
  ASSERT_EQ(::stat(secrets().c_str(), &directory), 0);
  EXPECT_EQ(directory.st_mode & 0777U, 0700U);

  sql::Endpoint web = server_->administrator();
  web.user = "slipway_web";
  const std::string line = before.at("db_slipway_web");
  web.password = Secret(line.substr(0, line.find('\n')));
  web.database = "slipway";
  auto session = test::connect(web);
  const auto accounts = session.query("SELECT name FROM account ORDER BY name");
  ASSERT_TRUE(accounts.has_value());
  EXPECT_EQ(accounts->size(), 3U);

  const auto again = slipway({"setup"});
  EXPECT_EQ(again.exit_status, 0) << again.err;
  EXPECT_EQ(held(), before);
  EXPECT_EQ(slipway({"account", "show", "production"}).exit_status, 0);
}

// A1
TEST_F(Setup, GivesADefaultAccountThatWasDeletedNoSecondLife) {
  ASSERT_EQ(slipway({"setup"}).exit_status, 0);
  ASSERT_EQ(slipway({"account", "delete", "demonstration", "--confirm", "demonstration"}).exit_status, 0);
  ASSERT_EQ(slipway({"setup"}).exit_status, 0);
  EXPECT_NE(slipway({"account", "show", "demonstration"}).exit_status, 0);
}

TEST_F(Setup, NamesASecretThatIsNotWhereProgramsLookForIt) {
  write_configuration("other.key");
  const auto refused = slipway({"setup"});
  EXPECT_EQ(refused.exit_status, traits(Code::invalid_argument).exit_status) << refused.err;
  EXPECT_NE(refused.err.find("secrets.account_key_file"), std::string::npos) << refused.err;
  EXPECT_FALSE(fs::exists(secrets()));
}

TEST_F(Setup, NamesAServerThatDoesNotAnswerAndGoesOnLater) {
  server_.reset();
  const auto refused = slipway({"setup"});
  EXPECT_EQ(refused.exit_status, traits(Code::unavailable).exit_status) << refused.err;
  const auto before = held();
  auto started = test::start_scratch_server(directory_ / "server");
  ASSERT_TRUE(started.has_value()) << to_text(started.error());
  server_.emplace(std::move(*started));
  EXPECT_EQ(slipway({"setup"}).exit_status, 0);
  for (const auto& [name, bytes] : before) EXPECT_EQ(held()[name], bytes) << name;
}

// F5, A9
TEST_F(Setup, TheFirstOfTwoSitesGetsUsersForItsAgentAndForReplicationOnce) {
  ASSERT_EQ(slipway({"setup"}).exit_status, 0);
  const auto at = [&](const std::string& name) { return "\"" + (directory_ / name).string() + "\"\n"; };
  test::write_file(directory_ / "slipway.toml",
                   test::read_file(directory_ / "slipway.toml") +
                       "[site]\nmember = \"north\"\nmembers = \"north south witness\"\nurls = \"https://127.0.0.1:1 "
                       "https://127.0.0.1:2 https://127.0.0.1:3\"\ndatabases = \"127.0.0.1:4 127.0.0.1:5\"\nrecord = " +
                       at("record") + "lease_page = " + at("lease") +
                       "replication_password_file = " + at("secrets/db_slipway_replica"));
  const auto early = slipway({"site", "join"});
  EXPECT_EQ(early.exit_status, traits(Code::not_found).exit_status) << early.err;
  const auto joined = slipway({"site", "join", "--first"});
  ASSERT_EQ(joined.exit_status, 0) << joined.err;
  const auto secrets_before = held();
  EXPECT_TRUE(secrets_before.contains("db_slipway_site"));
  sql::Endpoint agent = server_->administrator();
  agent.user = "slipway_site";
  const std::string& line = secrets_before.at("db_slipway_site");
  agent.password = Secret(line.substr(0, line.find('\n')));
  auto session = test::connect(agent);
  EXPECT_TRUE(session.execute_text("SET GLOBAL read_only = 1").has_value());
  EXPECT_TRUE(session.execute("INSERT INTO slipway.site_probe VALUES ('north', UTC_TIMESTAMP())").has_value());
  EXPECT_EQ(session.query("SELECT * FROM slipway.journal").error().code, Code::permission);
  const auto again = slipway({"site", "join", "--first"});
  EXPECT_EQ(again.exit_status, traits(Code::conflict).exit_status) << "it has its record";
  EXPECT_EQ(held(), secrets_before);
  // Without the lease the databases are the other site's: looked at, and not changed.
  const auto refused = slipway({"account", "create", "acme", "--title", "Acme"});
  EXPECT_EQ(refused.exit_status, traits(Code::unavailable).exit_status) << refused.err;
  EXPECT_EQ(slipway({"account", "list"}).exit_status, 0);
}

}  // namespace
}  // namespace slipway
