#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "tests/integration/desk_site.hpp"

namespace slipway::desk::test {
namespace {

using namespace std::chrono_literals;

SignInAttempt right(const std::string& login = "rita", const std::string& address = "192.0.2.1") {
  return {login, Secret(kPassword), address};
}
SignInAttempt wrong(const std::string& login = "rita", const std::string& address = "192.0.2.1") {
  return {login, Secret("not the password"), address};
}

std::string context_value(const Error& error, const std::string& key) {
  for (const auto& [name, value] : error.context)
    if (name == key) return value;
  return {};
}

class DeskSignIn : public ::testing::Test {
 protected:
  ManualClock clock;
  TestAccount account = make_account();
  Desk desk = account.desk();
};

// A19
TEST_F(DeskSignIn, GivesANewTokenEachTimeAndStoresOnlyItsHash) {
  const auto first = desk.sign_in(right(), clock.now());
  const auto second = desk.sign_in(right("RITA"), clock.now());
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->person.id, account.requester.id);
  EXPECT_NE(first->token.reveal(), second->token.reveal());
  auto db = account.connect();
  const auto rows = db.query("SELECT session_key FROM web_session");
  ASSERT_TRUE(rows);
  ASSERT_EQ(rows->size(), 2U);
  for (const auto& row : *rows) {
    EXPECT_EQ(row.text(0).size(), 64U);
    EXPECT_EQ(row.text(0).find(first->token.reveal()), std::string::npos);
  }
}

// Each spelling has its own throttle: more than one that signs in would be more than the free failures.
TEST_F(DeskSignIn, TakesNoOtherSpellingOfALogin) {
  for (const char* login : {"rita ", "r\u00edta", "RIT\u00c4"}) {
    const auto signed_in = desk.sign_in(right(login), clock.now());
    ASSERT_FALSE(signed_in) << login;
    EXPECT_EQ(signed_in.error().code, Code::unauthenticated);
  }
}

TEST_F(DeskSignIn, SaysTheSameForAWrongPasswordAndAnUnknownLogin) {
  const auto known = desk.sign_in(wrong(), clock.now());
  const auto unknown = desk.sign_in(wrong("nobody"), clock.now());
  const auto injected = desk.sign_in(wrong("' OR '1'='1"), clock.now());
  ASSERT_FALSE(known || unknown || injected);
  for (const auto* answer : {&unknown, &injected}) {
    EXPECT_EQ(answer->error().code, Code::unauthenticated);
    EXPECT_EQ(answer->error().message, known.error().message);
  }
}

TEST_F(DeskSignIn, RefusesPeopleWhoAreInactiveOrHaveNoPassword) {
  auto db = account.connect();
  ASSERT_TRUE(db.execute("UPDATE person SET active = FALSE WHERE login = 'sam'"));
  ASSERT_TRUE(db.execute("DELETE FROM credential WHERE person_id = ?", {account.agent.id}));
  EXPECT_FALSE(desk.sign_in(right("sam"), clock.now()));
  EXPECT_FALSE(desk.sign_in(right("alice"), clock.now()));
}

// A19
TEST_F(DeskSignIn, RefusesEvenTheRightPasswordWhileThrottled) {
  for (int i = 0; i < 5; ++i) ASSERT_EQ(desk.sign_in(wrong(), clock.now()).error().code, Code::unauthenticated);
  const auto refused = desk.sign_in(right(), clock.now());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::too_many_requests);
  EXPECT_EQ(context_value(refused.error(), "retry_after_seconds"), "1");
  // Another program, or this one after a restart, knows as well: the count stands in the database.
  EXPECT_EQ(account.desk().sign_in(right("rita", "198.51.100.9"), clock.now()).error().code, Code::too_many_requests);
  // Others are not held up.
  EXPECT_TRUE(desk.sign_in(right("alice"), clock.now()));
  clock.advance(1s);
  EXPECT_TRUE(desk.sign_in(right(), clock.now()));
  // A right password starts the count anew.
  for (int i = 0; i < 5; ++i) EXPECT_EQ(desk.sign_in(wrong(), clock.now()).error().code, Code::unauthenticated);
}

