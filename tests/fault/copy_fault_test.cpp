// The copy engine killed at every point it names and at random times: what it left is gone on with, and the copy is
// equal to its source.
#include <gtest/gtest.h>

#include <csignal>
#include <nlohmann/json.hpp>
#include <random>

#include "migrate/engine/fail_point.hpp"
#include "migrate/engine/physical_facts.hpp"
#include "tests/support/programs.hpp"
#include "tests/support/test_server.hpp"

namespace slipway::migrate {
namespace {

constexpr const char* kDesk = R"(
CREATE TABLE ticket (id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY, title VARCHAR(200), state TINYINT, KEY state (state), UNIQUE KEY title (title)) ENGINE=InnoDB;
CREATE TABLE article (ticket BIGINT NOT NULL, nr INT NOT NULL, body TEXT, PRIMARY KEY (ticket, nr), KEY nr (nr), FULLTEXT KEY body (body),
  CONSTRAINT article_ticket FOREIGN KEY (ticket) REFERENCES ticket (id)) ENGINE=InnoDB;
CREATE TABLE keyless (a INT, b VARCHAR(20), KEY a (a)) ENGINE=InnoDB;
CREATE TABLE attachment (id INT NOT NULL PRIMARY KEY, name VARCHAR(20), content LONGBLOB) ENGINE=InnoDB;
CREATE VIEW open_tickets AS SELECT id, title FROM ticket WHERE state < 3;
INSERT INTO ticket (title, state) SELECT CONCAT('ticket ', seq), seq % 5 FROM seq_1_to_12000;
INSERT INTO article SELECT 1 + seq % 12000, seq, REPEAT(CONCAT(MD5(seq), ' '), 1 + seq % 12) FROM seq_1_to_15000;
INSERT INTO keyless SELECT seq % 7, 'same' FROM seq_1_to_3000;
INSERT INTO attachment SELECT seq, 'file', IF(seq IN (7, 8), REPEAT(MD5(seq), 300000), MD5(seq)) FROM seq_1_to_10;
ANALYZE TABLE ticket, article)";

class CopyKilled : public testing::Test {
 protected:
  void SetUp() override {
    auto session = test::connect(source_);
    const auto made = session.run_script(kDesk);
    ASSERT_TRUE(made.has_value()) << to_text(made.error());
  }

  [[nodiscard]] process::Command command(std::map<std::string, std::string> environment = {}) const {
    const auto address = [](const sql::Endpoint& endpoint) {
      return "socket=" + endpoint.socket + ",user=" + endpoint.user + ",db=" + endpoint.database;
    };
    return {
        .argv = {test::program("slipway-migrate").string(), "copy", "--source", address(source_), "--target",
                 address(target_), "--method", method_, "--resume", "--lane-size", "300KB", "--chunk-seconds", "0.001"},
        .environment = std::move(environment)};
  }
  process::Finished run(const process::Command& command) {
    auto finished = process::run(command);
    EXPECT_TRUE(finished.has_value()) << to_text(finished.error());
    return std::move(finished).value();
  }

  /// Sums of all rows, and every definition.
  static std::string picture(const sql::Endpoint& endpoint) {
    auto session = test::connect(endpoint);
    std::string text;
    for (const char* query :
         {"SELECT COUNT(*), SUM(CRC32(CONCAT_WS('|', id, title, state))) FROM ticket",
          "SELECT COUNT(*), SUM(CRC32(CONCAT_WS('|', ticket, nr, body))) FROM article",
          "SELECT COUNT(*), SUM(CRC32(CONCAT_WS('|', a, b))) FROM keyless",
          "SELECT SUM(LENGTH(content)), SUM(CRC32(CONCAT_WS('|', id, name, content))) FROM attachment",
          "SELECT COUNT(*), SUM(id) FROM open_tickets",
          "SELECT GROUP_CONCAT(table_name ORDER BY table_name), COUNT(*) FROM information_schema.tables WHERE "
          "table_schema "
          "= DATABASE()",
          "SELECT GROUP_CONCAT(CONCAT_WS('.', table_name, index_name, column_name) ORDER BY 1), COUNT(*) FROM "
          "information_schema.statistics WHERE table_schema = DATABASE()",
          "SELECT GROUP_CONCAT(constraint_name ORDER BY 1), COUNT(*) FROM information_schema.table_constraints WHERE "
          "constraint_schema = DATABASE()"}) {
      const auto row = session.query_one(query);
      EXPECT_TRUE(row.has_value()) << query << ": " << to_text(row.error());
      if (row) text += (*row)->optional_text(0).value_or("-") + " " + (*row)->optional_text(1).value_or("-") + "\n";
    }
    return text;
  }

