// Accounts from creation to removal, on a real server.
#include <gtest/gtest.h>

#include "appliance/crypto/crypto.hpp"
#include "tests/support/test_platform.hpp"

namespace slipway::account {
namespace {

class AccountLife : public testing::Test {
 protected:
  static AccountName name(const std::string& text) { return AccountName::parse(text).value(); }
  static std::int64_t count(sql::Connection& connection, const std::string& query, const sql::Values& values = {}) {
    auto row = connection.query_one(query, values);
    EXPECT_TRUE(row.has_value()) << to_text(row.error());
    return row.has_value() && row->has_value() ? (*row)->integer(0) : -1;
  }

  test::TestPlatform& platform_ = test::TestPlatform::instance();
  sql::Connection admin_ = platform_.administrator();
  Administration administration_{admin_, platform_.key(), "tester"};
  sql::Pool web_{platform_.program("slipway_web")};
  Directory directory_{web_, platform_.key()};
};

// A1
TEST_F(AccountLife, CreationGivesADatabaseAUserAndAnAdministrator) {
  const auto made = administration_.create(name("acme"), "Acme Ltd", Kind::production);
  ASSERT_TRUE(made.has_value()) << to_text(made.error());
  EXPECT_EQ(made->account.database, "acct_acme_1");
  EXPECT_EQ(made->account.state, State::active);
  EXPECT_EQ(made->account.kind, Kind::production);
  EXPECT_EQ(made->administrator_login, "admin");

  const auto pool = directory_.pool(name("acme"));
  ASSERT_TRUE(pool.has_value()) << to_text(pool.error());
  auto session = (*pool)->lend();
  ASSERT_TRUE(session.has_value()) << to_text(session.error());
  const auto who = (*session)->query_one("SELECT DATABASE(), SUBSTRING_INDEX(CURRENT_USER(), '@', 1)");
  ASSERT_TRUE(who.has_value());
  EXPECT_EQ((*who)->text(0), "acct_acme_1");
  EXPECT_EQ((*who)->text(1), "acct_acme_1");
}

// A19
TEST_F(AccountLife, TheAdministratorsPasswordIsKeptAsArgon2idOnly) {
  const auto made = platform_.account("hashed");
  auto session = test::connect(platform_.account_user("hashed"));
  const auto row = session.query_one(
      "SELECT c.password_hash, p.role FROM credential c JOIN person p USING (person_id) WHERE p.login = ?",
      {made.administrator_login});
  ASSERT_TRUE(row.has_value() && row->has_value());
  EXPECT_TRUE(crypto::verify_password((*row)->text(0), made.administrator_password));
  EXPECT_EQ((*row)->text(0).rfind("$argon2id$", 0), 0U);
  EXPECT_EQ((*row)->text(1), "administrator");
}

// A1
TEST_F(AccountLife, ANameIsTakenOnce) {
  static_cast<void>(platform_.account("taken"));
  const auto again = administration_.create(name("taken"), "Other", Kind::sandbox);
  ASSERT_FALSE(again.has_value());
  EXPECT_EQ(again.error().code, Code::conflict);
  EXPECT_EQ(directory_.find(name("taken"))->title, "Account taken");
}

TEST_F(AccountLife, TitlesAndReasonsAreBounded) {
  for (const std::string& title : {std::string(), std::string(201, 'x')})
    EXPECT_EQ(administration_.create(name("untitled"), title, Kind::other).error().code, Code::invalid_argument);
  EXPECT_EQ(directory_.find(name("untitled")).error().code, Code::not_found);
  static_cast<void>(platform_.account("bounded"));
  for (const std::string& reason : {std::string(), std::string(501, 'x')})
    EXPECT_EQ(administration_.suspend(name("bounded"), reason).error().code, Code::invalid_argument);
}

TEST_F(AccountLife, TheListHasEveryAccountInOrder) {
  static_cast<void>(platform_.account("list_b"));
  static_cast<void>(platform_.account("list_a"));
  const auto accounts = directory_.list();
  ASSERT_TRUE(accounts.has_value());
  std::vector<std::string> names;
  for (const Account& account : *accounts)
    if (account.name.text().rfind("list_", 0) == 0) names.push_back(account.name.text());
  EXPECT_EQ(names, (std::vector<std::string>{"list_a", "list_b"}));
}

// A1
TEST_F(AccountLife, ASuspendedAccountIsRefusedAtOnceWithItsReasonUntilResumed) {
  static_cast<void>(platform_.account("lazy"));
  ASSERT_TRUE(directory_.pool(name("lazy")).has_value());
  ASSERT_TRUE(administration_.suspend(name("lazy"), "unpaid").has_value());
  const auto refused = directory_.pool(name("lazy"));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, Code::conflict);
  EXPECT_NE(refused.error().message.find("suspended: unpaid"), std::string::npos);
  EXPECT_EQ(directory_.find(name("lazy"))->state_reason, "unpaid");
  ASSERT_TRUE(administration_.resume(name("lazy")).has_value());
  ASSERT_TRUE(administration_.resume(name("lazy")).has_value());
  const auto pool = directory_.pool(name("lazy"));
  ASSERT_TRUE(pool.has_value());
  EXPECT_TRUE((*pool)->lend().has_value());
}

// A1
TEST_F(AccountLife, RemovalNeedsTheNameAndLeavesNothing) {
  static_cast<void>(platform_.account("gone"));
  for (const char* confirmation : {"", "Gone", "gone ", "yes"}) {
    const Status refused = administration_.remove(name("gone"), confirmation);
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code, Code::invalid_argument);
  }
  const auto pool = directory_.pool(name("gone"));
  ASSERT_TRUE(pool.has_value());
  auto in_use = (*pool)->lend();
  ASSERT_TRUE(in_use.has_value());
  ASSERT_TRUE(administration_.remove(name("gone"), "gone").has_value());
  EXPECT_FALSE((*in_use)->query("SELECT 1 FROM person").has_value());
  in_use->discard();
  EXPECT_EQ(directory_.pool(name("gone")).error().code, Code::not_found);
  EXPECT_EQ(count(admin_, "SELECT COUNT(*) FROM information_schema.SCHEMATA WHERE SCHEMA_NAME LIKE 'acct\\_gone\\_%'"),
            0);
  EXPECT_EQ(count(admin_, "SELECT COUNT(*) FROM mysql.global_priv WHERE User LIKE 'acct\\_gone\\_%'"), 0);
  EXPECT_EQ(count(admin_, "SELECT COUNT(*) FROM mysql.db WHERE User LIKE 'acct\\_gone\\_%'"), 0);
  EXPECT_EQ(administration_.remove(name("gone"), "gone").error().code, Code::not_found);

