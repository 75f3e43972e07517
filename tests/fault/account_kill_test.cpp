// Each step of an administration can be killed and the call repeated (A1).
#include <gtest/gtest.h>

#include "appliance/crypto/crypto.hpp"
#include "tests/support/cutting_proxy.hpp"
#include "tests/support/test_platform.hpp"

namespace slipway::account {
namespace {

using Cut = test::CuttingProxy::Cut;

class AccountKilled : public testing::TestWithParam<Cut> {
 protected:
  static AccountName name(const std::string& text) { return AccountName::parse(text).value(); }
  // Names differ between the two parameters, which may run on one server.
  static std::string prefix() { return GetParam() == Cut::before_it_is_sent ? "kb" : "ka"; }

  // Runs `work` as a program that dies at `command`; returns whether it lived to the end.
  template <typename Work>
  bool dies_at(int command, Work&& work) {
    proxy_.arm(command, GetParam());
    sql::Endpoint endpoint = admin_.endpoint();
    endpoint.socket = proxy_.socket();
    auto session = sql::Connection::open(endpoint);
    if (!session) return false;
    Administration administration(*session, platform_.key());
    return work(administration);
  }

  std::string state_of(const AccountName& account) {
    const auto found = directory_.find(account);
    return found.has_value() ? std::string(to_text(found->state)) : "none";
  }

  // The account serves its own user, and the administrator's password is the given one.
  void expect_complete(const AccountName& account, const Secret& password) {
    EXPECT_EQ(state_of(account), "active");
    const auto pool = directory_.pool(account);
    ASSERT_TRUE(pool.has_value()) << to_text(pool.error());
    auto session = (*pool)->lend();
    ASSERT_TRUE(session.has_value()) << to_text(session.error());
    const auto rows = (*session)->query(
        "SELECT c.password_hash FROM credential c JOIN person p USING (person_id) WHERE p.role = 'administrator'");
    ASSERT_TRUE(rows.has_value()) << to_text(rows.error());
    ASSERT_EQ(rows->size(), 1U);
    EXPECT_TRUE(crypto::verify_password(rows->front().text(0), password));
    const auto moves = (*session)->query_one("SELECT COUNT(*) FROM status_move");
    ASSERT_TRUE(moves.has_value());
    EXPECT_EQ((*moves)->integer(0), 12);
  }

