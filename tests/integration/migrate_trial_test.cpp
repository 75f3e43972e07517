// Trials: into accounts that are not production, as often as wanted, without names when asked.
#include <gtest/gtest.h>

#include "migrate/run/report.hpp"
#include "tests/support/dump_files.hpp"
#include "tests/support/migration.hpp"

namespace slipway::migrate {
namespace {

RunOptions trial_of(const sql::Endpoint& source, const std::string& account) {
  RunOptions options;
  options.source = test::address_of(source);
  options.account = account;
  options.execute = true;
  options.trial = true;
  return options;
}

Result<RunReport> run(const RunOptions& options) {
  NoProgress progress;
  return run_migration(test::installation(), options, progress);
}

void create(const std::string& account, account::Kind kind) {
  auto admin = test::TestPlatform::instance().administrator();
  account::Administration administration(admin, test::TestPlatform::instance().key(), "test");
  ASSERT_TRUE(administration.create(*AccountName::parse(account), "Trial", kind).has_value());
}

/// As the programs that serve it know it.
account::Account account_of(const std::string& name) {
  sql::Pool pool(test::TestPlatform::instance().administrator().endpoint());
  account::Directory directory(pool, test::TestPlatform::instance().key());
  auto found = directory.find(*AccountName::parse(name));
  EXPECT_TRUE(found.has_value());
  return std::move(found).value();
}

std::string text_of(const std::string& query) {
  auto admin = test::TestPlatform::instance().administrator();
  const auto row = admin.query_one(query);
  return row && *row && !(*row)->is_null(0) ? (*row)->text(0) : "nothing";
}

// A27
TEST(MigrationTrial, IsAnonymisedRepeatableAndSendsNoMail) {
  const auto source = test::sample_database(12);
  create("trial_room", account::Kind::validation);
  RunOptions options = trial_of(source, "trial_room");
  options.anonymise = true;
  const auto first = run(options);
  ASSERT_TRUE(first.has_value()) << to_text(first.error());
  EXPECT_GT(first->anonymised, 0U);
  const std::string database = "acct_trial_room_" + std::to_string(first->generation);
  EXPECT_EQ(text_of("SELECT COUNT(*) FROM " + database +
                    ".person WHERE role = 'requester' AND (email NOT LIKE "
                    "'%@example.invalid' OR display_name NOT LIKE 'Person %')"),
            "0");
  EXPECT_EQ(text_of("SELECT COUNT(*) FROM " + database + ".request"), "12");
  EXPECT_EQ(text_of("SELECT mail FROM account WHERE name = 'trial_room'"), "off");
  EXPECT_NE(text_of("SELECT trial_at FROM account WHERE name = 'trial_room'"), "nothing");
  EXPECT_EQ(to_json(*first).at("trial"), true);
  const auto now = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
  const auto face = account_of("trial_room");
  EXPECT_FALSE(face.sends_mail);
  ASSERT_TRUE(face.trial_at.has_value());
  EXPECT_LT(now - *face.trial_at, std::chrono::minutes(10));
  // The day on its pages is that of the snapshot, not of the publication.
  EXPECT_EQ(text_of("SELECT DATE_FORMAT(trial_at, '%Y-%m-%dT%H:%i:%sZ') FROM account WHERE name = 'trial_room'"),
            first->data_at);
  EXPECT_EQ(first->data_at, first->copy.taken_at);

  // Once more, without being told to replace; the same people have the same names.
  const std::string names = "SELECT SUM(CRC32(CONCAT(person_id, display_name, COALESCE(email, '')))) FROM ";
  const std::string before = text_of(names + database + ".person WHERE role = 'requester'");
  const auto second = run(options);
  ASSERT_TRUE(second.has_value()) << to_text(second.error());
  EXPECT_EQ(
      text_of(names + "acct_trial_room_" + std::to_string(second->generation) + ".person WHERE role = 'requester'"),
      before);

  // The real thing ends the trial.
  RunOptions definitive = trial_of(source, "trial_room");
  definitive.trial = false;
  definitive.replace = true;
  const auto moved = run(definitive);
  ASSERT_TRUE(moved.has_value()) << to_text(moved.error());
  EXPECT_EQ(text_of("SELECT mail FROM account WHERE name = 'trial_room'"), "on");
  EXPECT_EQ(text_of("SELECT trial_at FROM account WHERE name = 'trial_room'"), "nothing");
}

// A27
TEST(MigrationTrial, OfADumpIsOfTheDayOnWhichItsFileWasWritten) {
  const test::TempDirectory directory;
  const auto file = directory.path() / "desk.sql";
  test::write_file(file, test::dump_of(test::sample_database(2)));
  const std::chrono::sys_seconds written =
      std::chrono::sys_days(std::chrono::year(2026) / 3 / 4) + std::chrono::hours(23);
  std::filesystem::last_write_time(file, std::chrono::file_clock::from_sys(written));
  create("trial_dump", account::Kind::validation);
  RunOptions options = trial_of({}, "trial_dump");
  options.source = {};
  options.source.kind = SourceAddress::Kind::dump;
  options.source.file = file;
  options.dump.scratch_directory = directory.path();
  const auto done = run(options);
  ASSERT_TRUE(done.has_value()) << to_text(done.error());
  EXPECT_EQ(text_of("SELECT trial_at FROM account WHERE name = 'trial_dump'"), "2026-03-04 23:00:00.000000");
  EXPECT_EQ(to_json(*done).at("data_at"), "2026-03-04T23:00:00Z");
}

// A27
TEST(MigrationTrial, StaysOutOfProductionUntilTheAccountIsNamed) {
  const auto source = test::sample_database(2);
  create("real_work", account::Kind::production);
  const std::string before = test::picture_of("real_work");
  RunOptions options = trial_of(source, "real_work");
  const auto refused = run(options);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, Code::conflict);
  EXPECT_NE(refused.error().message.find("real_work"), std::string::npos);
  options.production_account = "another";
  EXPECT_FALSE(run(options).has_value());
  EXPECT_EQ(test::picture_of("real_work"), before);
  options.production_account = "real_work";
  EXPECT_TRUE(run(options).has_value());
  EXPECT_EQ(text_of("SELECT mail FROM account WHERE name = 'real_work'"), "off");
}

}  // namespace
}  // namespace slipway::migrate