  // The name is free again, with another password: nothing of the old one is remembered.
  static_cast<void>(platform_.account("gone"));
  const auto anew = directory_.pool(name("gone"));
  ASSERT_TRUE(anew.has_value());
  EXPECT_TRUE((*anew)->lend().has_value());
}

// C2
TEST_F(AccountLife, EveryActionIsInTheJournal) {
  static_cast<void>(administration_.create(name("logged"), "Logged", Kind::other));
  ASSERT_TRUE(administration_.suspend(name("logged"), "test").has_value());
  ASSERT_TRUE(administration_.resume(name("logged")).has_value());
  ASSERT_TRUE(administration_.reset_password(name("logged"), "admin").has_value());
  ASSERT_TRUE(administration_.create_token(name("logged"), "admin", "ci").has_value());
  ASSERT_TRUE(administration_.remove(name("logged"), "logged").has_value());
  const auto rows = admin_.query("SELECT action, actor FROM journal WHERE account_name = 'logged' ORDER BY journal_id");
  ASSERT_TRUE(rows.has_value());
  std::vector<std::string> actions;
  for (const sql::Row& row : *rows) {
    actions.push_back(row.text(0));
    EXPECT_EQ(row.text(1), "tester");
  }
  EXPECT_EQ(actions, (std::vector<std::string>{"account.create", "account.created", "account.suspend", "account.resume",
                                               "account.reset_password", "account.create_token", "account.delete",
                                               "account.deleted"}));
}

// A19
TEST_F(AccountLife, ANewPasswordReplacesTheOldAndEndsSessions) {
  const auto made = platform_.account("renewed");
  auto session = test::connect(platform_.account_user("renewed"));
  ASSERT_TRUE(
      session.execute("INSERT INTO web_session (session_key, person_id, expires_at) "
                      "SELECT REPEAT('0', 64), person_id, '2099-01-01' FROM person WHERE login = 'admin'"));
  const auto password = administration_.reset_password(name("renewed"), "admin");
  ASSERT_TRUE(password.has_value()) << to_text(password.error());
  const auto row = session.query_one("SELECT password_hash FROM credential");
  ASSERT_TRUE(row.has_value() && row->has_value());
  EXPECT_TRUE(crypto::verify_password((*row)->text(0), *password));
  EXPECT_FALSE(crypto::verify_password((*row)->text(0), made.administrator_password));
  EXPECT_EQ(count(session, "SELECT COUNT(*) FROM web_session"), 0);
  EXPECT_EQ(administration_.reset_password(name("renewed"), "nobody").error().code, Code::not_found);
}

TEST_F(AccountLife, ATokenIsStoredAsItsHash) {
  static_cast<void>(platform_.account("tokens"));
  const auto token = administration_.create_token(name("tokens"), "admin", "ci");
  ASSERT_TRUE(token.has_value()) << to_text(token.error());
  auto session = test::connect(platform_.account_user("tokens"));
  EXPECT_EQ(count(session, "SELECT COUNT(*) FROM api_token WHERE token_key = ? AND label = 'ci'",
                  {crypto::sha256_hex(token->reveal())}),
            1);
  EXPECT_EQ(administration_.create_token(name("tokens"), "nobody", "ci").error().code, Code::not_found);
  EXPECT_EQ(administration_.create_token(name("tokens"), "admin", "").error().code, Code::invalid_argument);
}

TEST_F(AccountLife, AWrongKeyIsNamedAsSuch) {
  static_cast<void>(platform_.account("sealed"));
  Directory other(web_, crypto::random_token());
  const auto pool = other.pool(name("sealed"));
  ASSERT_FALSE(pool.has_value());
  EXPECT_EQ(pool.error().code, Code::corrupt);
  EXPECT_NE(pool.error().message.find("account 'sealed'"), std::string::npos);
}

}  // namespace
}  // namespace slipway::account
