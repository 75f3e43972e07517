// The copy that takes the files of tables: what it brings is equal to its source, and where it cannot go it says why.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "migrate/engine/compare.hpp"
#include "migrate/engine/copy.hpp"
#include "tests/support/peer_server.hpp"
#include "tests/support/test_server.hpp"

namespace slipway::migrate {
namespace {

constexpr const char* kDesk = R"(
CREATE TABLE ticket (id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY, tn VARCHAR(30) NOT NULL, state ENUM('new', 'open') NOT NULL, n INT NOT NULL,
  twice INT AS (n * 2) VIRTUAL, UNIQUE KEY tn (tn), KEY n (n)) ENGINE=InnoDB;
CREATE TABLE article (id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY, ticket BIGINT NOT NULL, body MEDIUMTEXT, KEY ticket (ticket),
  CONSTRAINT article_ticket FOREIGN KEY (ticket) REFERENCES ticket (id)) ENGINE=InnoDB;
CREATE TABLE keyless (a INT, b VARCHAR(20)) ENGINE=InnoDB;
CREATE TABLE `odd-name` (id INT PRIMARY KEY, at TIMESTAMP NULL) ENGINE=InnoDB ROW_FORMAT=COMPRESSED;
CREATE TABLE words (id INT PRIMARY KEY, txt TEXT, FULLTEXT KEY txt (txt)) ENGINE=InnoDB;
CREATE TABLE parted (id INT PRIMARY KEY) ENGINE=InnoDB PARTITION BY HASH (id) PARTITIONS 3;
CREATE TABLE old (id INT PRIMARY KEY) ENGINE=MyISAM;
CREATE TABLE computed (a INT, v INT AS (a + 1) VIRTUAL, KEY v (v)) ENGINE=InnoDB;
CREATE VIEW open_tickets AS SELECT id FROM ticket WHERE state = 'open';
INSERT INTO ticket (tn, state, n) SELECT CONCAT('T', seq), 1 + seq % 2, seq FROM seq_1_to_4000;
INSERT INTO article (ticket, body) SELECT 1 + seq % 4000, REPEAT(MD5(seq), 30) FROM seq_1_to_8000;
INSERT INTO keyless SELECT seq % 7, 'same' FROM seq_1_to_1000;
INSERT INTO `odd-name` SELECT seq, '2026-01-01 00:00:01' FROM seq_1_to_500;
INSERT INTO words SELECT seq, MD5(seq) FROM seq_1_to_100;
INSERT INTO parted SELECT seq FROM seq_1_to_100;
INSERT INTO old SELECT seq FROM seq_1_to_100;
INSERT INTO computed (a) SELECT seq FROM seq_1_to_100;
ALTER TABLE ticket ADD COLUMN later VARCHAR(9) NOT NULL DEFAULT 'later', ALGORITHM=INSTANT;
)";

class PhysicalCopy : public testing::Test {
 protected:
  void SetUp() override {
    auto session = test::connect(source_);
    const auto made = session.run_script(kDesk);
    ASSERT_TRUE(made.has_value()) << to_text(made.error());
  }
  Result<CopyReport> copy(Method method) {
    CopyOptions options;
    options.method = method;
    options.lane_bytes = 100'000;  // several ranges of the larger tables
    NoProgress progress;
    return copy_database(source_, target_, options, progress);
  }
  void expect_equal() {
    NoProgress progress;
    const auto compared = compare_databases(source_, target_, {}, progress);
    ASSERT_TRUE(compared.has_value()) << to_text(compared.error());
    EXPECT_TRUE(compared->differences.empty()) << compared->differences.front();
    EXPECT_GE(compared->tables, 8U);
    auto there = test::connect(source_);
    auto here = test::connect(target_);
    for (const char* table : {"ticket", "article", "keyless", "`odd-name`", "computed"}) {
      const auto a = there.query_one(std::string("SHOW CREATE TABLE ") + table);
      const auto b = here.query_one(std::string("SHOW CREATE TABLE ") + table);
      ASSERT_TRUE(a.has_value() && b.has_value()) << table;
      EXPECT_EQ((*a)->text(1), (*b)->text(1));
      const auto checked = here.query_one(std::string("CHECK TABLE ") + table);
      ASSERT_TRUE(checked.has_value()) << table;
      EXPECT_EQ((*checked)->text(3), "OK") << table;
    }
  }
  static bool mentions(const CopyReport& report, const std::string& text) {
    for (const std::string& note : report.notes)
      if (note.find(text) != std::string::npos) return true;
    return false;
  }