  /// Resumes until it is done; what a kill after the last record leaves is done as well.
  void finish() {
    const auto last = run(command());
    if (last.exit_status != 0) {
      EXPECT_NE(last.err.find("holds tables already"), std::string::npos) << last.err;
    }
    EXPECT_EQ(picture(target_), picture(source_)) << last.err;
  }

  void empty_target() {
    auto session = test::connect(target_);
    const auto quoted = sql::quote_identifier(target_.database);
    ASSERT_TRUE(session.execute_text("DROP DATABASE " + *quoted).has_value());
    ASSERT_TRUE(session.execute_text("CREATE DATABASE " + *quoted).has_value());
  }

  sql::Endpoint source_ = test::fresh_database();
  sql::Endpoint target_ = test::fresh_database();
  std::string method_ = "sql";
};

// F6
TEST_F(CopyKilled, AtEveryFailPointGoesOnWhereItWas) {
  std::size_t killed = 0;
  for (const std::string_view point : fail_points()) {
    if (!point.starts_with("copy.") || point.starts_with("copy.physical.") || point == "copy.repairing") continue;
    for (const char* pass : {":1", ":4"}) {
      SCOPED_TRACE(std::string(point) + pass);
      const auto first = run(command({{"SLIPWAY_TEST", "1"}, {"SLIPWAY_FAIL_POINT", std::string(point) + pass}}));
      if (first.exit_status == 128 + SIGKILL) ++killed;
      finish();
      empty_target();
    }
  }
  EXPECT_EQ(killed, 15U);  // nine points, six of which are passed four times
}

// F6
TEST_F(CopyKilled, WhileItTakesFilesGoesOnByFilesOrBySql) {
  for (const std::string_view point : fail_points()) {
    if (!point.starts_with("copy.physical.") && point != "copy.verified" && point != "copy.foreign_keys") continue;
    for (const char* then : {"physical", "sql"}) {
      SCOPED_TRACE(std::string(point) + " then " + then);
      method_ = "physical";
      const auto first = run(command({{"SLIPWAY_TEST", "1"}, {"SLIPWAY_FAIL_POINT", std::string(point)}}));
      EXPECT_EQ(first.exit_status, 128 + SIGKILL) << first.err;
      method_ = then;
      finish();
      empty_target();
    }
  }
}

std::string last_line(std::string text) {
  while (text.ends_with('\n')) text.pop_back();
  return text.substr(text.rfind('\n') + 1);
}

// F6: their records hold no sum that a range could be compared with.
TEST_F(CopyKilled, TablesThatWereComparedAsAWholeAreComparedOnceMoreAndStay) {
  method_ = "physical";
  for (const bool changed : {false, true}) {
    SCOPED_TRACE(changed ? "one row of the source was changed meanwhile" : "nothing was changed");
    const auto first = run(command({{"SLIPWAY_TEST", "1"}, {"SLIPWAY_FAIL_POINT", "copy.foreign_keys"}}));
    EXPECT_EQ(first.exit_status, 128 + SIGKILL) << first.err;
    if (changed) {
      auto source = test::connect(source_);
      ASSERT_TRUE(source.execute_text("UPDATE ticket SET title = 'changed' WHERE id = 5000").has_value());
    }
    const auto done = run(command());
    ASSERT_EQ(done.exit_status, 0) << done.err;
    const auto report = nlohmann::json::parse(last_line(done.out), nullptr, false);
    ASSERT_TRUE(report.is_object()) << done.out;
    std::vector<std::string> again;
    for (const auto& note : report["notes"])
      if (const auto text = note.get<std::string>(); text.find("copied again") != std::string::npos)
        again.push_back(text);
    if (changed) {
      ASSERT_EQ(again.size(), 1U);
      const auto rows = std::stoi(again.front().substr(again.front().find(": ") + 2));  // "table ticket: N rows …"
      EXPECT_LT(rows, 12'000) << "a range, not the table";
    } else {
      EXPECT_TRUE(again.empty()) << again.front();
    }
    EXPECT_EQ(picture(target_), picture(source_));
    empty_target();
  }
}

/// Directories with backups beside the server's data that were made for copies into `database`.
std::size_t backups_for(sql::Connection& session, const std::string& database) {
  const auto data = session.query_one("SELECT @@datadir");
  EXPECT_TRUE(data.has_value());
  if (!data) return 0;
  std::size_t found = 0;
  const std::filesystem::path beside = std::filesystem::path((*data)->text(0)) / "..";
  for (const auto& entry : std::filesystem::directory_iterator(beside)) {
    const std::string name = entry.path().filename();
    if (name.starts_with(".slipway-copy-") && name.ends_with("-" + database)) ++found;
  }
  return found;
}

// F6: the rows then come from the snapshot in which they were being summed.
TEST_F(CopyKilled, ABackupThatFailsLeavesTheRowsToSql) {
  auto source = test::connect(source_);
  // Enough for files to be worth it, and of ordinary rows at both ends of the table.
  ASSERT_TRUE(source
                  .execute_text("INSERT INTO attachment SELECT IF(seq <= 30, 1000 + seq, -seq), 'large', "
                                "REPEAT(MD5(seq), 1400) FROM seq_1_to_3500")
                  .has_value());
  const test::TempDirectory directory;
  const auto program = directory / "mariadb-backup";
  test::write_file(program,
                   "#!/bin/sh\ncase \"$*\" in *$FAILS_AT*) echo 'Error: told to' >&2; exit 3;; esac\n"
                   "PATH=${PATH#*:} exec mariadb-backup \"$@\"\n");
  std::filesystem::permissions(program, std::filesystem::perms::owner_all);
  const std::string path = directory.path().string() + ":" + std::getenv("PATH");  // NOLINT(concurrency-mt-unsafe)
  for (const char* step : {"--backup", "--prepare"}) {
    SCOPED_TRACE(step);
    const std::map<std::string, std::string> failing{{"PATH", path}, {"FAILS_AT", step}};
    method_ = "physical";
    const auto refused = run(command(failing));
    EXPECT_EQ(refused.exit_status, traits(Code::unavailable).exit_status) << refused.err;
    EXPECT_NE(refused.err.find("exit status 3: Error: told to"), std::string::npos) << refused.err;
    EXPECT_NE(refused.err.find("--method auto"), std::string::npos) << refused.err;
    method_ = "auto";
    const auto done = run(command(failing));
    EXPECT_EQ(done.exit_status, 0) << done.err;
    EXPECT_NE(done.out.find(R"("method":"sql","method_reason":"the backup failed)"), std::string::npos) << done.out;
    EXPECT_EQ(picture(target_), picture(source_)) << done.err;
    EXPECT_EQ(backups_for(source, target_.database), 0U);
    empty_target();
  }
}

// F6: nobody's data stays beside a database that is given up.
TEST_F(CopyKilled, LeavesABackupThatGoesWithItsDatabase) {
  method_ = "physical";
  const auto first = run(command({{"SLIPWAY_TEST", "1"}, {"SLIPWAY_FAIL_POINT", "copy.physical.prepared"}}));
  ASSERT_EQ(first.exit_status, 128 + SIGKILL) << first.err;
  auto target = test::connect(target_);
  EXPECT_EQ(backups_for(target, target_.database), 1U);
  ASSERT_TRUE(remove_leftovers(target, "another").has_value());
  EXPECT_EQ(backups_for(target, target_.database), 1U);
  ASSERT_TRUE(remove_leftovers(target, target_.database).has_value());
  EXPECT_EQ(backups_for(target, target_.database), 0U);
}

// F6
TEST_F(CopyKilled, AtRandomTimesGoesOnWhereItWas) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  for (int kills = 0; kills < 12; ++kills) {
    auto child = process::Child::spawn(command());
    ASSERT_TRUE(child.has_value()) << to_text(child.error());
    const auto moment = std::chrono::milliseconds(20 + random() % 700);
    if (!child->wait(moment)) child->kill();
    if (kills % 4 != 3) continue;
    finish();
    empty_target();
  }
}

// F6
TEST_F(CopyKilled, CopiesAgainWhatTheSourceChangedSince) {
  int number = 0;
  // Before the keys of any table are built, and after those of all.
  for (const char* point : {"copy.after_commit:4", "copy.foreign_keys"}) {
    SCOPED_TRACE(point);
    const auto first = run(command({{"SLIPWAY_TEST", "1"}, {"SLIPWAY_FAIL_POINT", point}}));
    ASSERT_EQ(first.exit_status, 128 + SIGKILL) << first.err;
    auto source = test::connect(source_);
    const std::string id = std::to_string(++number);
    ASSERT_TRUE(source
                    .run_script("SET @n = " + id +
                                "; UPDATE ticket SET title = CONCAT('changed ', @n) WHERE id = 70 + @n; "
                                "DELETE FROM article WHERE nr = @n; INSERT INTO ticket (id, title) VALUES "
                                "(-@n, CONCAT('first ', @n)), (99990 + @n, CONCAT('last ', @n)); "
                                "INSERT INTO keyless VALUES (1, 'x')")
                    .has_value());
    finish();
    empty_target();
  }
}

// F6
TEST_F(CopyKilled, RepairsRowsThatDidNotArriveAsTheyWere) {
  const auto first = run(command({{"SLIPWAY_TEST", "1"}, {"SLIPWAY_FAIL_POINT", "copy.after_commit:3"}}));
  ASSERT_EQ(first.exit_status, 128 + SIGKILL) << first.err;
  auto target = test::connect(target_);
  const auto damaged = target.execute_text("UPDATE article SET body = CONCAT(body, '!') ORDER BY ticket LIMIT 1");
  const auto lost = target.execute_text("DELETE FROM ticket ORDER BY id LIMIT 1");
  ASSERT_TRUE(damaged.has_value() && lost.has_value());
  ASSERT_GT(damaged->affected_rows + lost->affected_rows, 0U);
  // Killed once more while it repairs.
  const auto second = run(command({{"SLIPWAY_TEST", "1"}, {"SLIPWAY_FAIL_POINT", "copy.repairing"}}));
  EXPECT_EQ(second.exit_status, 128 + SIGKILL) << second.err;
  const auto third = run(command());
  EXPECT_EQ(third.exit_status, 0) << third.err;
  EXPECT_NE(third.out.find("copied again"), std::string::npos) << third.out;
  EXPECT_EQ(picture(target_), picture(source_));
}

// F6
TEST_F(CopyKilled, CopiesAnAlteredTableAnew) {
  const auto first = run(command({{"SLIPWAY_TEST", "1"}, {"SLIPWAY_FAIL_POINT", "copy.foreign_keys"}}));
  ASSERT_EQ(first.exit_status, 128 + SIGKILL) << first.err;
  auto source = test::connect(source_);
  ASSERT_TRUE(source.execute_text("ALTER TABLE ticket ADD COLUMN more INT DEFAULT 7").has_value());
  finish();
  auto target = test::connect(target_);
  const auto row = target.query_one("SELECT SUM(more) FROM ticket");
  ASSERT_TRUE(row.has_value()) << to_text(row.error());
  EXPECT_EQ((*row)->integer(0), 7 * 12000);
}

// F6
TEST_F(CopyKilled, RefusesAnotherSourceAndATargetInUse) {
  const auto first = run(command({{"SLIPWAY_TEST", "1"}, {"SLIPWAY_FAIL_POINT", "copy.after_commit"}}));
  ASSERT_EQ(first.exit_status, 128 + SIGKILL) << first.err;
  const auto own = source_;
  source_ = test::fresh_database();
  const auto other = run(command());
  EXPECT_EQ(other.exit_status, traits(Code::conflict).exit_status) << other.err;
  EXPECT_NE(other.err.find("another source"), std::string::npos) << other.err;
  source_ = own;
  auto without_the_word = command();
  std::erase(without_the_word.argv, "--resume");
  EXPECT_EQ(run(without_the_word).exit_status, traits(Code::conflict).exit_status);
  finish();
  const auto full = run(command());
  EXPECT_EQ(full.exit_status, traits(Code::conflict).exit_status) << full.err;
  EXPECT_NE(full.err.find("holds tables already"), std::string::npos) << full.err;
}

}  // namespace
}  // namespace slipway::migrate
