// The assessment against a real server: every kind of finding that a MariaDB can show, and nothing false.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "appliance/base/utf8.hpp"
#include "migrate/assess/assess.hpp"
#include "migrate/assess/facts_reader.hpp"
#include "migrate/assess/report.hpp"
#include "migrate/assess/word_rules.hpp"
#include "tests/support/programs.hpp"
#include "tests/support/test_server.hpp"

namespace slipway::migrate::assess {
namespace {

constexpr const char* kTorture = R"(
SET SESSION sql_mode = 'ALLOW_INVALID_DATES,NO_ENGINE_SUBSTITUTION', check_constraint_checks = 0, foreign_key_checks = 0;
CREATE DATABASE assess_other;
CREATE DATABASE Assess_Shop;
CREATE DATABASE assess_shop CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci;
USE assess_shop;
CREATE TABLE plain (id INT PRIMARY KEY, t VARCHAR(20));
INSERT INTO plain VALUES (1, 'naïve'), (2, '日本'), (3, NULL);
CREATE TABLE old_engine (id INT PRIMARY KEY) ENGINE=MyISAM;
CREATE TABLE united (id INT PRIMARY KEY) ENGINE=MERGE UNION=(old_engine);
CREATE TABLE grouped (g INT, n INT NOT NULL AUTO_INCREMENT, PRIMARY KEY (g, n)) ENGINE=MyISAM;
CREATE TABLE torn (id INT NOT NULL) ENGINE=MyISAM;
CREATE TABLE keyless (a INT);
CREATE TABLE nearly_keyless (a INT NOT NULL, UNIQUE KEY one (a));
CREATE TABLE versioned (id INT PRIMARY KEY) WITH SYSTEM VERSIONING;
CREATE TABLE parts (id INT PRIMARY KEY) PARTITION BY HASH (id) PARTITIONS 3;
CREATE TABLE counter (id TINYINT UNSIGNED AUTO_INCREMENT PRIMARY KEY) AUTO_INCREMENT=250;
CREATE TABLE counter_with_room (id TINYINT UNSIGNED AUTO_INCREMENT PRIMARY KEY) AUTO_INCREMENT=200;
CREATE TABLE _plain_gho (id INT PRIMARY KEY);
CREATE TABLE `Plain` (id INT PRIMARY KEY);
CREATE TABLE `rows` (id INT PRIMARY KEY, `Offset` INT);
CREATE TABLE three (id INT PRIMARY KEY, t VARCHAR(9) CHARACTER SET utf8mb3);
CREATE TABLE kinds (id INT PRIMARY KEY, g POINT, b BIT(3), e ENUM('a','b'), s SET('x'), j JSON, v INT AS (id + 1) VIRTUAL,
  hidden INT INVISIBLE, ft TEXT, FULLTEXT KEY words (ft));
INSERT INTO kinds (id, e, j) VALUES (1, 'a', '{}'), (2, 'nonsense', '{"broken": '), (3, NULL, NULL);
CREATE TABLE dates (id INT PRIMARY KEY, d DATE, dt DATETIME(3), ts TIMESTAMP NULL, fine DATE);
INSERT INTO dates VALUES (1, '0000-00-00', '2026-02-30 10:00:00', 0, '2024-02-29'), (2, '2026-00-10', '0000-00-00', NULL, '2026-12-31'),
  (3, '2026-01-01', '2026-04-31', '2026-01-01', NULL);
CREATE TABLE texts (id INT PRIMARY KEY, l VARCHAR(99) CHARACTER SET latin1, u TEXT, fine_l TEXT CHARACTER SET latin1, fine_u VARCHAR(99));
INSERT INTO texts VALUES (1, _latin1 X'63616663C3A9', _utf8mb4 X'C383C2A9', _latin1 X'636166E9', 'é'),
  (2, _latin1 X'E282AC20C3BC', 'plain', 'plain', 'Ã sans suite'), (3, 'plain', _utf8mb4 X'63C383C2BC', NULL, 'Привет 日本');
CREATE TABLE big (id INT PRIMARY KEY, bytes LONGBLOB);
INSERT INTO big VALUES (1, REPEAT('x', 2100000)), (2, 'small');
CREATE TABLE parent (id INT PRIMARY KEY, up INT, KEY (up), CONSTRAINT self FOREIGN KEY (up) REFERENCES parent (id));
CREATE TABLE child (id INT PRIMARY KEY, parent INT, lost INT, abroad INT, CONSTRAINT child_parent FOREIGN KEY (parent) REFERENCES parent (id),
  CONSTRAINT child_lost FOREIGN KEY (lost) REFERENCES nowhere (id), CONSTRAINT child_abroad FOREIGN KEY (abroad) REFERENCES assess_other.there (id));
INSERT INTO parent VALUES (1, NULL), (2, 1);
INSERT INTO child VALUES (1, 1, NULL, NULL), (2, 7, NULL, NULL), (3, 8, NULL, NULL), (4, NULL, NULL, NULL);
CREATE TABLE hen (id INT PRIMARY KEY, egg INT);
CREATE TABLE egg (id INT PRIMARY KEY, hen INT, CONSTRAINT egg_hen FOREIGN KEY (hen) REFERENCES hen (id));
ALTER TABLE hen ADD CONSTRAINT hen_egg FOREIGN KEY (egg) REFERENCES egg (id);
CREATE TABLE assess_other.there (id INT PRIMARY KEY);
CREATE SEQUENCE numbers;
CREATE USER known@localhost;
GRANT ALL ON *.* TO known@localhost;
CREATE DEFINER=known@localhost SQL SECURITY INVOKER VIEW seen AS SELECT id FROM plain;
CREATE DEFINER=known@localhost VIEW abroad AS SELECT id FROM assess_other.there;
CREATE TABLE goes (id INT PRIMARY KEY);
CREATE DEFINER=known@localhost VIEW broken AS SELECT id FROM goes;
DROP TABLE goes;
CREATE DEFINER=gone@localhost PROCEDURE orphaned() SELECT 1;
CREATE DEFINER=known@localhost FUNCTION newer() RETURNS INT RETURN REGEXP_LIKE('a', 'b');
CREATE DEFINER=known@localhost TRIGGER watch BEFORE INSERT ON plain FOR EACH ROW SET @seen = 1;
CREATE DEFINER=known@localhost EVENT nightly ON SCHEDULE EVERY 1 DAY DO SELECT 1;
)";

/// "severity kind object rows" of each finding, in lines.
std::string lines_of(const Findings& findings) {
  std::string lines = "\n";
  for (const Finding& f : findings) {
    lines.append(severity_name(f.severity)).append(1, ' ').append(f.kind->id).append(1, ' ').append(f.object);
    if (f.rows) lines.append(1, ' ').append(std::to_string(*f.rows));
    lines += '\n';
  }
  return lines;
}

class Assess : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    directory_ = new test::TempDirectory;
    auto started = test::start_scratch_server(*directory_ / "db");
    ASSERT_TRUE(started.has_value()) << to_text(started.error());
    server_ = new embedded::Database(std::move(started).value());
    auto admin = test::connect(server_->administrator());
    const auto made = admin.run_script(kTorture);
    ASSERT_TRUE(made.has_value()) << made.error().message;
    ASSERT_TRUE(admin.execute_text("FLUSH TABLES").has_value());
    test::write_file(*directory_ / "db/data/assess_shop/torn.frm", "no table any more");
    ASSERT_TRUE(admin.execute_text("SET GLOBAL max_allowed_packet = 1048576, sql_mode = ''").has_value());
  }
  static void TearDownTestSuite() {
    delete server_;
    delete directory_;
  }
  static sql::Endpoint shop() {
    sql::Endpoint endpoint = server_->administrator();
    endpoint.database = "assess_shop";
    return endpoint;
  }
  static Result<Assessment> assess(const sql::Endpoint& endpoint, Options options = {}) {
    NoProgress progress;
    return assess_source(endpoint, "here", options, progress);
  }

  static inline test::TempDirectory* directory_ = nullptr;
  static inline embedded::Database* server_ = nullptr;
};

