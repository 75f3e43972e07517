// Accounts made by an older program.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "appliance/account/directory.hpp"
#include "appliance/account/platform.hpp"
#include "appliance/crypto/crypto.hpp"
#include "tests/support/test_server.hpp"

namespace slipway::account {
namespace {

using ::testing::HasSubstr;

/// A server of its own: every account on it is upgraded.
class AccountUpgrades : public ::testing::Test {
 protected:
  static embedded::Database start(const std::filesystem::path& directory) {
    auto started = test::start_scratch_server(directory);
    if (!started) std::abort();
    auto root = test::connect(started->administrator());
    EXPECT_TRUE(provision_platform(root, {}).has_value());
    return *std::move(started);
  }
  [[nodiscard]] sql::Connection open(const std::string& database) const {
    sql::Endpoint endpoint = server_.administrator();
    endpoint.database = database;
    return test::connect(endpoint);
  }
  static AccountName name(const std::string& text) { return AccountName::parse(text).value(); }
  void make(const std::string& account) {
    ASSERT_TRUE(administration_.create(name(account), account, Kind::other).has_value());
  }
  /// state and state_reason of an account
  std::pair<std::string, std::string> state(const std::string& account) {
    const auto row =
        admin_.query_one("SELECT state, COALESCE(state_reason, '') FROM account WHERE name = ?", {account});
    EXPECT_TRUE(row.has_value() && row->has_value());
    return {(*row)->text(0), (*row)->text(1)};
  }
  int version(const std::string& account) const {
    auto session = open("acct_" + account + "_1");
    return sql::schema_version(session).value_or(-1);
  }

  test::TempDirectory directory_;
  embedded::Database server_ = start(directory_.path());
  sql::Connection admin_ = open(std::string(kPlatformDatabase));
  Secret key_ = crypto::random_token();
  Administration administration_{admin_, key_, "test"};

  /// The schema of today and one version more.
  std::vector<sql::SchemaVersion> next_ = [] {
    const auto known = sql::account_schema();
    std::vector<sql::SchemaVersion> versions(known.begin(), known.end());
    versions.push_back({9999, "V9999__next.sql",
                        "ALTER TABLE request ADD COLUMN next_year INT NULL;\n"
                        "UPDATE request SET next_year = 2027;"});
    return versions;
  }();
};

// A1
TEST_F(AccountUpgrades, OneThatFailsIsSuspendedByNameWhileTheOthersGoOn) {
  for (const char* account : {"alpha", "beta", "gamma", "held"}) make(account);
  ASSERT_TRUE(administration_.suspend(name("held"), "contract ended").has_value());
  auto beta = open("acct_beta_1");
  ASSERT_TRUE(beta.execute("ALTER TABLE request ADD COLUMN next_year DATE NULL").has_value());  // in the way

  const auto done = administration_.upgrade_accounts(next_);
  ASSERT_TRUE(done.has_value()) << to_text(done.error());
  ASSERT_EQ(done->size(), 4U);
  for (const auto& upgrade : *done) {
    EXPECT_EQ(upgrade.fault.has_value(), upgrade.name.text() == "beta") << upgrade.name.text();
    if (upgrade.fault) continue;
    EXPECT_EQ(upgrade.schema.before, sql::account_schema().back().number);
    EXPECT_EQ(upgrade.schema.after, 9999);
  }
  EXPECT_EQ(version("alpha"), 9999);
  EXPECT_EQ(version("gamma"), 9999);
  EXPECT_EQ(version("held"), 9999);
  EXPECT_EQ(state("alpha").first, "active");
  EXPECT_EQ(state("gamma").first, "active");
  EXPECT_EQ(state("held"), std::make_pair(std::string("suspended"), std::string("contract ended")));
  EXPECT_EQ(version("beta"), sql::account_schema().back().number);
  EXPECT_EQ(state("beta").first, "suspended");
  EXPECT_THAT(state("beta").second, HasSubstr("V9999__next.sql"));

  // Again when nothing has changed: the same; when it can succeed: served again.
  ASSERT_TRUE(administration_.upgrade_accounts(next_).has_value());
  EXPECT_EQ(state("beta").first, "suspended");
  ASSERT_TRUE(beta.execute("ALTER TABLE request DROP COLUMN next_year").has_value());
  ASSERT_TRUE(administration_.upgrade_accounts(next_).has_value());
  EXPECT_EQ(state("beta"), std::make_pair(std::string("active"), std::string()));
  EXPECT_EQ(version("beta"), 9999);
  EXPECT_EQ(state("held").first, "suspended");
}

// A1
TEST_F(AccountUpgrades, TakeAsLongAsTheyNeed) {
  make("slow");
  sql::Endpoint hasty = admin_.endpoint();
  hasty.statement_limit = std::chrono::seconds(1);
  auto admin = test::connect(hasty);
  Administration administration(admin, key_, "test");
  std::vector<sql::SchemaVersion> slow(next_);
  slow.back().script = "UPDATE status_move SET to_status = to_status WHERE from_status = 'new' AND SLEEP(2.5) = 0;";
  const auto done = administration.upgrade_accounts(slow);
  ASSERT_TRUE(done.has_value()) << to_text(done.error());
  EXPECT_FALSE(done->front().fault.has_value()) << to_text(*done->front().fault);
  EXPECT_EQ(version("slow"), 9999);
}

// A1
TEST_F(AccountUpgrades, ResumingAnAccountUpgradesItFirst) {
  make("old");
  ASSERT_TRUE(administration_.suspend(name("old"), "a pause").has_value());
  auto session = open("acct_old_1");
  ASSERT_TRUE(session.execute("UPDATE schema_history SET checksum = REPEAT('0', 64) WHERE version = 1").has_value());
  const auto refused = administration_.resume(name("old"));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, Code::corrupt);
  EXPECT_EQ(state("old").first, "suspended");
}

}  // namespace
}  // namespace slipway::account
