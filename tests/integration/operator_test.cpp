// The `slipway` command as operators run it.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <nlohmann/json.hpp>

#include "appliance/crypto/crypto.hpp"
#include "tests/support/programs.hpp"
#include "tests/support/test_platform.hpp"

namespace slipway::operator_ {
namespace {

// An embedded installation's state directory, its server being the test server.
class OperatorCommand : public testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::create_directories(state_ / "config");
    const auto key_file = state_ / "account.key";
    test::write_file(key_file, platform_.key().reveal() + "\n");
    ASSERT_EQ(::chmod(key_file.c_str(), 0600), 0);
    test::write_file(state_ / "config/slipway-webd.toml",
                     "[database]\nsocket = \"" + test::TestServer::instance().administrator().socket +
                         "\"\n[secrets]\naccount_key_file = \"" + key_file.string() + "\"\n");
  }

  process::Finished slipway(std::vector<std::string> arguments) const {
    arguments.insert(arguments.end(), {"--state-dir", state_.path().string()});
    return test::run_program("slipway", arguments);
  }
  nlohmann::json json(std::vector<std::string> arguments) const {
    arguments.emplace_back("--json");
    const auto finished = slipway(std::move(arguments));
    EXPECT_EQ(finished.exit_status, 0) << finished.err;
    return nlohmann::json::parse(finished.out, nullptr, false);
  }

  test::TestPlatform& platform_ = test::TestPlatform::instance();
  test::TempDirectory state_;
};

// A1
TEST_F(OperatorCommand, TakesAnAccountThroughItsLife) {
  const auto made = json({"account", "create", "cli", "--title", "By hand", "--kind", "sandbox"});
  EXPECT_EQ(made.at("state"), "active");
  EXPECT_EQ(made.at("kind"), "sandbox");
  EXPECT_EQ(made.at("administrator_login"), "admin");
  EXPECT_GE(made.at("administrator_password").get<std::string>().size(), 20U);

  EXPECT_NE(slipway({"account", "list"}).out.find("By hand"), std::string::npos);
  EXPECT_EQ(slipway({"account", "suspend", "cli", "--reason", "test"}).exit_status, 0);
  EXPECT_EQ(json({"account", "show", "cli"}).at("state_reason"), "test");
  EXPECT_EQ(slipway({"account", "resume", "cli"}).exit_status, 0);
  EXPECT_EQ(json({"account", "show", "cli"}).at("sends_mail"), true);
  EXPECT_EQ(json({"account", "show", "cli"}).at("trial_at"), nullptr);

  const auto token = json({"account", "token", "cli", "--login", "admin", "--label", "ci"});
  auto session = test::connect(platform_.account_user("cli"));
  const auto stored = session.query_one("SELECT token_key FROM api_token");
  ASSERT_TRUE(stored.has_value() && stored->has_value());
  EXPECT_EQ((*stored)->text(0), crypto::sha256_hex(token.at("token").get<std::string>()));

  const auto refused = slipway({"account", "delete", "cli", "--confirm", "clii"});
  EXPECT_EQ(refused.exit_status, traits(Code::invalid_argument).exit_status);
  EXPECT_NE(refused.err.find("hint: nothing was deleted"), std::string::npos);
  EXPECT_EQ(slipway({"account", "delete", "cli"}).exit_status, traits(Code::invalid_argument).exit_status);
  EXPECT_EQ(slipway({"account", "show", "cli"}).exit_status, 0);
  EXPECT_EQ(slipway({"account", "delete", "cli", "--confirm", "cli"}).exit_status, 0);
  EXPECT_EQ(slipway({"account", "show", "cli"}).exit_status, traits(Code::not_found).exit_status);
}

// A1, A7
TEST_F(OperatorCommand, ListsAndRevokesTokens) {
  json({"account", "create", "tok"});
  EXPECT_TRUE(json({"account", "tokens", "tok"}).empty());
  json({"account", "token", "tok", "--login", "admin", "--label", "usual"});
  json({"account", "token", "tok", "--login", "admin", "--label", "short", "--days", "2"});
  const auto listed = json({"account", "tokens", "tok"});
  ASSERT_EQ(listed.size(), 2U);
  EXPECT_EQ(listed[0].at("label"), "usual");
  EXPECT_EQ(listed[0].at("account"), "tok");
  EXPECT_EQ(listed[0].at("login"), "admin");
  EXPECT_TRUE(listed[0].at("last_used_at").is_null());
  const auto lifetime = [](const nlohmann::json& token) {
    const auto time = [&](const char* key) { return parse_timestamp(token.at(key).get<std::string>()).value(); };
    return std::chrono::round<std::chrono::days>(time("expires_at") - time("created_at")).count();
  };
  EXPECT_EQ(lifetime(listed[0]), 365);
  EXPECT_EQ(lifetime(listed[1]), 2);

  const std::string id = listed[0].at("id");
  EXPECT_EQ(slipway({"account", "revoke-token", "tok", "%"}).exit_status, traits(Code::not_found).exit_status);
  EXPECT_EQ(slipway({"account", "revoke-token", "tok", id}).exit_status, 0);
  EXPECT_EQ(slipway({"account", "revoke-token", "tok", id}).exit_status, traits(Code::not_found).exit_status);
  const auto left = json({"account", "tokens", "tok"});
  ASSERT_EQ(left.size(), 1U);
  EXPECT_EQ(left[0].at("label"), "short");
  EXPECT_EQ(slipway({"account", "token", "tok", "--login", "admin", "--label", "x", "--days", "0"}).exit_status,
            traits(Code::invalid_argument).exit_status);
}

