// Generations: a migration's database replaces the account's, in one step.
#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <thread>

#include "appliance/crypto/crypto.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/test_platform.hpp"

namespace slipway::account {
namespace {

class AccountPublication : public testing::Test {
 protected:
  static AccountName name(const std::string& text) { return AccountName::parse(text).value(); }
  std::set<std::int64_t> numbers_in(const std::string& database) {
    const auto rows = admin_.query("SELECT name FROM `" + database + "`.team");
    EXPECT_TRUE(rows.has_value());
    std::set<std::int64_t> numbers;
    for (const sql::Row& row : *rows) numbers.insert(std::stoll(row.text(0)));
    return numbers;
  }

  test::TestPlatform& platform_ = test::TestPlatform::instance();
  sql::Connection admin_ = platform_.administrator();
  Administration administration_{admin_, platform_.key()};
  sql::Pool web_{platform_.program("slipway_web")};
  Directory directory_{web_, platform_.key()};
};

// A27
TEST_F(AccountPublication, APreparedGenerationIsEmptyAndApartUntilPublished) {
  static_cast<void>(platform_.account("prep"));
  const auto first = administration_.prepare_generation(name("prep"));
  ASSERT_TRUE(first.has_value()) << to_text(first.error());
  EXPECT_EQ(first->number, 2);
  EXPECT_EQ(first->database, "acct_prep_2");
  auto session = test::connect(first->endpoint);
  ASSERT_TRUE(session.execute("INSERT INTO team (name) VALUES ('1')").has_value());
  EXPECT_EQ((*directory_.pool(name("prep")))->endpoint().database, "acct_prep_1");

  const auto anew = administration_.prepare_generation(name("prep"));
  ASSERT_TRUE(anew.has_value()) << to_text(anew.error());
  EXPECT_EQ(anew->number, 2);
  EXPECT_TRUE(numbers_in("acct_prep_2").empty());
}

// A27
TEST_F(AccountPublication, WhatIsNotReadyIsNotPublishedAndWhatIsServedIsNotDropped) {
  static_cast<void>(platform_.account("unready"));
  EXPECT_EQ(administration_.publish_generation(name("unready"), 2).error().code, Code::not_found);
  EXPECT_EQ(administration_.drop_generation(name("unready"), 1).error().code, Code::conflict);
  EXPECT_TRUE(administration_.drop_generation(name("unready"), 7).has_value());
  ASSERT_TRUE(administration_.prepare_generation(name("unready")).has_value());
  EXPECT_TRUE(administration_.drop_generation(name("unready"), 2).has_value());
  EXPECT_EQ(administration_.publish_generation(name("unready"), 2).error().code, Code::not_found);
  EXPECT_EQ(directory_.find(name("unready"))->generation, 1);
}

// A27
TEST_F(AccountPublication, OnlyOneAtATimePreparesTheNextGeneration) {
  static_cast<void>(platform_.account("single"));
  ASSERT_TRUE(administration_.prepare_generation(name("single")).has_value());
  ASSERT_TRUE(administration_.prepare_generation(name("single")).has_value());
  auto other = std::make_optional(platform_.administrator());
  auto second = std::make_unique<Administration>(*other, platform_.key());
  EXPECT_EQ(second->prepare_generation(name("single")).error().code, Code::in_use);
  ASSERT_TRUE(administration_.publish_generation(name("single"), 2).has_value());
  ASSERT_TRUE(second->prepare_generation(name("single")).has_value());
  EXPECT_EQ(administration_.prepare_generation(name("single")).error().code, Code::in_use);
  // A program that is killed takes its claim with it.
  second.reset();
  other.reset();
  EXPECT_TRUE(administration_.prepare_generation(name("single")).has_value());
  ASSERT_TRUE(administration_.drop_generation(name("single"), 3).has_value());
  EXPECT_EQ(directory_.find(name("single"))->generation, 2);
}

// A27
TEST_F(AccountPublication, StaffSignsInAfterwardsWithTheSamePassword) {
  const auto made = platform_.account("staff");
  auto old = test::connect(platform_.account_user("staff"));
  ASSERT_TRUE(old.execute("INSERT INTO person (display_name, login, role) VALUES ('No credential', 'second', "
                          "'administrator'), ('An agent', 'agent', 'agent')")
                  .has_value());
  const auto prepared = administration_.prepare_generation(name("staff"));
  ASSERT_TRUE(prepared.has_value());
  auto next = test::connect(prepared->endpoint);
  // Migrated persons have taken the first ids, and one of them has the administrator's login in other letters.
  ASSERT_TRUE(next.execute("INSERT INTO person (person_id, display_name, login, role) VALUES (1, 'Someone', 'some', "
                           "'requester'), (2, 'Migrated', 'ADMIN', 'requester')")
                  .has_value());
  ASSERT_TRUE(administration_.carry_staff(name("staff"), 2).has_value());
  ASSERT_TRUE(administration_.carry_staff(name("staff"), 2).has_value());
  ASSERT_TRUE(administration_.publish_generation(name("staff"), 2).has_value());

  auto session = test::connect(platform_.account_user("staff"));
  const auto staff = session.query("SELECT person_id, login, role, display_name FROM person ORDER BY person_id");
  ASSERT_TRUE(staff.has_value());
  ASSERT_EQ(staff->size(), 2U);
  EXPECT_EQ((*staff)[0].text(2), "requester");
  EXPECT_EQ((*staff)[1].text(2), "administrator");
  EXPECT_EQ((*staff)[1].text(3), "Migrated");
  const auto hash = session.query_one("SELECT password_hash FROM credential WHERE person_id = 2");
  ASSERT_TRUE(hash.has_value() && hash->has_value());
  EXPECT_TRUE(crypto::verify_password((*hash)->text(0), made.administrator_password));
}

// A27
TEST_F(AccountPublication, AdministratorsTokensGoOnWorkingAndOthersAreCounted) {
  static_cast<void>(platform_.account("keys"));
  auto old = test::connect(platform_.account_user("keys"));
  ASSERT_TRUE(
      old.execute("INSERT INTO person (display_name, login, role) VALUES ('An agent', 'agent', 'agent')").has_value());
  const auto token = administration_.create_token(name("keys"), "admin", "monitoring");
  ASSERT_TRUE(token.has_value());
  ASSERT_TRUE(administration_.create_token(name("keys"), "agent", "script").has_value());
  const auto prepared = administration_.prepare_generation(name("keys"));
  ASSERT_TRUE(prepared.has_value());
  auto next = test::connect(prepared->endpoint);
  // A migrated person has the agent's login and the administrator's id: neither may get a token by that.
  ASSERT_TRUE(next.execute("INSERT INTO person (person_id, display_name, login, role) VALUES (1, 'Other', 'agent', "
                           "'agent')")
                  .has_value());
  for (int time = 0; time < 2; ++time) {
    const auto carried = administration_.carry_staff(name("keys"), 2);
    ASSERT_TRUE(carried.has_value()) << to_text(carried.error());
    EXPECT_EQ(carried->tokens, 1U);
    EXPECT_EQ(carried->tokens_left, 1U);
  }
  ASSERT_TRUE(administration_.publish_generation(name("keys"), 2).has_value());
  const auto tokens = administration_.list_tokens(name("keys"));
  ASSERT_TRUE(tokens.has_value());
  ASSERT_EQ(tokens->size(), 1U);
  EXPECT_EQ(tokens->front().login, "admin");
  EXPECT_EQ(tokens->front().label, "monitoring");
  EXPECT_TRUE(tokens->front().expires_at.has_value());
  EXPECT_EQ(crypto::sha256_hex(token->reveal()).substr(0, 12), tokens->front().id);
}

// A27
TEST_F(AccountPublication, ASuspendedAccountStaysSuspended) {
  static_cast<void>(platform_.account("asleep"));
  ASSERT_TRUE(administration_.suspend(name("asleep"), "test").has_value());
  ASSERT_TRUE(administration_.prepare_generation(name("asleep")).has_value());
  ASSERT_TRUE(administration_.publish_generation(name("asleep"), 2).has_value());
  EXPECT_EQ(directory_.find(name("asleep"))->state, State::suspended);
  EXPECT_EQ(directory_.find(name("asleep"))->generation, 2);
}

// What one writer did: numbers it was told are stored, by the database it believed it wrote to.
struct Writer {
  std::set<std::int64_t> acknowledged_by_old;
  std::set<std::int64_t> acknowledged_by_new;
  bool old_took_a_write_after_publication = false;
};

// Writes numbers, with the pool it has, until that fails; then asks the directory for the pool again.
void write(Directory& directory, const AccountName& account, std::int64_t first, const std::atomic<bool>& published,
           const std::atomic<bool>& stop, Writer& writer) {
  auto pool = directory.pool(account);
  for (std::int64_t number = first; !stop; ++number) {
    const bool after = published;
    bool stored = false;
    if (pool.has_value()) {
      if (auto session = (*pool)->lend(); session.has_value()) {
        stored = (*session)->execute("INSERT INTO team (name) VALUES (?)", {std::to_string(number)}).has_value();
        if (!stored) session->discard();
      }
    }
    if (!stored) {
      pool = directory.pool(account);
      continue;
    }
    const bool old = (*pool)->endpoint().database == "acct_busy_1";
    (old ? writer.acknowledged_by_old : writer.acknowledged_by_new).insert(number);
    if (old && after) writer.old_took_a_write_after_publication = true;
  }
}

// A27
TEST_F(AccountPublication, SwitchesUnderWritersWithoutLosingAnAcknowledgedWrite) {
  static_cast<void>(platform_.account("busy"));
  ASSERT_TRUE(administration_.prepare_generation(name("busy")).has_value());
  std::atomic<bool> published{false};
  std::atomic<bool> stop{false};
  std::array<Writer, 3> writers;
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < writers.size(); ++i)
    threads.emplace_back([&, i] {
      write(directory_, name("busy"), static_cast<std::int64_t>(i) * 10'000'000, published, stop, writers[i]);
    });
  // Enough rows, and some of every writer.
  const auto all_wrote_to = [&](const std::string& database) {
    const auto numbers = numbers_in(database);
    std::set<std::int64_t> from;
    for (const std::int64_t number : numbers) from.insert(number / 10'000'000);
    return numbers.size() > 200 && from.size() == writers.size();
  };
  EXPECT_TRUE(test::eventually(std::chrono::seconds(20), [&] { return all_wrote_to("acct_busy_1"); }));
  const Status switched = administration_.publish_generation(name("busy"), 2);
  published = true;
  EXPECT_TRUE(test::eventually(std::chrono::seconds(20), [&] { return all_wrote_to("acct_busy_2"); }));
  stop = true;
  for (std::thread& thread : threads) thread.join();
  ASSERT_TRUE(switched.has_value()) << to_text(switched.error());

