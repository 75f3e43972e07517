// What becomes of a dump's statements, and what a file is.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "migrate/dumps/dump_choice_rules.hpp"
#include "migrate/dumps/dump_filter.hpp"
#include "migrate/dumps/format_rules.hpp"
#include "migrate/dumps/mydumper_rules.hpp"

namespace slipway::migrate {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<Statement> statements_of(std::string_view text, std::string delimiter = ";") {
  std::vector<Statement> found;
  StatementScanner scanner(StatementScanner::kLongestStatement, std::move(delimiter));
  const auto each = [&](Statement&& statement) -> Status {
    found.push_back(std::move(statement));
    return {};
  };
  EXPECT_TRUE(scanner.feed(text, each).has_value());
  EXPECT_TRUE(scanner.finish(each).has_value());
  return found;
}

std::vector<std::string> texts_of(std::string_view text, std::string delimiter = ";") {
  std::vector<std::string> texts;
  for (const Statement& statement : statements_of(text, std::move(delimiter))) texts.push_back(statement.text);
  return texts;
}

// A27
TEST(StatementScanner, KnowsQuotesCommentsAndDelimiters) {
  EXPECT_THAT(texts_of("A;B ; \n;;C"), ElementsAre("A", "B", "C"));
  EXPECT_THAT(texts_of("I 'a;''b;\\';' \";\\\";\" `;``;`;J"), ElementsAre("I 'a;''b;\\';' \";\\\";\" `;``;`", "J"));
  EXPECT_THAT(texts_of("-- one; two\n# three;\n/* four; */A -- five;\nB;"), ElementsAre("A -- five;\nB"));
  EXPECT_THAT(texts_of("/*!40101 SET a=1 */;/*M!100 B */;"), ElementsAre("/*!40101 SET a=1 */", "/*M!100 B */"));
  EXPECT_THAT(texts_of("DELIMITER ;;\nA; B;\nend ;;\ndelimiter ;\nC;D"), ElementsAre("A; B;\nend", "C", "D"));
  EXPECT_THAT(texts_of("a begin; \n b; end;\nC;", ";\n"), ElementsAre("a begin; \n b; end", "C"));
  EXPECT_THAT(texts_of("A--1;B"), ElementsAre("A--1", "B"));
}

TEST(StatementScanner, CountsLines) {
  const auto found = statements_of("\n\nA\n'x\ny';\nB;\n/* c\n */ C");
  ASSERT_EQ(found.size(), 3U);
  EXPECT_EQ(found[0].line, 3U);
  EXPECT_EQ(found[1].line, 6U);
  EXPECT_EQ(found[2].line, 8U);
}

TEST(StatementScanner, NamesWhatTheStreamEndsIn) {
  for (const char* text : {"INSERT INTO t VALUES ('abc", "A /* b", "A `b"}) {
    StatementScanner scanner;
    const auto each = [](Statement&&) { return Status{}; };
    ASSERT_TRUE(scanner.feed(text, each).has_value());
    const auto ended = scanner.finish(each);
    ASSERT_FALSE(ended.has_value()) << text;
    EXPECT_EQ(ended.error().code, Code::corrupt);
    EXPECT_EQ(ended.error().message.find("abc"), std::string::npos);
  }
}

TEST(StatementScanner, KeepsOnlyTheBeginningWhenAsked) {
  std::vector<Statement> found;
  StatementScanner scanner(5);
  const auto each = [&](Statement&& statement) -> Status {
    found.push_back(std::move(statement));
    return {};
  };
  ASSERT_TRUE(scanner.feed("0123456789;ab;", each).has_value());
  ASSERT_TRUE(scanner.finish(each).has_value());
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].text, "01234");
  EXPECT_EQ(found[0].bytes, 10U);
  EXPECT_TRUE(found[1].whole());
}