// A1
TEST_F(OperatorCommand, RefusesNamesThatAreNoIdentifiers) {
  const std::vector<std::string> names{"",
                                       "a",
                                       "1acme",
                                       "Acme",
                                       "acme-1",
                                       "ac me",
                                       "acme;DROP DATABASE slipway",
                                       "acme'--",
                                       "acme`",
                                       "../../etc/passwd",
                                       "acme/x",
                                       "acm\xc3\xa9",
                                       "acme\n",
                                       "%",
                                       "api",
                                       "mysql",
                                       std::string(25, 'a'),
                                       std::string(100'000, 'a')};
  for (const std::string& name : names) {
    const auto finished = slipway({"account", "create", "--", name});
    EXPECT_EQ(finished.exit_status, traits(Code::invalid_argument).exit_status) << name.substr(0, 40);
    EXPECT_TRUE(finished.out.empty());
    EXPECT_LT(finished.err.size(), 300U);
  }
}

TEST_F(OperatorCommand, ExitStatusesFollowTheCodeTable) {
  EXPECT_EQ(slipway({"account", "show", "nobody"}).exit_status, traits(Code::not_found).exit_status);
  EXPECT_EQ(slipway({"acount", "list"}).exit_status, traits(Code::invalid_argument).exit_status);
  static_cast<void>(platform_.account("cli_twice"));
  EXPECT_EQ(slipway({"account", "create", "cli_twice"}).exit_status, traits(Code::conflict).exit_status);
  const auto no_server = test::run_program("slipway", {"account", "list", "--config", "/nonexistent.toml"});
  EXPECT_EQ(no_server.exit_status, traits(Code::not_found).exit_status);
}

TEST_F(OperatorCommand, GivesErrorsAsProblemsWhenAskedForJson) {
  const auto finished = slipway({"account", "show", "nobody", "--json"});
  EXPECT_TRUE(finished.out.empty());
  const auto problem = nlohmann::json::parse(finished.err, nullptr, false);
  ASSERT_TRUE(problem.is_object()) << finished.err;
  EXPECT_EQ(problem.at("title"), "not_found");
  EXPECT_EQ(problem.at("status"), 404);
  EXPECT_EQ(problem.at("exit_status"), finished.exit_status);
  EXPECT_NE(problem.at("detail").get<std::string>().find("'nobody'"), std::string::npos);
}

TEST_F(OperatorCommand, SaysThatTheServerIsDown) {
  test::write_file(state_ / "config/slipway-webd.toml",
                   "[database]\nsocket = \"" + (state_ / "none.sock").string() + "\"\n");
  const auto finished = slipway({"account", "list"});
  EXPECT_EQ(finished.exit_status, traits(Code::unavailable).exit_status);
  EXPECT_NE(finished.err.find((state_ / "none.sock").string()), std::string::npos);
}

TEST_F(OperatorCommand, RefusesAKeyFileThatOthersCanRead) {
  ASSERT_EQ(::chmod((state_ / "account.key").c_str(), 0644), 0);
  const auto finished = slipway({"account", "create", "cli_open_key"});
  EXPECT_EQ(finished.exit_status, traits(Code::permission).exit_status);
  EXPECT_NE(finished.err.find("account.key"), std::string::npos);
}

TEST_F(OperatorCommand, ReportsAllFaultsOfTheConfiguration) {
  test::write_file(state_ / "config/slipway-webd.toml", "[web]\nprot = 1\nthreads = 0\n");
  const auto finished = slipway({"config", "check"});
  EXPECT_EQ(finished.exit_status, traits(Code::invalid_argument).exit_status);
  EXPECT_NE(finished.err.find("slipway-webd.toml:2: unknown key 'web.prot'; did you mean 'web.port'?"),
            std::string::npos);
  EXPECT_NE(finished.err.find("slipway-webd.toml:3: web.threads must be 1 to 1000"), std::string::npos);
}

TEST_F(OperatorCommand, EveryVerbHasHelpWithAnExample) {
  const std::vector<std::vector<std::string>> verbs{
      {"config", "check"},         {"config", "show"},           {"config", "describe"}, {"config", "set"},
      {"account", "create"},       {"account", "list"},          {"account", "show"},    {"account", "suspend"},
      {"account", "resume"},       {"account", "delete"},        {"account", "token"},   {"account", "tokens"},
      {"account", "revoke-token"}, {"account", "reset-password"}};
  for (auto verb : verbs) {
    const std::string line = "Example: slipway " + verb[0] + " " + verb[1];
    verb.emplace_back("--help");
    const auto finished = test::run_program("slipway", verb);
    EXPECT_EQ(finished.exit_status, 0);
    EXPECT_NE(finished.out.find(line), std::string::npos) << finished.out;
  }
}

}  // namespace
}  // namespace slipway::operator_