  sql::Endpoint source_ = test::fresh_database();
  sql::Endpoint target_ = test::fresh_database();
};

// A27
TEST_F(PhysicalCopy, BringsTablesAsFilesAndTheOthersBySql) {
  const auto done = copy(Method::physical);
  ASSERT_TRUE(done.has_value()) << to_text(done.error());
  EXPECT_EQ(done->method, "physical");
  EXPECT_EQ(done->rows, 4000U + 8000U + 1000U + 500U + 400U);
  for (const char* why : {"words: its rows travel by SQL, it has a FULLTEXT", "parted: its rows travel by SQL, it is",
                          "old: its rows travel by SQL, its engine", "computed: its rows travel by SQL, it has a key"})
    EXPECT_TRUE(mentions(*done, why)) << why;
  EXPECT_FALSE(mentions(*done, "did not take"));
  EXPECT_FALSE(mentions(*done, "copied again")) << "nobody wrote, so both servers sum alike";
  EXPECT_LT(done->verified, 40U) << "tables are summed as a whole, not in their ranges of 100 kB";
  expect_equal();
  auto here = test::connect(target_);
  const auto view = here.query_one("SELECT COUNT(*) FROM open_tickets");
  ASSERT_TRUE(view.has_value());
  EXPECT_EQ((*view)->natural(0), 2000U);
  const auto next = here.execute_text("INSERT INTO ticket (tn, state, n) VALUES ('next', 'new', 1)");
  ASSERT_TRUE(next.has_value()) << to_text(next.error());
  EXPECT_GE(next->last_insert_id, 4001U);
}

/// What every committed state of the source has in common while busy() writes.
std::string invariants(const sql::Endpoint& endpoint) {
  auto session = test::connect(endpoint);
  const auto row = session.query_one(
      "SELECT CONCAT_WS(' ', (SELECT CONCAT(COUNT(*), ' ', SUM(CRC32(tn)), ' ', SUM(n)) FROM ticket), (SELECT COUNT(*) "
      "FROM article), (SELECT COUNT(*) FROM article a LEFT JOIN ticket t ON t.id = a.ticket WHERE t.id IS NULL))");
  EXPECT_TRUE(row.has_value());
  return row ? (*row)->text(0) : "";
}

/// Unique values change places between rows far apart, so a range that is repaired meets those that another still has.
void busy(const sql::Endpoint& source, const std::atomic<bool>& stop, std::atomic<int>& changes) {
  auto session = test::connect(source);
  for (int n = 0; !stop; ++n) {
    const std::string a = std::to_string(1 + n % 2000);
    const std::string b = std::to_string(4000 - n % 2000);
    for (const std::string& statement :
         {std::string("START TRANSACTION"),
          "SET @a = (SELECT tn FROM ticket WHERE id = " + a + "), @b = (SELECT tn FROM ticket WHERE id = " + b + ")",
          "UPDATE ticket SET tn = 'moving', n = n + 1 WHERE id = " + a,
          "UPDATE ticket SET tn = @a, n = n - 1 WHERE id = " + b, "UPDATE ticket SET tn = @b WHERE id = " + a,
          "INSERT INTO article (ticket, body) VALUES (" + a + ", 'new')",
          std::string("DELETE FROM article ORDER BY id LIMIT 1"), std::string("COMMIT")}) {
      const auto done = session.execute_text(statement);
      ASSERT_TRUE(done.has_value()) << to_text(done.error());
    }
    ++changes;
  }
}

// A27
TEST_F(PhysicalCopy, OfABusySourceIsTheSnapshotThatWasTakenBeforeTheBackup) {
  std::atomic<bool> stop{false};
  std::atomic<int> changes{0};
  const std::string before = invariants(source_);
  std::jthread writer([&] { busy(source_, stop, changes); });
  const auto done = copy(Method::physical);
  stop = true;
  writer.join();
  ASSERT_TRUE(done.has_value()) << to_text(done.error());
  EXPECT_EQ(done->method, "physical");
  EXPECT_GT(changes, 0);
  EXPECT_TRUE(mentions(*done, "the source had changed them"));
  EXPECT_EQ(invariants(target_), before);
  EXPECT_EQ(invariants(source_), before);
}

/// Makes a table on the source when a step of the copy begins.
class Maker final : public Progress {
 public:
  Maker(const sql::Endpoint& source, std::string step) : session_(test::connect(source)), step_(std::move(step)) {}
  void begin(std::string_view what) override {
    if (what != step_) return;
    const auto made = session_.run_script(
        "CREATE TABLE meanwhile (id INT PRIMARY KEY) ENGINE=InnoDB; INSERT INTO meanwhile SELECT seq FROM seq_1_to_50; "
        "UPDATE ticket SET n = n + 1 WHERE id = 7");
    ASSERT_TRUE(made.has_value()) << to_text(made.error());
    ++made_;
  }
  void advance(std::uint64_t, std::uint64_t, std::uint64_t) override {}
  void note(std::string_view) override {}
  [[nodiscard]] int made() const { return made_; }