// A27
TEST(DumpRules, NeverRunsWhatConcernsTheServer) {
  for (const char* text : {"SET GLOBAL max_connections=1",
                           "SET @@GLOBAL.GTID_PURGED=/*!80000 '+'*/ 'x:1-9'",
                           "set @@global . read_only = 1",
                           "SET PERSIST x=1",
                           "SET @@SESSION.SQL_LOG_BIN= 0",
                           "SET sql_log_bin=0",
                           "SET @a=1, GLOBAL b=2",
                           "SET PASSWORD = 'x'",
                           "/*!40000 SET GLOBAL x=1 */",
                           "GRANT ALL ON *.* TO a@b",
                           "REVOKE x FROM y",
                           "CREATE USER a@b",
                           "DROP USER a",
                           "ALTER USER a",
                           "CREATE OR REPLACE USER a",
                           "CREATE ROLE r",
                           "RENAME USER a TO b",
                           "INSTALL PLUGIN x SONAME 'x.so'",
                           "INSTALL SONAME 'x'",
                           "UNINSTALL PLUGIN x",
                           "FLUSH PRIVILEGES",
                           "RESET MASTER",
                           "PURGE BINARY LOGS TO 'x'",
                           "CHANGE MASTER TO MASTER_HOST='x'",
                           "/*!40000 DROP DATABASE IF EXISTS `x`*/",
                           "DROP SCHEMA x",
                           "CREATE SERVER s FOREIGN",
                           "CREATE FUNCTION f RETURNS INTEGER SONAME 'udf.so'",
                           "CREATE AGGREGATE FUNCTION IF NOT EXISTS f RETURNS INT SONAME 'u'",
                           "SELECT 1",
                           "DO SLEEP(9)",
                           "START SLAVE",
                           "STOP SLAVE",
                           "SHOW GRANTS",
                           "/*!80000 SELECT 1 */ GRANT ALL ON *.* TO a",
                           "-- x\nGRANT a TO b"}) {
    const Verdict verdict = judge(text);
    EXPECT_EQ(verdict.action, Action::skip) << text;
    EXPECT_FALSE(verdict.kind.empty()) << text;
  }
}

// A27
TEST(DumpRules, RefusesWhatNoDumpProgramWrites) {
  for (const char* text :
       {"LOAD DATA INFILE '/etc/passwd' INTO TABLE t", "LOAD XML INFILE 'x' INTO TABLE t", "SHUTDOWN", "HANDLER t OPEN",
        "SELECT * FROM t INTO OUTFILE '/tmp/x'", "(SELECT 'a' INTO DUMPFILE '/tmp/x')", "KILL 1", "CALL p()",
        "PREPARE s FROM 'x'", "EXECUTE s", "\\! rm -rf x", "\\. other.sql", "source other.sql", "system id",
        "CREATE NONSENSE x", "this is prose", "BINLOG 'x'", "/*!50000 SHUTDOWN */"}) {
    const Verdict verdict = judge(text);
    EXPECT_EQ(verdict.action, Action::refuse) << text;
    EXPECT_FALSE(verdict.hint.empty()) << text;
  }
  // What stands there instead may be data.
  EXPECT_EQ(judge("secret words of somebody").kind, "");
}