TEST_F(DeskSignIn, DoublesTheWaitWithEachFurtherFailure) {
  for (int i = 0; i < 5; ++i) (void)desk.sign_in(wrong(), clock.now());
  for (const auto wait : {1, 2, 4}) {
    EXPECT_EQ(context_value(desk.sign_in(right(), clock.now()).error(), "retry_after_seconds"), std::to_string(wait));
    clock.advance(std::chrono::seconds(wait));
    EXPECT_EQ(desk.sign_in(wrong(), clock.now()).error().code, Code::unauthenticated);
  }
}

TEST_F(DeskSignIn, ThrottlesAnAddressThatTriesManyLogins) {
  for (int i = 0; i < 20; ++i)
    ASSERT_EQ(desk.sign_in(wrong("user" + std::to_string(i)), clock.now()).error().code, Code::unauthenticated);
  EXPECT_EQ(desk.sign_in(right("admin"), clock.now()).error().code, Code::too_many_requests);
  EXPECT_TRUE(desk.sign_in(right("admin", "198.51.100.7"), clock.now()));
}

TEST_F(DeskSignIn, LetsNoMoreThanTheFreeFailuresThroughAtTheSameTime) {
  std::atomic<int> looked_at{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 12; ++i)
    threads.emplace_back([&] {
      const auto answer = account.desk().sign_in(wrong(), clock.now());
      if (!answer && answer.error().code == Code::unauthenticated) ++looked_at;
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(looked_at, 5);
}

TEST_F(DeskSignIn, KeepsASessionForEightIdleHoursAndSevenDays) {
  const auto token = desk.sign_in(right(), clock.now())->token;
  for (int i = 0; i < 23; ++i) {
    clock.advance(7h);
    ASSERT_TRUE(desk.session(token, clock.now())) << i;
  }
  clock.advance(7h);  // 168 hours: seven days
  EXPECT_EQ(desk.session(token, clock.now()).error().code, Code::unauthenticated);

  const auto idle = desk.sign_in(right(), clock.now())->token;
  clock.advance(8h);
  EXPECT_FALSE(desk.session(idle, clock.now()));
}

TEST_F(DeskSignIn, WritesTheLastUseAtMostOnceAMinute) {
  const auto token = desk.sign_in(right(), clock.now())->token;
  auto db = account.connect();
  const auto seen = [&] { return db.query_one("SELECT seen_at FROM web_session").value()->time(0); };
  const auto first = seen();
  clock.advance(59s);
  ASSERT_TRUE(desk.session(token, clock.now()));
  EXPECT_EQ(seen(), first);
  clock.advance(1s);
  ASSERT_TRUE(desk.session(token, clock.now()));
  EXPECT_EQ(seen(), clock.now());
}

TEST_F(DeskSignIn, EndsASessionAtSignOutAndWithThePerson) {
  const auto token = desk.sign_in(right(), clock.now())->token;
  const auto other = desk.sign_in(right("sam"), clock.now())->token;
  ASSERT_TRUE(desk.sign_out(token));
  EXPECT_FALSE(desk.session(token, clock.now()));
  EXPECT_TRUE(desk.session(other, clock.now()));
  auto db = account.connect();
  ASSERT_TRUE(db.execute("UPDATE person SET active = FALSE WHERE login = 'sam'"));
  EXPECT_FALSE(desk.session(other, clock.now()));
  EXPECT_FALSE(desk.session(Secret("guess"), clock.now()));
}

// A1
TEST_F(DeskSignIn, KnowsNoSessionOrTokenOfAnotherAccount) {
  const auto other = make_account();
  const auto token = desk.sign_in(right(), clock.now())->token;
  EXPECT_FALSE(other.desk().session(token, clock.now()));
  EXPECT_FALSE(other.desk().bearer(Secret(account.token(account.agent, clock.now())), clock.now()));
}

// A19
TEST_F(DeskSignIn, ChangesAPasswordByThePolicyAndEndsOtherSessions) {
  const auto kept = desk.sign_in(right(), clock.now())->token;
  const auto ended = desk.sign_in(right(), clock.now())->token;
  auto db = account.connect();
  ASSERT_TRUE(db.execute("UPDATE credential SET must_change = TRUE WHERE person_id = ?", {account.requester.id}));
  EXPECT_TRUE(desk.session(kept, clock.now())->must_change_password);

  const Secret fresh("Another-Horse-8");
  EXPECT_EQ(desk.change_password(account.requester, Secret(kPassword), Secret("short"), kept, clock.now()).error().code,
            Code::invalid_argument);
  EXPECT_EQ(desk.change_password(account.requester, Secret("wrong"), fresh, kept, clock.now()).error().code,
            Code::unauthenticated);
  ASSERT_TRUE(desk.change_password(account.requester, Secret(kPassword), fresh, kept, clock.now()));
  EXPECT_FALSE(desk.session(kept, clock.now())->must_change_password);
  EXPECT_FALSE(desk.session(ended, clock.now()));
  EXPECT_FALSE(desk.sign_in(right(), clock.now()));
  EXPECT_TRUE(desk.sign_in({"rita", fresh, "192.0.2.1"}, clock.now()));
  const auto hash = db.query_one("SELECT password_hash FROM credential WHERE person_id = ?", {account.requester.id});
  EXPECT_THAT(hash.value()->text(0), ::testing::StartsWith("$argon2id$"));
}

TEST_F(DeskSignIn, TokensExpireAndKeepOnlyTheirHash) {
  const auto token = desk.create_api_token(account.agent, "nightly report", clock.now() + 1h, clock.now());
  ASSERT_TRUE(token);
  EXPECT_EQ(desk.bearer(*token, clock.now())->id, account.agent.id);
  EXPECT_FALSE(desk.create_api_token(account.agent, "", std::nullopt, clock.now()));
  clock.advance(1h);
  EXPECT_FALSE(desk.bearer(*token, clock.now()));
}

TEST_F(DeskSignIn, ATokensLastUseIsWrittenAtMostOnceAMinute) {
  const auto token = desk.create_api_token(account.agent, "nightly report", std::nullopt, clock.now());
  ASSERT_TRUE(token);
  auto db = account.connect();
  const auto last_use = [&] { return db.query_one("SELECT last_used_at FROM api_token").value()->optional_time(0); };
  EXPECT_EQ(last_use(), std::nullopt);
  const auto first = clock.now();
  ASSERT_TRUE(desk.bearer(*token, clock.now()));
  EXPECT_EQ(last_use(), first);
  clock.advance(59s);
  ASSERT_TRUE(desk.bearer(*token, clock.now()));
  EXPECT_EQ(last_use(), first);
  clock.advance(1s);
  ASSERT_TRUE(desk.bearer(*token, clock.now()));
  EXPECT_EQ(last_use(), clock.now());
}

TEST_F(DeskSignIn, HousekeepingRemovesWhatHasExpiredOnly) {
  const auto old = desk.sign_in(right(), clock.now())->token;
  (void)desk.sign_in(wrong("sam"), clock.now());
  clock.advance(25h);
  const auto fresh = desk.sign_in(right(), clock.now())->token;
  ASSERT_TRUE(desk.remove_expired(clock.now()));
  auto db = account.connect();
  EXPECT_EQ(db.query_one("SELECT COUNT(*) FROM web_session").value()->integer(0), 1);
  EXPECT_EQ(db.query_one("SELECT COUNT(*) FROM sign_in_failure WHERE last_at < ?", {clock.now()}).value()->integer(0),
            0);
  EXPECT_TRUE(desk.session(fresh, clock.now()));
  EXPECT_FALSE(desk.session(old, clock.now()));
}

}  // namespace
}  // namespace slipway::desk::test
