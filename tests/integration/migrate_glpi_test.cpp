// A desk of GLPI 10 moved into an account, with the documents that it keeps on disk.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "migrate/run/report.hpp"
#include "tests/integration/glpi_desk.hpp"
#include "tests/support/served_desk.hpp"

namespace slipway::migrate {
namespace {

using test::Facts;
using testing::HasSubstr;

// A27
TEST(MigrateGlpi, EveryTicketMessageDocumentAndPersonArrives) {
  const auto source = test::case_database("glpi");
  const test::TempDirectory files;
  write_glpi_files(source, files.path());
  auto options = test::move_options(source, "glpi_all");
  options.planning.files_directory = files.path();
  const auto done = test::move(options);
  ASSERT_TRUE(done.has_value()) << to_text(done.error());
  EXPECT_EQ(done->plan.product.version, "10.0");
  EXPECT_GT(done->checks.size(), 15U);

  auto account = test::moved_account("glpi_all");
  const Facts expected = facts_of_glpi(source);
  EXPECT_GT(expected.size(), 6000U);
  EXPECT_EQ(test::differences(expected, test::facts_of(account)), "");

  EXPECT_THAT(done->warnings, testing::Contains(HasSubstr("missing.TXT")));
  EXPECT_THAT(done->warnings, testing::Contains(HasSubstr("../../etc/passwd")));
  const auto asides = test::asides_of(*done);
  EXPECT_EQ(asides.at("glpi_itilfollowups: followups of problems and changes, and of requests that are gone"), 2U);
  EXPECT_EQ(asides.at("glpi_documents: documents in the bin (their files stay where they are)"), 1U);
  EXPECT_EQ(asides.at("glpi_computers: assets have no place yet"), 2U);
  EXPECT_EQ(asides.at("glpi_ticketcosts: costs have no place yet"), 1U);
  EXPECT_EQ(asides.at("glpi_plugin_fields_computerassets: a table that the profile does not know"), 1U);
  EXPECT_EQ(asides.at("glpi_events (left)"), 1U);
  EXPECT_EQ(test::leaked(account, {"SECRET"}), "");
}

// A27
TEST(MigrateGlpi, EveryRequestIsServedAsTheSourceHasIt) {
  const auto source = test::case_database("glpi");
  const test::TempDirectory files;
  write_glpi_files(source, files.path());
  test::Instance instance;
  instance.up();
  test::move_by_program(instance, source, "desk", {"--files", files.path().string()});
  Facts expected = facts_of_glpi(source);
  EXPECT_EQ(test::served_differences(instance, "desk", expected), "");

  // The comparison sees what is wrong, by REST and on the page.
  test::spoil(expected);
  EXPECT_THAT(test::served_differences(instance, "desk", expected), HasSubstr(" 6 differences\n"));
}

// A27
TEST(MigrateGlpi, VersionsAreToldApartByTheirTables) {
  const auto source = test::case_database("glpi");
  auto db = test::connect(source);
  auto options = test::move_options(source, "glpi_old");
  options.execute = false;
  ASSERT_TRUE(db.execute_text("DROP TABLE glpi_pendingreasons").has_value());
  const auto plan = test::move(options);
  ASSERT_TRUE(plan.has_value()) << to_text(plan.error());
  EXPECT_EQ(plan->plan.product.version, "9.5");

  ASSERT_TRUE(db.execute_text("CREATE TABLE glpi_assets_assetdefinitions (id INT)").has_value());
  const auto newer = test::move(options);
  ASSERT_FALSE(newer.has_value());
  EXPECT_THAT(newer.error().hint, HasSubstr("--profile"));

  ASSERT_TRUE(db.execute_text("DROP TABLE glpi_assets_assetdefinitions, glpi_impactrelations").has_value());
  const auto older = test::move(options);
  ASSERT_FALSE(older.has_value());
  EXPECT_THAT(older.error().hint, HasSubstr("GLPI 10"));
}

// A27
TEST(MigrateGlpi, DocumentsOnDiskHaveToBeGiven) {
  const auto done = test::move(test::move_options(test::case_database("glpi"), "glpi_bare"));
  ASSERT_FALSE(done.has_value());
  EXPECT_THAT(done.error().hint, HasSubstr("--files"));
}

}  // namespace
}  // namespace slipway::migrate