TEST(DumpRules, RunsWhatDumpsAreMadeOf) {
  const std::vector<std::pair<const char*, Action>> expected{
      {"CREATE TABLE `t` (`a` int)", Action::define},
      {"CREATE TEMPORARY TABLE IF NOT EXISTS t (a int)", Action::define},
      {"/*!50001 CREATE ALGORITHM=UNDEFINED */\n/*!50013 DEFINER=`a`@`b` SQL SECURITY DEFINER */\n/*!50001 VIEW `v` AS "
       "x */",
       Action::define},
      {"/*!50003 CREATE*/ /*!50017 DEFINER=`r`@`%`*/ /*!50003 TRIGGER t BEFORE INSERT ON x FOR EACH ROW SET a=1 */",
       Action::define},
      {"CREATE FUNCTION f() RETURNS int RETURN 1", Action::define},
      {"ALTER TABLE `t` DISABLE KEYS", Action::define},
      {"DROP TABLE IF EXISTS `t`", Action::define},
      {"INSERT IGNORE INTO `d`.`t` VALUES (1)", Action::rows},
      {"REPLACE INTO t VALUES (1)", Action::rows},
      {"DO SETVAL(`q`, 5, 0)", Action::run},
      {"SELECT SETVAL(`q`, 5, 0)", Action::run},
      {"/*!40101 SET NAMES utf8mb4 */", Action::session},
      {"SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='NO_AUTO_VALUE_ON_ZERO'", Action::session},
      {"SET @MYSQLDUMP_TEMP_LOG_BIN = @@SESSION.SQL_LOG_BIN", Action::session},
      {"LOCK TABLES `t` WRITE", Action::silent},
      {"/*!80000 SET x=1 */", Action::silent},
      {"SET autocommit=0", Action::silent},
      {"USE `rt5`", Action::use},
      {"CREATE DATABASE /*!32312 IF NOT EXISTS*/ `rt5` /*!40100 DEFAULT CHARACTER SET utf8 */", Action::database},
  };
  for (const auto& [text, action] : expected) EXPECT_EQ(judge(text).action, action) << text;
  EXPECT_EQ(judge("INSERT IGNORE INTO `d`.`t` VALUES (1)").name, "t");
  EXPECT_EQ(judge("CREATE DATABASE /*!32312 IF NOT EXISTS*/ `rt5`").name, "rt5");
  EXPECT_FALSE(judge("SET sql_mode='STRICT_ALL_TABLES,NO_BACKSLASH_ESCAPES'").backslash);
  EXPECT_EQ(judge("SET NAMES 'Latin1' COLLATE latin1_bin").charset, "latin1");
}

/// What a filter lets through of a text, and what it found.
std::vector<std::string> filtered(std::string_view text, DumpFindings* findings = nullptr, FilterOptions options = {}) {
  DumpFilter filter(std::move(options));
  StatementScanner scanner;
  std::vector<std::string> passed;
  const auto each = [&](Statement&& statement) -> Status {
    SLIPWAY_TRY(const auto verdict, filter.consider(statement, scanner));
    if (verdict) passed.push_back(filter.rewrite(std::move(statement), *verdict));
    return {};
  };
  auto done = scanner.feed(text, each);
  if (done) done = scanner.finish(each);
  EXPECT_TRUE(done.has_value()) << done.error().message;
  if (findings != nullptr) *findings = filter.findings();
  return passed;
}

// A27
TEST(DumpFilter, TakesDefinersDirectoriesAndForeignCollationsAway) {
  DumpFindings findings;
  const auto passed = filtered(
      "CREATE DEFINER=`root`@`10.%` PROCEDURE `p`() SELECT 'DEFINER=`a`@`b`';"
      "/*!50001 CREATE ALGORITHM=UNDEFINED *//*!50013 DEFINER=`r`@`h` SQL SECURITY DEFINER *//*!50001 VIEW v AS SELECT "
      "1 */;"
      "CREATE DEFINER=CURRENT_USER() EVENT e ON SCHEDULE EVERY 1 DAY DO SET @definer=1;"
      "CREATE TABLE t (c varchar(9) COLLATE utf8mb4_0900_ai_ci COMMENT 'utf8mb4_0900_ai_ci') DATA DIRECTORY='/etc' "
      "DEFAULT CHARSET=utf8mb4;"
      "CREATE DATABASE `x` /*!40100 DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_ai_ci */;"
      "INSERT INTO t VALUES ('DEFINER=`a`@`b` utf8mb4_0900_ai_ci');",
      &findings);
  ASSERT_EQ(passed.size(), 6U);
  EXPECT_EQ(passed[0], "CREATE  PROCEDURE `p`() SELECT 'DEFINER=`a`@`b`'");
  EXPECT_THAT(passed[1], HasSubstr("/*!50013  SQL SECURITY DEFINER */"));
  EXPECT_THAT(passed[2], HasSubstr("CREATE  EVENT"));
  EXPECT_EQ(passed[3],
            "CREATE TABLE t (c varchar(9) COLLATE utf8mb4_uca1400_nopad_ai_ci COMMENT 'utf8mb4_0900_ai_ci')  "
            "DEFAULT CHARSET=utf8mb4");
  EXPECT_EQ(passed[4],
            "ALTER DATABASE `x` /*!40100 DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_uca1400_nopad_ai_ci */");
  EXPECT_EQ(passed[5], "INSERT INTO t VALUES ('DEFINER=`a`@`b` utf8mb4_0900_ai_ci')");
  EXPECT_EQ(findings.definers, 3U);
  EXPECT_EQ(findings.directories, 1U);
  EXPECT_EQ(findings.collations.size(), 1U);
}