  test::TestPlatform& platform_ = test::TestPlatform::instance();
  sql::Connection admin_ = platform_.administrator();
  Administration administration_{admin_, platform_.key()};
  sql::Pool web_{platform_.program("slipway_web")};
  Directory directory_{web_, platform_.key()};
  test::CuttingProxy proxy_{admin_.endpoint().socket};
};

// A1
TEST_P(AccountKilled, CreationGoesOnWhereItStopped) {
  const auto create_through_proxy = [&](const AccountName& account) {
    return [account](Administration& administration) {
      return administration.create(account, "Killed", Kind::other).has_value();
    };
  };
  ASSERT_TRUE(dies_at(0, create_through_proxy(name(prefix() + "_whole"))));
  const int commands = proxy_.commands();
  ASSERT_GT(commands, 50);
  // The schema runner, most of the middle, is killed at every statement by its own test.
  for (int at = 1; at <= commands; at += at < 16 || at > commands - 16 ? 1 : 23) {
    SCOPED_TRACE("killed at command " + std::to_string(at));
    const AccountName account = name(prefix() + "_" + std::to_string(at));
    const bool lived = dies_at(at, create_through_proxy(account));
    if (state_of(account) == "active") {
      // Made, but nobody was told the password.
      if (lived) continue;
      EXPECT_EQ(administration_.create(account, "Killed", Kind::other).error().code, Code::conflict);
      const auto password = administration_.reset_password(account, "admin");
      ASSERT_TRUE(password.has_value()) << to_text(password.error());
      expect_complete(account, *password);
    } else {
      EXPECT_FALSE(directory_.pool(account).has_value());
      const auto made = administration_.create(account, "Killed", Kind::other);
      ASSERT_TRUE(made.has_value()) << to_text(made.error());
      expect_complete(account, made->administrator_password);
    }
    ASSERT_TRUE(administration_.remove(account, account.text()).has_value());
  }
}

// A1
TEST_P(AccountKilled, RemovalGoesOnWhereItStopped) {
  const auto remove_through_proxy = [&](const AccountName& account) {
    return [account](Administration& administration) {
      return administration.remove(account, account.text()).has_value();
    };
  };
  const AccountName whole = platform_.account(prefix() + "r_whole").account.name;
  ASSERT_TRUE(dies_at(0, remove_through_proxy(whole)));
  const int commands = proxy_.commands();
  ASSERT_GT(commands, 10);
  for (int at = 1; at <= commands; ++at) {
    SCOPED_TRACE("killed at command " + std::to_string(at));
    const AccountName account = platform_.account(prefix() + "r_" + std::to_string(at)).account.name;
    const bool lived = dies_at(at, remove_through_proxy(account));
    if (!lived && state_of(account) != "none") {
      const Status removed = administration_.remove(account, account.text());
      // The killed session may have had its last statement still under way.
      ASSERT_TRUE(removed.has_value() || removed.error().code == Code::not_found) << to_text(removed.error());
    }
    EXPECT_EQ(state_of(account), "none");
    const auto left = admin_.query_one(
        "SELECT (SELECT COUNT(*) FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = ?) + "
        "(SELECT COUNT(*) FROM mysql.global_priv WHERE User = ?)",
        {"acct_" + account.text() + "_1", "acct_" + account.text() + "_1"});
    ASSERT_TRUE(left.has_value());
    EXPECT_EQ((*left)->integer(0), 0);
  }
}

// A27
TEST_P(AccountKilled, PublicationGoesOnWhereItStopped) {
  const auto publish_through_proxy = [&](const AccountName& account, int number) {
    return [account, number](Administration& administration) {
      return administration.publish_generation(account, number).has_value();
    };
  };
  const AccountName account = platform_.account(prefix() + "_publish").account.name;
  ASSERT_TRUE(administration_.prepare_generation(account).has_value());
  ASSERT_TRUE(dies_at(0, publish_through_proxy(account, 2)));
  const int commands = proxy_.commands();
  ASSERT_GT(commands, 10);
  for (int at = 1; at <= commands; ++at) {
    SCOPED_TRACE("killed at command " + std::to_string(at));
    const auto prepared = administration_.prepare_generation(account);
    ASSERT_TRUE(prepared.has_value()) << to_text(prepared.error());
    static_cast<void>(dies_at(at, publish_through_proxy(account, prepared->number)));
    // Before it is repeated the account is served by one of the two, or by none; never by a mixture.
    const auto between = directory_.find(account);
    ASSERT_TRUE(between.has_value());
    EXPECT_TRUE(between->generation == prepared->number || between->generation == prepared->number - 1);
    const Status published = administration_.publish_generation(account, prepared->number);
    ASSERT_TRUE(published.has_value()) << to_text(published.error());
    const auto pool = directory_.pool(account);
    ASSERT_TRUE(pool.has_value()) << to_text(pool.error());
    EXPECT_EQ((*pool)->endpoint().database, prepared->database);
    EXPECT_TRUE((*pool)->lend().has_value());
    ASSERT_TRUE(administration_.drop_generation(account, prepared->number - 1).has_value());
  }
}

// A27
TEST_P(AccountKilled, APublicationThatIsGivenUpLeavesTheOldDatabaseServing) {
  const AccountName account = platform_.account(prefix() + "_giveup").account.name;
  ASSERT_TRUE(administration_.prepare_generation(account).has_value());
  int at = 1;
  while (state_of(account) != "migrating") {
    ASSERT_LT(at, 100);
    ASSERT_FALSE(dies_at(at++, [&](Administration& administration) {
      return administration.publish_generation(account, 2).has_value();
    }));
  }
  EXPECT_EQ(directory_.pool(account).error().code, Code::conflict);
  ASSERT_TRUE(administration_.resume(account).has_value());
  const auto pool = directory_.pool(account);
  ASSERT_TRUE(pool.has_value()) << to_text(pool.error());
  EXPECT_EQ((*pool)->endpoint().database, "acct_" + account.text() + "_1");
  EXPECT_TRUE((*pool)->lend().has_value());
}

INSTANTIATE_TEST_SUITE_P(AtEveryCommand, AccountKilled, testing::Values(Cut::before_it_is_sent, Cut::before_its_answer),
                         [](const testing::TestParamInfo<Cut>& cut) {
                           return cut.param == Cut::before_it_is_sent ? "BeforeItIsSent" : "BeforeItsAnswer";
                         });

}  // namespace
}  // namespace slipway::account
