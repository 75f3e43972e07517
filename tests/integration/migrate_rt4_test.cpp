// Desks of Request Tracker 4.4 and 4.2 moved into an account by the profile of version 5.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "migrate/run/report.hpp"
#include "tests/integration/rt4_desk.hpp"

namespace slipway::migrate {
namespace {

using test::Facts;
using testing::HasSubstr;

void expect_everything(const sql::Endpoint& source, const std::string& name, const std::string& version) {
  const auto done = test::move(test::move_options(source, name));
  ASSERT_TRUE(done.has_value()) << to_text(done.error());
  EXPECT_EQ(done->plan.product.version, version);
  auto account = test::moved_account(name);
  const Facts expected = facts_of_rt4(source);
  EXPECT_GT(expected.size(), 5000U);
  EXPECT_EQ(test::differences(expected, test::facts_of(account)), "");
  const auto asides = test::asides_of(*done);
  EXPECT_EQ(asides.at("Tickets: reminders and approvals are no requests"), 2U);
  EXPECT_EQ(asides.at("Users: details of people without a place"), 46U);
  EXPECT_EQ(asides.at("sessions (left)"), 1U);
  EXPECT_EQ(test::leaked(account, {"SECRET"}), "");
}

// A27
TEST(MigrateRt4, EveryTicketMessageFileAndPersonOf44Arrives) {
  expect_everything(test::case_database("rt4"), "rt44", "4.4");
}

// A27
TEST(MigrateRt4, EveryTicketMessageFileAndPersonOf42Arrives) {
  const auto source = test::case_database("rt4");
  auto db = test::connect(source);
  const auto changed = db.run_script(test::read_file(test::case_file("rt4", "to-4.2.sql")));
  ASSERT_TRUE(changed.has_value()) << changed.error().message;
  expect_everything(source, "rt42", "4.2");
  auto account = test::moved_account("rt42");
  const auto key = account.query_one(
      "SELECT JSON_VALUE(content, '$.PGPKey') FROM kept_aside WHERE source_table = 'Users' AND source_key = '20'");
  ASSERT_TRUE(key.has_value() && key->has_value());
  EXPECT_EQ((*key)->text(0), "a public key");
}

// A27
TEST(MigrateRt4, OlderVersionsAreRefusedWithTheWayOut) {
  const auto source = test::fresh_database();
  auto db = test::connect(source);
  for (const char* table : {"Tickets (EffectiveId INT)", "Transactions (id INT)", "Attachments (id INT)",
                            "Users (id INT)", "Queues (id INT)", "Principals (id INT)", "CachedGroupMembers (id INT)"})
    ASSERT_TRUE(db.execute_text(std::string("CREATE TABLE ") + table).has_value());
  const auto done = test::move(test::move_options(source, "rt40"));
  ASSERT_FALSE(done.has_value());
  EXPECT_EQ(done.error().code, Code::unsupported);
  EXPECT_THAT(done.error().hint, HasSubstr("4.2 or later"));
}

}  // namespace
}  // namespace slipway::migrate
