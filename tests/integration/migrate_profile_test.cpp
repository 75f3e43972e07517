// Profiles that are read from disk: tried on empty tables, and moved by.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "appliance/sql/schema.hpp"
#include "migrate/products/outside_files.hpp"
#include "migrate/products/profile_check.hpp"
#include "tests/support/migration.hpp"

namespace slipway::migrate {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* kTables =
    "CREATE TABLE mini_note (id INT PRIMARY KEY, title VARCHAR(100), state VARCHAR(10), body BLOB, charset "
    "VARCHAR(20), "
    "file VARCHAR(100)) CHARSET=utf8mb4;\n";

constexpr const char* kSteps =
    R"(CREATE TABLE {{source}}.slipway_message (message_id BIGINT UNSIGNED NOT NULL PRIMARY KEY,
  number BIGINT UNSIGNED NOT NULL, author_id BIGINT UNSIGNED NOT NULL, visibility VARCHAR(10) NOT NULL,
  written_at DATETIME NOT NULL, source_key VARCHAR(100) NOT NULL);
INSERT INTO {{target}}.person (person_id, display_name, login) VALUES (50, 'Mini', 'mini');
INSERT INTO {{target}}.request (number, subject, status, requester_id)
SELECT n.id, n.title, m.status, 50 FROM {{source}}.mini_note n JOIN {{source}}.slipway_status_map m ON m.source = LOWER(n.state) COLLATE utf8mb4_general_ci;
INSERT INTO {{source}}.slipway_message SELECT id, id, 50, 'public', '2020-01-01', CONCAT('note:', id) FROM {{source}}.mini_note;
CREATE VIEW {{source}}.slipway_part AS
SELECT id AS message_id, id AS part_id, 0 AS parent_id, 'text/plain' AS media_type, NULL AS file_name, NULL AS encoding, NULL AS headers,
  body AS content, CONCAT('note:', id) AS source_key, charset, 'markdown' AS markup, NULL AS path FROM {{source}}.mini_note
UNION ALL SELECT id, id + 1000, 0, 'message/rfc822', 'a.eml', NULL, NULL, NULL, CONCAT('file:', id), NULL, NULL, file
FROM {{source}}.mini_note WHERE file IS NOT NULL;
)";

constexpr const char* kManifest = R"(name = "mini"
title = "Mini"
steps = ["0010_all.sql", "content"]
checks = "checks.sql"
mapped = ["mini_note"]
others = "of another program"
[[version]]
name = "1"
tables = ["mini_note"]
[statuses]
query = "SELECT DISTINCT LOWER(state) FROM {{source}}.mini_note"
[files]
query = "SELECT file, NULL FROM {{source}}.mini_note WHERE file IS NOT NULL"
)";

void write_profile(const std::filesystem::path& directory, const std::string& steps) {
  std::filesystem::create_directories(directory);
  test::write_file(directory / "profile.toml", kManifest);
  test::write_file(directory / "statuses.toml", "[[status]]\nfrom = \"new\"\nstatus = \"new\"\n");
  test::write_file(directory / "0010_all.sql", steps);
  test::write_file(
      directory / "checks.sql",
      "SELECT 'notes', (SELECT COUNT(*) FROM {{source}}.mini_note), (SELECT COUNT(*) FROM {{target}}.request);\n");
}

std::vector<std::string> faults_of_trial(const Profile& profile, const std::string& tables) {
  const auto source = test::fresh_database();
  const auto target = test::fresh_database();
  auto there = test::connect(source);
  auto here = test::connect(target);
  EXPECT_TRUE(there.run_script(tables).has_value());
  EXPECT_TRUE(sql::upgrade_schema(here, sql::account_schema()).has_value());
  const auto faults = try_on_empty(source, profile, source.database, target.database);
  EXPECT_TRUE(faults.has_value()) << (faults ? "" : to_text(faults.error()));
  std::vector<std::string> shown;
  if (faults)
    for (const ProfileFault& fault : *faults) shown.push_back(fault.describe());
  return shown;
}

// A27
TEST(ProfileTrial, RunsEveryStatementOnEmptyTables) {
  const test::TempDirectory directory;
  write_profile(directory / "mini", kSteps);
  const auto profile = load_profile(directory / "mini");
  ASSERT_TRUE(profile.has_value()) << to_text(profile.error());
  EXPECT_THAT(faults_of_trial(*profile, kTables), IsEmpty());
}