// A27
TEST_F(Assess, FindsEverythingInATortureDatabaseAndNothingElse) {
  const auto assessment = assess(shop());
  ASSERT_TRUE(assessment.has_value()) << to_text(assessment.error());
  EXPECT_EQ(lines_of(assessment->findings), R"(
blocker table.unreadable assess_shop.torn
blocker engine.rows_elsewhere assess_shop.united
change engine.not_innodb assess_shop.grouped
change engine.not_innodb assess_shop.old_engine
change table.changed assess_shop.grouped
change fk.other_database assess_shop.child.child_abroad
change view.broken assess_shop.broken
change program.other_database assess_shop.abroad
change program.unknown_function assess_shop.newer
change definer.mapped assess_shop.abroad
change definer.mapped assess_shop.broken
change definer.mapped assess_shop.newer
change definer.mapped assess_shop.nightly
change definer.mapped assess_shop.orphaned
change definer.mapped assess_shop.seen
change definer.mapped assess_shop.watch
note binlog.off @@log_bin
note server.sql_mode @@sql_mode
note product.unknown assess_shop
note table.no_primary_key assess_shop.keyless
note table.no_primary_key assess_shop.nearly_keyless
note table.system_versioned assess_shop.versioned
note table.partitioned assess_shop.parts
note table.auto_increment assess_shop.counter
note table.leftover assess_shop._plain_gho
note charset.utf8mb3 assess_shop.three.t
note column.generated assess_shop.kinds.v
note column.invisible assess_shop.kinds.hidden
note column.json assess_shop.kinds.j
note column.geometry assess_shop.kinds.g
note column.bit assess_shop.kinds.b
note column.choice assess_shop.kinds.e
note column.choice assess_shop.kinds.s
note index.fulltext assess_shop.kinds.words
note fk.parent_missing assess_shop.child.child_lost
note fk.cycle assess_shop.egg
note row.over_source_packet assess_shop.big 1
note fk.orphans assess_shop.child.child_parent 2
note charset.double_utf8 assess_shop.texts.l 2
note charset.double_utf8_text assess_shop.texts.u 2
note data.zero_date assess_shop.dates.d 1
note data.zero_date assess_shop.dates.dt 1
note data.zero_date assess_shop.dates.ts 1
note data.invalid_date assess_shop.dates.d 1
note data.invalid_date assess_shop.dates.dt 2
note data.invalid_json assess_shop.kinds.j 1
note data.invalid_choice assess_shop.kinds.e 1
note definer.missing assess_shop.orphaned
note program.view assess_shop.seen
note program.sequence assess_shop.numbers
note program.trigger assess_shop.watch
note program.routine assess_shop.orphaned
note program.event assess_shop.nightly
note name.case_collision Assess_Shop
note name.case_collision assess_shop
note name.case_collision assess_shop.Plain
note name.case_collision assess_shop.plain
note name.reserved assess_shop.rows
note name.reserved assess_shop.rows.Offset
)");
  EXPECT_EQ(assessment->scan.tables_wanted, assessment->scan.tables_scanned);
}