// A27
TEST(DumpFilter, TakesTheChosenDatabaseAlone) {
  constexpr std::string_view text =
      "SET NAMES utf8mb4;CREATE DATABASE `a`;USE `a`;CREATE TABLE t (i int);INSERT INTO t VALUES (1);"
      "CREATE DATABASE `b`;USE `b`;CREATE TABLE u (i int);USE mysql;INSERT INTO user VALUES (1);GRANT x TO y;";
  DumpFindings findings;
  EXPECT_THAT(filtered(text, &findings, {"b", "", ""}), ElementsAre("SET NAMES utf8mb4", "", "CREATE TABLE u (i int)"));
  const auto several = choose_database(findings, "", "");
  ASSERT_FALSE(several.has_value());
  EXPECT_EQ(several.error().code, Code::invalid_argument);
  EXPECT_THAT(several.error().message, HasSubstr("'a'"));
  EXPECT_THAT(several.error().message, HasSubstr("'b'"));
  EXPECT_THAT(several.error().hint, HasSubstr("--dump-database"));
  EXPECT_EQ(choose_database(findings, "", "b").value_or(""), "b");
  EXPECT_FALSE(choose_database(findings, "", "c").has_value());
  EXPECT_THAT(notes_of(findings), ElementsAre(HasSubstr("GRANT at line 1")));
}

TEST(DumpFilter, NamesTheDatabaseByItsHeaderWhenNothingElseDoes) {
  DumpFindings findings;
  static_cast<void>(filtered("CREATE TABLE t (i int);", &findings));
  EXPECT_EQ(choose_database(findings, "rt5", "").value_or(""), "rt5");
  EXPECT_EQ(choose_database(findings, "", "").value_or(""), "dump");
  EXPECT_EQ(choose_database(findings, "mysql", "").value_or(""), "dump");
  EXPECT_FALSE(choose_database(findings, "rt5", "other").has_value());
  EXPECT_FALSE(choose_database(DumpFindings{}, "rt5", "").has_value());
  EXPECT_EQ(database_in_header("-- MySQL dump 10.13\n--\n-- Host: localhost    Database: rt5\n-- ---"), "rt5");
}

TEST(DumpFilter, RefusesCharacterSetsThatHideQuotes) {
  for (const char* text : {"SET NAMES gbk", "SET character_set_client = sjis", "/*!40101 SET NAMES big5 */"}) {
    DumpFilter filter({});
    StatementScanner scanner;
    const auto considered = filter.consider({text, 1, std::string_view(text).size()}, scanner);
    ASSERT_FALSE(considered.has_value()) << text;
    EXPECT_EQ(considered.error().code, Code::unsupported);
  }
  EXPECT_THAT(filtered("SET NAMES utf8mb4;", nullptr, {"", "", "latin1"}), IsEmpty());
}