// A27
TEST(ProfileTrial, NamesFileLineAndTheServersWords) {
  const test::TempDirectory directory;
  write_profile(directory / "mini",
                "-- first\nSELECT 1;\n\nSELECT titel FROM {{source}}.mini_note;\n-- slipway_part\n");
  const auto profile = load_profile(directory / "mini");
  ASSERT_TRUE(profile.has_value()) << to_text(profile.error());
  EXPECT_THAT(faults_of_trial(*profile, kTables),
              testing::Contains(testing::AllOf(HasSubstr("0010_all.sql:4: "), HasSubstr("titel"))));
}

// A27
TEST(ProfileTrial, FindsWhatOnlyTheMoveWouldAskForWithoutARow) {
  const test::TempDirectory directory;
  std::string steps = kSteps;
  steps.replace(steps.find("NULL AS headers"), 15, "NULL AS heads");
  write_profile(directory / "mini", steps);
  std::string manifest = kManifest;
  manifest.replace(manifest.find("SELECT file, NULL"), 17, "SELECT file");
  test::write_file(directory / "mini" / "profile.toml", manifest);
  const auto profile = load_profile(directory / "mini");
  ASSERT_TRUE(profile.has_value()) << to_text(profile.error());
  const auto faults = faults_of_trial(*profile, kTables);
  EXPECT_THAT(faults, testing::Contains(testing::AllOf(HasSubstr("step \"content\""), HasSubstr("headers"))));
  EXPECT_THAT(faults, testing::Contains(HasSubstr("does not give 2 columns")));
  EXPECT_EQ(faults.size(), 2U);
}

// A27
TEST(ProfileTrial, TakesTheProfilesThatBringTheirTables) {
  std::size_t tried = 0;
  for (const Profile& profile : profiles()) {
    if (profile.schema.empty()) continue;
    EXPECT_THAT(faults_of_trial(profile, profile.files.at(profile.schema)), IsEmpty()) << profile.name;
    ++tried;
  }
  EXPECT_GT(tried, 0U);
}

// A27
TEST(ProfileFromDisk, TakesBytesFromFilesAndTextsFromTheirCharset) {
  const test::TempDirectory directory;
  write_profile(directory / "mini", kSteps);
  std::filesystem::create_directories(directory / "files");
  test::write_file(directory / "files" / "there.eml", "From: a\r\n\r\nbody\r\n");
  test::write_file(directory / "secret", "not below the directory");
  std::filesystem::create_symlink("../secret", directory / "files" / "link");
  const auto source = test::fresh_database();
  auto there = test::connect(source);
  ASSERT_TRUE(there.run_script(
      std::string(kTables) +
      "CREATE TABLE elsewhere (password VARCHAR(20)); INSERT INTO elsewhere VALUES ('x');"
      "INSERT INTO mini_note VALUES (1, 'a', 'NEW', X'E974E9', 'latin1', 'there.eml'),"
      "(2, 'b', 'new', X'C383C2A9', 'utf-8 twice', 'gone.eml'), (3, 'c', 'new', X'C3A9', NULL, '../secret'),"
      "(4, 'd', 'new', '', NULL, 'link');"));
  static_cast<void>(test::TestPlatform::instance().account("from_disk"));
  RunOptions options;
  options.source = test::address_of(source);
  options.account = "from_disk";
  options.planning.profile_directory = directory / "mini";
  options.execute = true;
  NoProgress silent;
  const auto refused = run_migration(test::installation(), options, silent);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, Code::invalid_argument);
  EXPECT_THAT(refused.error().hint, HasSubstr("--files"));

  options.planning.files_directory = directory / "files";
  const auto done = run_migration(test::installation(), options, silent);
  ASSERT_TRUE(done.has_value()) << to_text(done.error());
  auto admin = test::TestPlatform::instance().administrator();
  const auto bodies = admin.query("SELECT body FROM acct_from_disk_2.message ORDER BY message_id");
  ASSERT_TRUE(bodies.has_value());
  ASSERT_EQ(bodies->size(), 4U);
  EXPECT_EQ((*bodies)[0].text(0), "été");
  EXPECT_EQ((*bodies)[1].text(0), "é");
  EXPECT_EQ((*bodies)[2].text(0), "é");
  const auto files = admin.query("SELECT source_key, size_bytes FROM acct_from_disk_2.attachment");
  ASSERT_TRUE(files.has_value());
  ASSERT_EQ(files->size(), 1U) << "a mail on disk is a file; what leads out of the directory is not followed";
  EXPECT_EQ((*files)[0].text(0), "file:1");
  EXPECT_THAT(done->warnings,
              testing::IsSupersetOf({HasSubstr("'gone.eml' is missing"), HasSubstr("'../secret' leads out"),
                                     HasSubstr("'link' leads out"), HasSubstr("3 texts are written in markdown")}));
  const auto kept =
      admin.query_one("SELECT COUNT(*) FROM acct_from_disk_2.kept_aside WHERE source_table = 'elsewhere'");
  ASSERT_TRUE(kept.has_value());
  EXPECT_EQ((*kept)->natural(0), 0U) << "the profile says that other tables are not kept";
}