 private:
  sql::Connection session_;
  std::string step_;
  int made_ = 0;
};

// A27: the snapshot in which rows were summed while the backup ran cannot show a table that is younger.
TEST_F(PhysicalCopy, BringsATableThatIsMadeWhileTheBackupRuns) {
  Maker progress(source_, "prepare the backup");
  CopyOptions options;
  options.method = Method::physical;
  const auto done = copy_database(source_, target_, options, progress);
  ASSERT_TRUE(done.has_value()) << to_text(done.error());
  EXPECT_EQ(progress.made(), 1);
  EXPECT_EQ(done->method, "physical");
  auto here = test::connect(target_);
  const auto rows = here.query_one("SELECT COUNT(*) FROM meanwhile");
  ASSERT_TRUE(rows.has_value()) << to_text(rows.error());
  EXPECT_EQ((*rows)->natural(0), 50U);
  expect_equal();
}

// A27
TEST_F(PhysicalCopy, SmallDatabasesTravelBySql) {
  const auto done = copy(Method::automatic);
  ASSERT_TRUE(done.has_value()) << to_text(done.error());
  EXPECT_EQ(done->method, "sql");
  EXPECT_NE(done->method_reason.find("small"), std::string::npos) << done->method_reason;
}

// A27: by a look at rows of both ends, not by statistics, which a table that was just filled does not have.
TEST_F(PhysicalCopy, LeavesWhatIsMostlyLongValuesToSql) {
  auto source = test::connect(source_);
  ASSERT_TRUE(source
                  .execute_text("CREATE TABLE scan (id INT NOT NULL PRIMARY KEY, page LONGBLOB) ENGINE=InnoDB "
                                "SELECT seq AS id, REPEAT(MD5(seq), 6250) AS page FROM seq_1_to_800")
                  .has_value());
  const auto long_values = copy(Method::automatic);
  ASSERT_TRUE(long_values.has_value()) << to_text(long_values.error());
  EXPECT_EQ(long_values->method, "sql");
  EXPECT_NE(long_values->method_reason.find("long values"), std::string::npos) << long_values->method_reason;

  // One long value among short ones says nothing.
  ASSERT_TRUE(source.execute_text("UPDATE scan SET page = 'short' WHERE id < 5 OR id > 790 AND id <> 799").has_value());
  target_ = test::fresh_database();
  const auto mixed = copy(Method::automatic);
  ASSERT_TRUE(mixed.has_value()) << to_text(mixed.error());
  EXPECT_EQ(mixed->method, "physical") << mixed->method_reason;
}

TEST_F(PhysicalCopy, IsRefusedWithoutTheRightsForABackup) {
  auto admin = test::connect(source_);
  const auto quoted = sql::quote_identifier(source_.database);
  ASSERT_TRUE(admin.execute_text("CREATE OR REPLACE USER physical_reader@localhost IDENTIFIED BY 'pw'").has_value());
  ASSERT_TRUE(
      admin.execute_text("GRANT SELECT, SHOW VIEW ON " + *quoted + ".* TO physical_reader@localhost").has_value());
  source_.user = "physical_reader";
  source_.password = Secret("pw");
  const auto done = copy(Method::physical);
  ASSERT_FALSE(done.has_value());
  EXPECT_EQ(done.error().code, Code::unsupported);
  EXPECT_NE(done.error().message.find("RELOAD"), std::string::npos) << done.error().message;
}

TEST_F(PhysicalCopy, OfServersThatTheToolCannotReadIsRefused) {
  const std::pair<const char*, const char*> kinds[] = {{"mysql", "no MariaDB"},
                                                       {"mariadb-10.5", "cannot read the files"}};
  for (const auto& [name, reason] : kinds) {
    SCOPED_TRACE(name);
    source_ = test::PeerServer::shared(name).fresh_database();
    auto session = test::connect(source_);
    ASSERT_TRUE(session.execute_text("CREATE TABLE t (id INT PRIMARY KEY) ENGINE=InnoDB").has_value());
    const auto refused = copy(Method::physical);
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code, Code::unsupported);
    EXPECT_NE(refused.error().message.find(reason), std::string::npos) << refused.error().message;
    target_ = test::fresh_database();
    const auto done = copy(Method::automatic);
    ASSERT_TRUE(done.has_value()) << to_text(done.error());
    EXPECT_NE(done->method_reason.find(reason), std::string::npos) << done->method_reason;
    target_ = test::fresh_database();
  }
}

}  // namespace
}  // namespace slipway::migrate