/// Every definition and every row of a database as one text.
std::string picture_of(const sql::Endpoint& endpoint) {
  auto session = test::connect(endpoint);
  std::string picture;
  const auto add = [&](const std::string& statement, const sql::Values& values = {}) {
    const auto rows = session.query(statement, values);
    if (!rows) return;  // the torn table
    for (const auto& row : *rows)
      for (std::size_t i = 0; i < row.size(); ++i) picture += row.optional_text(i).value_or("NULL") + "|";
  };
  add("SELECT * FROM information_schema.tables WHERE table_schema = ?", {endpoint.database});
  add("SELECT * FROM information_schema.routines WHERE routine_schema = ?", {endpoint.database});
  add("SELECT * FROM information_schema.triggers WHERE trigger_schema = ?", {endpoint.database});
  add("SELECT * FROM information_schema.events WHERE event_schema = ?", {endpoint.database});
  add("SELECT user, host, priv FROM mysql.global_priv");
  const auto tables =
      session.query("SELECT table_name FROM information_schema.tables WHERE table_schema = ? AND table_type <> 'VIEW'",
                    {endpoint.database});
  for (const auto& row : *tables) {
    const auto name = sql::quote_identifier(row.text(0));
    add("SHOW CREATE TABLE " + *name);
    add("CHECKSUM TABLE " + *name);
  }
  return picture;
}

// A27
TEST_F(Assess, ChangesNothing) {
  const std::string before = picture_of(shop());
  ASSERT_GT(before.size(), 5000U);
  ASSERT_TRUE(assess(shop()).has_value());
  EXPECT_EQ(picture_of(shop()), before);
  auto session = open_read_only(shop());
  ASSERT_TRUE(session.has_value());
  for (const char* change : {"INSERT INTO plain VALUES (9, 'x')", "DELETE FROM plain", "CREATE TABLE made (id INT)"})
    EXPECT_FALSE(session->execute_text(change).has_value()) << change;
}