/// A step that goes wrong, and what the error says of it.
struct Faulty {
  std::string_view right;
  std::string_view wrong;
  const char* named;
};

// A27
TEST(ProfileFromDisk, TransformsAnewWithoutAnotherCopyWhenItsStepsWereMended) {
  const auto source = test::fresh_database();
  auto there = test::connect(source);
  ASSERT_TRUE(there.run_script(std::string(kTables) +
                               "INSERT INTO mini_note VALUES (1, 'a', 'new', 'x', NULL, NULL),"
                               "(2, 'b', 'new', 'y', NULL, NULL), (3, 'c', 'new', 'z', NULL, NULL);"));
  static_cast<void>(test::TestPlatform::instance().account("mended"));
  const test::TempDirectory directory;
  RunOptions options;
  options.source = test::address_of(source);
  options.account = "mended";
  options.planning.profile_directory = directory / "mini";
  options.execute = true;
  NoProgress silent;
  for (const Faulty& one : {Faulty{"utf8mb4_general_ci;\nINSERT", "utf8mb4_general_ci WHERE n.id > 1;\nINSERT",
                                   "notes: 3 expected, 2 found (checks.sql:1)"},
                            Faulty{"SELECT id, id, 50,", "SELECT id * 2, id, 50,", "has no message_id 1"},
                            Faulty{"SELECT id AS message_id", "SELECT id + 3 AS message_id",
                                   "belongs to a message that slipway_message does not have"}}) {
    std::string steps = kSteps;
    ASSERT_NE(steps.find(one.right), std::string::npos) << one.right;
    write_profile(directory / "mini", steps.replace(steps.find(one.right), one.right.size(), one.wrong));
    const auto refused = run_migration(test::installation(), options, silent);
    ASSERT_FALSE(refused.has_value()) << one.named;
    EXPECT_THAT(refused.error().message, HasSubstr(one.named));
    EXPECT_THAT(refused.error().hint, HasSubstr(std::string(one.named).starts_with("notes") ? "stage_mended" : ""));
  }
  write_profile(directory / "mini", kSteps);
  const auto done = run_migration(test::installation(), options, silent);
  ASSERT_TRUE(done.has_value()) << to_text(done.error());
  EXPECT_EQ(done->resumes, 3U) << "one copy served all four";
  EXPECT_EQ(done->transform.contents.messages, 3U);
}

// A27
TEST(ProfileFromDisk, SaysWhichOfItsQueriesGivesNoNumber) {
  const test::TempDirectory directory;
  write_profile(directory / "mini", kSteps);
  const auto source = test::fresh_database();
  auto there = test::connect(source);
  ASSERT_TRUE(there.run_script(kTables));
  static_cast<void>(test::TestPlatform::instance().account("no_number"));
  RunOptions options;
  options.source = test::address_of(source);
  options.account = "no_number";
  options.planning.profile_directory = directory / "mini";
  options.execute = true;
  NoProgress silent;
  test::write_file(directory / "mini" / "checks.sql",
                   "SELECT 'bytes',\n (SELECT SUM(LENGTH(body)) FROM {{source}}.mini_note), 0;\n");
  const auto refused = run_migration(test::installation(), options, silent);
  ASSERT_FALSE(refused.has_value());
  EXPECT_THAT(refused.error().message, HasSubstr("checks.sql:1: column 2 is NULL"));
  EXPECT_THAT(refused.error().hint, HasSubstr("COALESCE"));
}

// A27
TEST(ProfileFromDisk, NamesEveryFaultBeforeAnythingElse) {
  const test::TempDirectory directory;
  write_profile(directory / "mini", "SELECT {{sourze}}.x");
  test::write_file(directory / "mini" / "extra.sql", "SELECT 1");
  RunOptions options;
  options.source = test::address_of(test::fresh_database());
  options.planning.profile_directory = directory / "mini";
  static_cast<void>(test::TestPlatform::instance().account("faulty"));
  options.account = "faulty";
  NoProgress silent;
  const auto refused = run_migration(test::installation(), options, silent);
  ASSERT_FALSE(refused.has_value());
  for (const char* named :
       {"0010_all.sql:1: unknown placeholder '{{sourze}}'", "extra.sql: no step names this file", "slipway_part"})
    EXPECT_THAT(refused.error().message, HasSubstr(named));
}

}  // namespace
}  // namespace slipway::migrate