  const auto in_old = numbers_in("acct_busy_1");
  const auto in_new = numbers_in("acct_busy_2");
  for (const Writer& writer : writers) {
    EXPECT_FALSE(writer.old_took_a_write_after_publication);
    EXPECT_FALSE(writer.acknowledged_by_new.empty());
    EXPECT_TRUE(std::includes(in_old.begin(), in_old.end(), writer.acknowledged_by_old.begin(),
                              writer.acknowledged_by_old.end()));
    EXPECT_TRUE(std::includes(in_new.begin(), in_new.end(), writer.acknowledged_by_new.begin(),
                              writer.acknowledged_by_new.end()));
  }
  // The old user is out for good.
  const auto row = admin_.query_one("SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE USER = 'acct_busy_1'");
  ASSERT_TRUE(row.has_value());
  EXPECT_EQ((*row)->integer(0), 0);
}

// A1
TEST_F(AccountPublication, TheOldDatabaseGoesWithItsUser) {
  static_cast<void>(platform_.account("tidy"));
  ASSERT_TRUE(administration_.prepare_generation(name("tidy")).has_value());
  ASSERT_TRUE(administration_.publish_generation(name("tidy"), 2).has_value());
  ASSERT_TRUE(administration_.publish_generation(name("tidy"), 2).has_value());
  ASSERT_TRUE(administration_.drop_generation(name("tidy"), 1).has_value());
  const auto row = admin_.query_one("SELECT COUNT(*) FROM mysql.global_priv WHERE User LIKE 'acct\\_tidy\\_%'");
  ASSERT_TRUE(row.has_value());
  EXPECT_EQ((*row)->integer(0), 1);
  EXPECT_TRUE((*directory_.pool(name("tidy")))->lend().has_value());
}

}  // namespace
}  // namespace slipway::account