// A27
TEST_F(Assess, NeedsTheRightToReadAndNamesEveryRightThatIsMissing) {
  auto admin = test::connect(shop());
  ASSERT_TRUE(admin.execute_text("CREATE USER reader@localhost IDENTIFIED BY 'pw'").has_value());
  ASSERT_TRUE(admin.execute_text("GRANT SELECT ON assess_shop.* TO reader@localhost").has_value());
  sql::Endpoint reader = shop();
  reader.user = "reader";
  reader.password = Secret("pw");
  const auto assessment = assess(reader);
  ASSERT_TRUE(assessment.has_value()) << to_text(assessment.error());
  Findings rights = assessment->findings;
  std::erase_if(rights, [](const Finding& f) { return !f.kind->id.starts_with("privilege."); });
  EXPECT_EQ(lines_of(rights), R"(
change privilege.show_view assess_shop
change privilege.trigger assess_shop
change privilege.event assess_shop
change privilege.routines assess_shop
note privilege.reload server
note privilege.lock_tables assess_shop
note privilege.process server
note privilege.replication server
)");
  ASSERT_TRUE(admin.execute_text("GRANT SHOW VIEW, TRIGGER, EVENT, LOCK TABLES ON assess_shop.* TO reader@localhost")
                  .has_value());
  ASSERT_TRUE(admin.execute_text("GRANT SELECT ON mysql.proc TO reader@localhost").has_value());
  ASSERT_TRUE(admin.execute_text("GRANT RELOAD, PROCESS, BINLOG MONITOR, REPLICATION SLAVE ON *.* TO reader@localhost")
                  .has_value());
  const auto full = assess(reader);
  ASSERT_TRUE(full.has_value()) << to_text(full.error());
  Findings left = full->findings;
  std::erase_if(left, [](const Finding& f) { return !f.kind->id.starts_with("privilege."); });
  EXPECT_EQ(lines_of(left), "\n");
}

TEST_F(Assess, LooksAtRowsOnlyAsLongAsItMay) {
  Options options;
  options.scan_limit = std::chrono::seconds{0};
  const auto assessment = assess(shop(), options);
  ASSERT_TRUE(assessment.has_value()) << to_text(assessment.error());
  EXPECT_EQ(assessment->scan.tables_scanned, 0U);
  std::size_t skipped = 0;
  for (const Finding& f : assessment->findings) {
    EXPECT_FALSE(f.rows.has_value()) << f.object;
    if (f.kind->id == "scan.not_scanned") ++skipped;
  }
  EXPECT_EQ(skipped, assessment->scan.tables_wanted);
}

