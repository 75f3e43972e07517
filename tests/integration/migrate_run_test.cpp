// Migrations of our own product and of dumps, and what bad input gets.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "appliance/process/process.hpp"
#include "migrate/run/report.hpp"
#include "tests/support/migration.hpp"

namespace slipway::migrate {
namespace {

using test::options_for;
using testing::HasSubstr;

Result<RunReport> run(const RunOptions& options) {
  NoProgress progress;
  return run_migration(test::installation(), options, progress);
}

/// A refusal: this code, a message that names the object, a hint, and the account as it was.
void expect_refused(const RunOptions& options, Code code, const std::string& named) {
  const std::string before = test::picture_of(options.account);
  const auto done = run(options);
  ASSERT_FALSE(done.has_value());
  EXPECT_EQ(done.error().code, code) << done.error().message;
  EXPECT_THAT(done.error().message, HasSubstr(named));
  EXPECT_FALSE(done.error().hint.empty());
  EXPECT_EQ(test::picture_of(options.account), before);
}

std::uint64_t number_of(const std::string& query) {
  auto admin = test::TestPlatform::instance().administrator();
  const auto row = admin.query_one(query);
  return row && *row ? (*row)->natural(0) : 0;
}

// A27
TEST(Migration, MovesOurOwnSchemaWithEveryRow) {
  const auto source = test::sample_database(40);
  static_cast<void>(test::TestPlatform::instance().account("own_all"));
  const auto done = run(options_for(source, "own_all"));
  ASSERT_TRUE(done.has_value()) << to_text(done.error());
  EXPECT_TRUE(done->executed);
  EXPECT_GT(done->copy.rows, 300U);
  EXPECT_GT(done->contents, 0U);
  for (const char* table :
       {"person", "request", "message", "attachment", "content", "content_piece", "request_event"}) {
    const std::string name(table);
    const std::string more = name == "person" ? " WHERE role <> 'administrator'" : "";
    EXPECT_EQ(number_of("SELECT COUNT(*) FROM " + source.database + "." + name),
              number_of("SELECT COUNT(*) FROM acct_own_all_2." + name + more))
        << name;
  }
  EXPECT_EQ(number_of("SELECT SUM(CRC32(CONCAT_WS('|', message_id, number, author_id, body, written_at))) FROM " +
                      source.database + ".message"),
            number_of("SELECT SUM(CRC32(CONCAT_WS('|', message_id, number, author_id, body, written_at))) FROM "
                      "acct_own_all_2.message"));
  // The account's own administrator still signs in, and the account's own user sees the new database.
  EXPECT_EQ(number_of("SELECT COUNT(*) FROM acct_own_all_2.person p JOIN acct_own_all_2.credential USING (person_id) "
                      "WHERE login = 'admin'"),
            1U);
  auto user = test::connect(test::TestPlatform::instance().account_user("own_all"));
  EXPECT_TRUE(user.query_one("SELECT COUNT(*) FROM request").has_value());
  EXPECT_THAT(test::databases_of("own_all"), testing::ElementsAre("acct_own_all_2"));
}

// A27
TEST(Migration, KeysOfTheSchemaAreAllThereAfterwards) {
  const auto source = test::sample_database(5);
  static_cast<void>(test::TestPlatform::instance().account("own_keys"));
  static_cast<void>(test::TestPlatform::instance().account("fresh_keys"));
  ASSERT_TRUE(run(options_for(source, "own_keys")).has_value());
  const std::string keys =
      "SELECT SUM(CRC32(CONCAT_WS('|', table_name, index_name, column_name, seq_in_index))) FROM "
      "information_schema.statistics WHERE table_schema = '";
  EXPECT_EQ(number_of(keys + "acct_own_keys_2'"), number_of(keys + "acct_fresh_keys_1'"));
  const std::string rules = "SELECT COUNT(*) FROM information_schema.table_constraints WHERE constraint_schema = '";
  EXPECT_EQ(number_of(rules + "acct_own_keys_2'"), number_of(rules + "acct_fresh_keys_1'"));
  EXPECT_EQ(number_of("SELECT COUNT(*) FROM information_schema.triggers WHERE trigger_schema = 'acct_own_keys_2'"),
            number_of("SELECT COUNT(*) FROM information_schema.triggers WHERE trigger_schema = 'acct_fresh_keys_1'"));
}

// A27
TEST(Migration, KeepsTablesAsideThatSomebodyAdded) {
  const auto source = test::sample_database(3);
  auto admin = test::connect(source);
  ASSERT_TRUE(
      admin
          .run_script("CREATE TABLE notes_of_ours (id INT PRIMARY KEY, words TEXT, bits VARBINARY(9));"
                      "INSERT INTO notes_of_ours VALUES (1, 'it''s \"quoted\" \\\\ é', X'00FF'), (2, NULL, NULL);")
          .has_value());
  static_cast<void>(test::TestPlatform::instance().account("own_more"));
  const auto done = run(options_for(source, "own_more"));
  ASSERT_TRUE(done.has_value()) << to_text(done.error());
  const auto rows = admin.query(
      "SELECT source_key, JSON_VALUE(content, '$.words'), JSON_VALUE(content, '$.\"bits (base64)\"') "
      "FROM acct_own_more_2.kept_aside WHERE source_table = 'notes_of_ours' ORDER BY source_key");
  ASSERT_TRUE(rows.has_value());
  ASSERT_EQ(rows->size(), 2U);
  EXPECT_EQ((*rows)[0].text(1), "it's \"quoted\" \\ é");
  EXPECT_EQ((*rows)[0].text(2), "AP8=");
  EXPECT_TRUE((*rows)[1].is_null(1));
}

TEST(Migration, PlanChangesNothingAndReportsInEveryForm) {
  const auto source = test::sample_database(4);
  static_cast<void>(test::TestPlatform::instance().account("plan_only"));
  const std::string before = test::picture_of("plan_only");
  RunOptions options = options_for(source, "plan_only");
  options.execute = false;
  const auto plan = run(options);
  ASSERT_TRUE(plan.has_value()) << to_text(plan.error());
  EXPECT_FALSE(plan->executed);
  EXPECT_EQ(test::picture_of("plan_only"), before);
  EXPECT_THAT(test::databases_of("plan_only"), testing::ElementsAre("acct_plan_only_1"));
  EXPECT_EQ(to_json(*plan).at("counts").at("requests"), 4);
  EXPECT_THAT(to_text(*plan), HasSubstr("--execute"));
  EXPECT_THAT(to_html(*plan), testing::StartsWith("<!doctype html>"));
}

TEST(Migration, RefusesWhatIsNoAccount) {
  const auto source = test::sample_database(1);
  for (const char* name : {"", "a", "../etc", "a'b", "A-B", "mysql", "acct;DROP"})
    expect_refused(options_for(source, name), Code::invalid_argument, "account name");
  const auto missing = run(options_for(source, "nobody_made_me"));
  ASSERT_FALSE(missing.has_value());
  EXPECT_EQ(missing.error().code, Code::not_found);
}

TEST(Migration, NamesTheSourceWhosePasswordIsWrong) {
  auto source = test::sample_database(1);
  auto admin = test::connect(source);
  ASSERT_TRUE(
      admin.execute_text("CREATE USER IF NOT EXISTS reader_of_desk@localhost IDENTIFIED BY 'right'").has_value());
  static_cast<void>(test::TestPlatform::instance().account("bad_word"));
  test::TempDirectory directory;
  test::write_file(directory / "password", "wrong\n");
  std::filesystem::permissions(directory / "password", std::filesystem::perms::owner_read);
  RunOptions options = options_for(source, "bad_word");
  options.source.user = "reader_of_desk";
  options.access.password_file = directory / "password";
  expect_refused(options, Code::unauthenticated, "reader_of_desk");
}

TEST(Migration, ListsWhatItLookedForInAnUnknownProduct) {
  const auto source = test::fresh_database();
  auto db = test::connect(source);
  ASSERT_TRUE(db.execute_text("CREATE TABLE invoices (id INT PRIMARY KEY)").has_value());
  static_cast<void>(test::TestPlatform::instance().account("no_product"));
  expect_refused(options_for(source, "no_product"), Code::unsupported, "invoices");
}

TEST(Migration, RefusesASchemaNewerThanItself) {
  const auto source = test::sample_database(1);
  auto db = test::connect(source);
  ASSERT_TRUE(db.execute_text("UPDATE schema_history SET version = version + 900").has_value());
  static_cast<void>(test::TestPlatform::instance().account("too_new"));
  expect_refused(options_for(source, "too_new"), Code::unsupported, "schema version");
}

// A27
TEST(Migration, ReplacesAFilledAccountOnlyWhenTold) {
  static_cast<void>(test::TestPlatform::instance().account("twice"));
  const auto first = run(options_for(test::sample_database(3), "twice"));
  ASSERT_TRUE(first.has_value()) << to_text(first.error());
  RunOptions again = options_for(test::sample_database(6), "twice");
  expect_refused(again, Code::conflict, "twice");
  again.replace = true;
  const auto done = run(again);
  ASSERT_TRUE(done.has_value()) << to_text(done.error());
  EXPECT_EQ(number_of("SELECT COUNT(*) FROM acct_twice_3.request"), 6U);
  EXPECT_EQ(done->previous_generation, 2);
  EXPECT_EQ(number_of("SELECT COUNT(*) FROM acct_twice_2.request"), 3U);
}

/// A dump of the sample, packed by `packer` (argv, reading standard input).
class Dumps : public testing::Test {
 protected:
  void SetUp() override {
    const auto source = test::sample_database(8);
    const auto dumped = process::run({{"mariadb-dump", "--no-defaults", "--socket=" + source.socket,
                                       "--user=" + source.user, "--single-transaction", source.database}},
                                     {std::chrono::minutes(1), 64U << 20U});
    ASSERT_TRUE(dumped.has_value() && dumped->exit_status == 0);
    text_ = dumped->out;
    static_cast<void>(test::TestPlatform::instance().account(account()));
  }
  static std::string account() {
    const std::string name = testing::UnitTest::GetInstance()->current_test_info()->name();
    return "dump_" + std::string(name.size() > 4 && name.starts_with("Take") ? "good" : "bad");
  }
  RunOptions options(const std::string& bytes, const std::string& name) {
    test::write_file(directory_ / name, bytes);
    RunOptions options;
    options.source.kind = SourceAddress::Kind::dump;
    options.source.file = directory_ / name;
    options.account = account();
    options.dump.scratch_directory = directory_.path();
    options.execute = true;
    options.replace = true;
    return options;
  }
  std::string packed(std::vector<std::string> packer) {
    process::Command command{std::move(packer)};
    command.stdin_data = text_;
    const auto done = process::run(command, {std::chrono::minutes(1), 64U << 20U});
    return done && done->exit_status == 0 ? done->out : std::string();
  }
  test::TempDirectory directory_;
  std::string text_;
};

// A27
TEST_F(Dumps, TakesPlainGzipAndZstandard) {
  for (const auto& [name, bytes] : std::vector<std::pair<std::string, std::string>>{
           {"d.sql", text_}, {"d.sql.gz", packed({"gzip", "-c"})}, {"d.sql.zst", packed({"zstd", "-c"})}}) {
    ASSERT_FALSE(bytes.empty()) << name;
    const auto done = run(options(bytes, name));
    ASSERT_TRUE(done.has_value()) << name << ": " << to_text(done.error());
    EXPECT_EQ(number_of("SELECT COUNT(*) FROM acct_dump_good_" + std::to_string(done->generation) + ".request"), 8U)
        << name;
  }
}

TEST_F(Dumps, NamesTheOneThatIsCutOrDamaged) {
  const std::string gz = packed({"gzip", "-c"});
  const std::string zst = packed({"zstd", "-c"});
  std::string broken_gz = gz;
  std::string broken_zst = zst;
  for (std::size_t i = 0; i < 64; ++i) {
    broken_gz[gz.size() / 2 + i] = static_cast<char>(~broken_gz[gz.size() / 2 + i]);
    broken_zst[zst.size() / 2 + i] = static_cast<char>(~broken_zst[zst.size() / 2 + i]);
  }
  for (const auto& [name, bytes] :
       std::vector<std::pair<std::string, std::string>>{{"cut.sql", text_.substr(0, text_.size() / 2)},
                                                        {"tail.sql", text_.substr(0, text_.rfind("-- Dump completed"))},
                                                        {"cut.gz", gz.substr(0, gz.size() / 2)},
                                                        {"cut.zst", zst.substr(0, zst.size() / 2)},
                                                        {"broken.gz", broken_gz},
                                                        {"broken.zst", broken_zst},
                                                        {"empty.sql", ""},
                                                        {"prose.sql", "this is no dump\n-- Dump completed\n"}}) {
    SCOPED_TRACE(name);
    expect_refused(options(bytes, name), Code::corrupt, name);
  }
  // The scratch servers and their directories are gone.
  for (const auto& entry : std::filesystem::directory_iterator(directory_.path()))
    EXPECT_FALSE(entry.is_directory()) << entry.path();
}

}  // namespace
}  // namespace slipway::migrate
