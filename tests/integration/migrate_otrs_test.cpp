// A desk of OTRS 6 moved into an account.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "migrate/run/report.hpp"
#include "tests/integration/otrs_desk.hpp"
#include "tests/support/served_desk.hpp"

namespace slipway::migrate {
namespace {

using test::Facts;
using testing::HasSubstr;

// A27
TEST(MigrateOtrs, EveryTicketMessageFileAndPersonArrives) {
  const auto source = test::case_database("otrs");
  const test::TempDirectory files;
  write_otrs_files(files.path());
  auto options = test::move_options(source, "otrs_all");
  options.planning.files_directory = files.path();
  options.planning.status_map_file = test::case_file("otrs", "statuses.toml");
  const auto done = test::move(options);
  ASSERT_TRUE(done.has_value()) << to_text(done.error());
  EXPECT_EQ(done->plan.product.profile->name, "otrs");
  EXPECT_EQ(done->plan.product.version, "6");
  EXPECT_GT(done->checks.size(), 15U);

  auto account = test::moved_account("otrs_all");
  const Facts expected = facts_of_otrs(source);
  EXPECT_GT(expected.size(), 6000U);
  EXPECT_EQ(test::differences(expected, test::facts_of(account)), "");

  const auto asides = test::asides_of(*done);
  EXPECT_EQ(asides.at("article: articles of tickets that are gone"), 1U);
  EXPECT_EQ(asides.at("article_data_mime_attachment: articles of tickets that are gone"), 1U);
  EXPECT_EQ(asides.at("article_data_sms: a table that the profile does not know"), 1U);
  EXPECT_EQ(asides.at("dynamic_field_value: values of articles, customers and requests that are gone"), 3U);
  EXPECT_EQ(asides.at("time_accounting: time worked, entry by entry; the request shows the sum"), 90U);
  EXPECT_EQ(asides.at("link_relation: links that are not between requests, or not valid"), 3U);
  EXPECT_EQ(asides.at("sessions (left)"), 1U);
  EXPECT_EQ(test::leaked(account, {"hash-of-", "SECRET-"}), "");
}

// A27
TEST(MigrateOtrs, EveryRequestIsServedAsTheSourceHasIt) {
  const auto source = test::case_database("otrs");
  const test::TempDirectory files;
  write_otrs_files(files.path());
  test::Instance instance;
  instance.up();
  test::move_by_program(
      instance, source, "desk",
      {"--files", files.path().string(), "--status-map", test::case_file("otrs", "statuses.toml").string()});
  Facts expected = facts_of_otrs(source);
  EXPECT_EQ(test::served_differences(instance, "desk", expected), "");

  // The comparison sees what is wrong, by REST and on the page.
  test::spoil(expected);
  EXPECT_THAT(test::served_differences(instance, "desk", expected), HasSubstr(" 6 differences\n"));
}

// A27
TEST(MigrateOtrs, StatesOfItsOwnNeedARowInTheMap) {
  const auto done = test::move(test::move_options(test::case_database("otrs"), "otrs_map"));
  ASSERT_FALSE(done.has_value());
  EXPECT_EQ(done.error().code, Code::invalid_argument);
  EXPECT_THAT(done.error().message, HasSubstr("waiting for vendor"));
}

// A27
TEST(MigrateOtrs, AttachmentsOnDiskHaveToBeGiven) {
  auto options = test::move_options(test::case_database("otrs"), "otrs_files");
  options.planning.status_map_file = test::case_file("otrs", "statuses.toml");
  const auto done = test::move(options);
  ASSERT_FALSE(done.has_value());
  EXPECT_THAT(done.error().message, HasSubstr("3 files"));
  EXPECT_THAT(done.error().hint, HasSubstr("--files"));
}

// A27
TEST(MigrateOtrs, OlderVersionsAreRefusedWithTheWayOut) {
  const auto source = test::fresh_database();
  auto db = test::connect(source);
  for (const char* table :
       {"ticket (tn INT)", "article (a_body INT, article_type_id INT)", "article_attachment (id INT)",
        "article_type (id INT)", "customer_user (id INT)", "queue (id INT)", "ticket_state (id INT)"})
    ASSERT_TRUE(db.execute_text(std::string("CREATE TABLE ") + table).has_value());
  const auto done = test::move(test::move_options(source, "otrs_old"));
  ASSERT_FALSE(done.has_value());
  EXPECT_EQ(done.error().code, Code::unsupported);
  EXPECT_THAT(done.error().hint, HasSubstr("OTRS 6"));
}

}  // namespace
}  // namespace slipway::migrate
