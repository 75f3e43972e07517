// Which tables may travel as files, and what is said when none may.
#include <gtest/gtest.h>

#include <functional>

#include "migrate/engine/physical_rules.hpp"

namespace slipway::migrate {
namespace {

PhysicalFacts possible() {
  PhysicalFacts facts;
  facts.source = {true, 10, 11, "10.11.6-MariaDB", 16384, true, true, true};
  facts.target = {true, 11, 8, "11.8.2-MariaDB", 16384, true, true, true};
  facts.tool_version = "10.11.19-MariaDB";
  facts.privileges = facts.tables_made = facts.compared = true;
  facts.database_file_name = "desk";
  facts.system_bytes = 12U << 20U;
  facts.free_bytes = std::uint64_t{4} << 30U;
  PhysicalTable ticket{"ticket", "InnoDB", ""};
  ticket.own_file = true;
  ticket.file_bytes = std::uint64_t{1} << 30U;
  facts.tables = {ticket};
  return facts;
}

TEST(PhysicalRules, TakesFilesWhereBothServersRunHere) {
  const auto plan = plan_physical(possible(), Method::automatic);
  EXPECT_EQ(plan.refused, "");
  EXPECT_EQ(plan.tables, std::vector<std::string>{"ticket"});
}

TEST(PhysicalRules, SaysWhyNothingGoesAsAFile) {
  const std::pair<const char*, std::function<void(PhysicalFacts&)>> cases[] = {
      {"no MariaDB", [](PhysicalFacts& facts) { facts.source.mariadb = false; }},
      {"newer than the target", [](PhysicalFacts& facts) { facts.target.major = 10, facts.target.minor = 6; }},
      {"not installed", [](PhysicalFacts& facts) { facts.tool_version.clear(); }},
      {"cannot read the files", [](PhysicalFacts& facts) { facts.source.minor = 5; }},
      {"pages of different sizes", [](PhysicalFacts& facts) { facts.target.page_bytes = 4096; }},
      {"case of table names", [](PhysicalFacts& facts) { facts.target.plain_names = false; }},
      {"source does not run on this machine", [](PhysicalFacts& facts) { facts.source.on_this_machine = false; }},
      {"cannot be read by this user", [](PhysicalFacts& facts) { facts.source.files_within_reach = false; }},
      {"target does not run on this machine", [](PhysicalFacts& facts) { facts.target.on_this_machine = false; }},
      {"cannot be written by this user", [](PhysicalFacts& facts) { facts.target.files_within_reach = false; }},
      {"RELOAD or PROCESS", [](PhysicalFacts& facts) { facts.privileges = false; }},
      {"encrypts", [](PhysicalFacts& facts) { facts.encrypted = true; }},
      {"beyond ASCII", [](PhysicalFacts& facts) { facts.database_file_name.clear(); }},
      {"exist already", [](PhysicalFacts& facts) { facts.tables_made = false; }},
      {"compared afterwards", [](PhysicalFacts& facts) { facts.compared = false; }},
      {"limit on the load", [](PhysicalFacts& facts) { facts.limited = true; }},
      {"binary log", [](PhysicalFacts& facts) { facts.logged = true; }},
      {"small", [](PhysicalFacts& facts) { facts.tables[0].file_bytes = 1U << 20U; }},
      {"server's own files", [](PhysicalFacts& facts) { facts.system_bytes = std::uint64_t{3} << 30U; }},
      {"would be needed", [](PhysicalFacts& facts) { facts.free_bytes = std::uint64_t{1} << 30U; }},
      {"long values", [](PhysicalFacts& facts) { facts.tables[0].row_bytes = 200'000; }},
      {"its engine is Aria", [](PhysicalFacts& facts) { facts.tables[0].engine = "Aria"; }},
  };
  for (const auto& [reason, change] : cases) {
    PhysicalFacts facts = possible();
    change(facts);
    const auto plan = plan_physical(facts, Method::automatic);
    EXPECT_NE(plan.refused.find(reason), std::string::npos) << reason << ": " << plan.refused;
  }
}

TEST(PhysicalRules, TakesSmallTablesWhenAskedTo) {
  PhysicalFacts facts = possible();
  facts.tables[0].file_bytes = 1U << 20U;
  EXPECT_EQ(plan_physical(facts, Method::physical).refused, "");
}

// A27
TEST(PhysicalRules, LeaveADatabaseToSqlThatIsMostlyLongValues) {
  PhysicalFacts facts = possible();
  facts.tables[0].row_bytes = kLongRowBytes;
  EXPECT_EQ(plan_physical(facts, Method::physical).refused, "");  // it was asked for
  facts.tables.push_back(facts.tables[0]);
  facts.tables[1].name = "article";
  facts.tables[1].row_bytes = kLongRowBytes - 1;
  facts.tables[1].file_bytes = facts.tables[0].file_bytes / 4;
  EXPECT_EQ(plan_physical(facts, Method::automatic).refused, "");
  facts.tables[1].file_bytes -= 4;
  EXPECT_NE(plan_physical(facts, Method::automatic).refused, "");
  facts.tables[0].engine = "Aria";  // what goes by SQL anyway has no say
  EXPECT_EQ(plan_physical(facts, Method::automatic).refused, "");
}

TEST(PhysicalRules, LeavesSingleTablesToSql) {
  const std::pair<const char*, std::function<void(PhysicalTable&)>> cases[] = {
      {"engine", [](PhysicalTable& table) { table.engine = "MyISAM"; }},
      {"row history", [](PhysicalTable& table) { table.ordinary = false; }},
      {"partitioned", [](PhysicalTable& table) { table.create_options = "partitioned"; }},
      {"encrypted", [](PhysicalTable& table) { table.create_options = "`ENCRYPTED`='YES'"; }},
      {"compressed", [](PhysicalTable& table) { table.create_options = "`PAGE_COMPRESSED`=1"; }},
      {"FULLTEXT", [](PhysicalTable& table) { table.search_keys = true; }},
      {"virtual", [](PhysicalTable& table) { table.computed_key = true; }},
      {"definition", [](PhysicalTable& table) { table.changed_shape = true; }},
      {"ASCII", [](PhysicalTable& table) { table.name = "caf\xc3\xa9"; }},
      {"no file", [](PhysicalTable& table) { table.own_file = false; }},
  };
  for (const auto& [reason, change] : cases) {
    PhysicalFacts facts = possible();
    facts.tables.push_back(facts.tables[0]);
    change(facts.tables[1]);
    const auto plan = plan_physical(facts, Method::automatic);
    EXPECT_EQ(plan.refused, "") << reason;
    EXPECT_EQ(plan.tables.size(), 1U) << reason;
    ASSERT_EQ(plan.by_sql.size(), 1U) << reason;
    EXPECT_NE(plan.by_sql[0].reason.find(reason), std::string::npos) << plan.by_sql[0].reason;
  }
}

// A27
TEST(PhysicalRules, SumAsAWholeWhatOneReaderSumsBeforeSeveralSumItsRanges) {
  EXPECT_TRUE(sum_as_a_whole(100, 100, 1));
  EXPECT_TRUE(sum_as_a_whole(100, 100, 2));
  EXPECT_FALSE(sum_as_a_whole(100, 100, 3));  // one huge table, many cores
  EXPECT_TRUE(sum_as_a_whole(30, 100, 8));
  EXPECT_FALSE(sum_as_a_whole(32, 100, 8));
}

TEST(PhysicalRules, NamesFilesAndReadsVersions) {
  EXPECT_EQ(file_name_of("service-desk 2"), "service@002ddesk@00202");
  EXPECT_EQ(file_name_of("caf\xc3\xa9"), "");
  EXPECT_EQ(tool_version_of("mariadb-backup based on MariaDB server 10.11.19-MariaDB debian-linux-gnu (x86_64)\n"),
            "10.11.19-MariaDB");
  EXPECT_EQ(tool_version_of("something else"), "");
  unsigned major = 0;
  unsigned minor = 0;
  read_release("5.5.5-10.6.3-MariaDB", major, minor);
  EXPECT_EQ(std::pair(major, minor), std::pair(10U, 6U));
  read_release("strange", major, minor);
  EXPECT_EQ(std::pair(major, minor), std::pair(0U, 0U));
}

}  // namespace
}  // namespace slipway::migrate