// A27
TEST(DumpFormat, TellsWhatAFileIsByItsFirstBytes) {
  using namespace std::string_view_literals;
  EXPECT_EQ(packing_of("\x1F\x8B\x08"), Packing::gzip);
  EXPECT_EQ(packing_of("\x28\xB5\x2F\xFD"), Packing::zstd);
  EXPECT_EQ(packing_of("\xFD"
                       "7zXZ"),
            Packing::xz);
  EXPECT_EQ(packing_of("PK\x03\x04"), Packing::zip);
  EXPECT_EQ(packing_of("-- MySQL dump"), Packing::plain);
  const std::vector<std::pair<std::string, std::string>> foreign{
      {"--\n-- PostgreSQL database dump\n--\n", "PostgreSQL"},
      {"PGDMP\x01", "PostgreSQL"},
      {std::string("SQLite format 3\0", 16), "SQLite"},
      {"PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;", "SQLite"},
      {"XBSTCK01", "mariadb-backup"},
      {std::string(257, 'n') + "ustar", "tar"},
      {std::string("\x7F"
                   "ELF\0\0",
                   6),
       "binary"},
      {std::string("\xFF\xFE-\0-\0", 6), "UTF-16"},
      {"\x1F\x8B", "twice"},
      {"<?xml version", "XML"},
      {"<!DOCTYPE html>", "web page"}};
  for (const auto& [head, name] : foreign) {
    const auto content = check_content(head);
    ASSERT_FALSE(content.has_value()) << name;
    EXPECT_EQ(content.error().code, Code::unsupported) << name;
    EXPECT_THAT(content.error().message, HasSubstr(name));
    EXPECT_FALSE(content.error().hint.empty());
  }
  EXPECT_EQ(check_content("").error().code, Code::corrupt);
  EXPECT_TRUE(check_content("-- MariaDB dump 10.19\n").has_value());
}

// A27
TEST(Mydumper, SortsFilesByWhatTheyHold) {
  const auto files =
      sort_mydumper_files({"metadata", "a.b-schema-create.sql.gz", "a.b-schema-post.sql", "a.b-schema-triggers.sql",
                           "a.b.t-schema-triggers.sql", "a.b.t-schema.sql.zst", "a.b.t.00000.00001.sql.gz", "a.b.t.sql",
                           "a.b.v-schema-view.sql", "a.b.v-schema.sql", "a.b.q-schema-sequence.sql"});
  ASSERT_TRUE(files.has_value());
  std::vector<std::string> names;
  for (const MydumperFile& file : *files) {
    EXPECT_EQ(file.database, "a.b") << file.name;
    names.push_back(file.name);
  }
  EXPECT_THAT(names,
              ElementsAre("a.b-schema-create.sql.gz", "a.b.t-schema.sql.zst", "a.b.v-schema.sql",
                          "a.b.q-schema-sequence.sql", "a.b.t.00000.00001.sql.gz", "a.b.t.sql", "a.b-schema-post.sql",
                          "a.b.v-schema-view.sql", "a.b-schema-triggers.sql", "a.b.t-schema-triggers.sql"));
  EXPECT_EQ((*files)[4].table, "t");
  EXPECT_EQ(sort_mydumper_files({"a.t.00000.dat"}).error().code, Code::unsupported);
}

TEST(Mydumper, ReadsBothKindsOfMetadata) {
  EXPECT_TRUE(read_mydumper_metadata("Started dump at: x\nFinished dump at: y\n").finished);
  EXPECT_FALSE(read_mydumper_metadata("Started dump at: x\n").finished);
  const auto metadata = read_mydumper_metadata(
      "# Started dump at: x\n[config]\nquote-character = BACKTICK\n\n[`desk`.`ticket`]\nreal_table_name=ticket\nrows = "
      "42\n\n[`desk`.`mydumper_0`]\nreal_table_name = \"odd name\"\nrows=7\n# Finished dump at: y\n");
  EXPECT_TRUE(metadata.finished);
  ASSERT_EQ(metadata.rows.size(), 2U);
  EXPECT_EQ(metadata.rows.at({"desk", "ticket"}), 42U);
  EXPECT_EQ(metadata.rows.at({"desk", "odd name"}), 7U);
}

}  // namespace
}  // namespace slipway::migrate