TEST_F(Assess, ReadsALargeTableInPiecesAndAddsThemUp) {
  auto admin = test::connect(server_->administrator());
  ASSERT_TRUE(
      admin
          .run_script("CREATE DATABASE assess_large; USE assess_large; SET SESSION sql_mode = '';"
                      "CREATE TABLE wide (id BIGINT PRIMARY KEY, d DATE, t VARCHAR(500));"
                      "INSERT INTO wide SELECT CAST(seq AS SIGNED) * 1000 - 7000000, IF(seq % 5 = 0, 0, '2026-01-01'), "
                      "REPEAT('x', 400) FROM seq_1_to_20000; ANALYZE TABLE wide;")
          .has_value());
  auto session = open_read_only(server_->administrator());
  ASSERT_TRUE(session.has_value());
  auto facts = read_facts(*session, {"assess_large"});
  ASSERT_TRUE(facts.has_value());
  ASSERT_GT(facts->databases[0].tables[0].data_bytes, 5'000'000U);
  NoProgress progress;
  const auto scan = scan_rows(*session, *facts, std::chrono::seconds(60), progress, 100'000);
  ASSERT_TRUE(scan.has_value()) << to_text(scan.error());
  EXPECT_EQ(lines_of(scan->findings), "\nnote data.zero_date assess_large.wide.d 4000\n");
  EXPECT_EQ(facts->databases[0].tables[0].rows, 20'000U);
}

TEST_F(Assess, DoesNotWaitLongForALockedTable) {
  auto admin = test::connect(server_->administrator());
  ASSERT_TRUE(admin
                  .run_script("CREATE DATABASE assess_locked; USE assess_locked;"
                              "CREATE TABLE busy (id INT PRIMARY KEY, d DATE); LOCK TABLES busy WRITE;")
                  .has_value());
  sql::Endpoint endpoint = server_->administrator();
  endpoint.database = "assess_locked";
  const auto assessment = assess(endpoint);
  ASSERT_TRUE(assessment.has_value()) << to_text(assessment.error());
  EXPECT_NE(lines_of(assessment->findings).find("note scan.not_scanned assess_locked.busy\n"), std::string::npos);
}

// A27
TEST_F(Assess, HasOnlyNotesForACleanDatabase) {
  auto admin = test::connect(server_->administrator());
  ASSERT_TRUE(
      admin
          .run_script("CREATE DATABASE assess_clean CHARACTER SET utf8mb4; USE assess_clean;"
                      "CREATE TABLE person (id INT PRIMARY KEY, name VARCHAR(80), born DATE);"
                      "CREATE TABLE pet (id INT PRIMARY KEY, person INT, note TEXT, "
                      "CONSTRAINT pet_person FOREIGN KEY (person) REFERENCES person (id));"
                      "INSERT INTO person VALUES (1, 'Zoë', '1999-12-31'); INSERT INTO pet VALUES (1, 1, 'ñandú');")
          .has_value());
  sql::Endpoint endpoint = server_->administrator();
  endpoint.database = "assess_clean";
  const auto assessment = assess(endpoint);
  ASSERT_TRUE(assessment.has_value()) << to_text(assessment.error());
  EXPECT_EQ(lines_of(assessment->findings),
            "\nnote binlog.off @@log_bin\nnote server.sql_mode @@sql_mode\n"
            "note product.unknown assess_clean\n");
}

TEST_F(Assess, NamesADatabaseThatIsNotThere) {
  sql::Endpoint endpoint = server_->administrator();
  endpoint.database = "assess_nowhere";
  const auto assessment = assess(endpoint);
  ASSERT_FALSE(assessment.has_value());
  EXPECT_EQ(assessment.error().code, Code::not_found);
}

TEST_F(Assess, KnowsTheKeywordsOfTheTarget) {
  auto admin = test::connect(server_->administrator());
  ASSERT_TRUE(admin.execute_text("CREATE DATABASE assess_words").has_value());
  ASSERT_TRUE(admin.execute_text("USE assess_words").has_value());
  const auto words = admin.query("SELECT word FROM information_schema.keywords WHERE word REGEXP '^[A-Z_0-9]+$'");
  ASSERT_TRUE(words.has_value());
  ASSERT_GT(words->size(), 500U);
  for (const auto& row : *words) {
    const bool usable =
        admin.execute_text("CREATE OR REPLACE TEMPORARY TABLE t (" + row.text(0) + " INT) ENGINE=MEMORY").has_value();
    EXPECT_EQ(is_reserved(row.text(0)), !usable) << row.text(0);
  }
}

// A27
TEST_F(Assess, TellsPeopleAndProgramsTheSame) {
  const std::string address = "socket=" + shop().socket + ",user=" + shop().user + ",db=assess_shop";
  const auto text = test::run_program("slipway-migrate", {"assess", "--source", address});
  EXPECT_EQ(text.exit_status, 6) << text.err;
  std::size_t begin = 0;
  for (std::size_t end = text.out.find('\n'); end != std::string::npos; end = text.out.find('\n', begin)) {
    EXPECT_LE(utf8_length(text.out.substr(begin, end - begin)), 100U) << text.out.substr(begin, end - begin);
    begin = end + 1;
  }
  const auto page = *directory_ / "report.html";
  const auto json =
      test::run_program("slipway-migrate", {"assess", "--source", address, "--json", "--report", page.string()});
  EXPECT_EQ(json.exit_status, 6);
  const auto parsed = nlohmann::json::parse(json.out, nullptr, false);
  ASSERT_TRUE(parsed.is_object()) << json.out << json.err;
  EXPECT_EQ(parsed.at("counts").at("blocker"), 2);
  EXPECT_EQ(std::filesystem::status(page).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  const std::string html = test::read_file(page);
  EXPECT_GT(parsed.at("findings").size(), 50U);
  for (const auto& finding : parsed.at("findings")) {
    EXPECT_NE(text.out.find(finding.at("object").get<std::string>()), std::string::npos) << finding;
    EXPECT_NE(html.find(finding.at("object").get<std::string>()), std::string::npos) << finding;
  }
  const auto help = test::run_program("slipway-migrate", {"assess", "--help"});
  EXPECT_NE(help.out.find("Example:"), std::string::npos);
}

}  // namespace
}  // namespace slipway::migrate::assess
