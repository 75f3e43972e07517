#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "appliance/sql/schema.hpp"
#include "appliance/sql/script.hpp"

namespace slipway::sql {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

std::vector<std::string> split(std::string_view script) {
  const auto statements = split_script(script);
  EXPECT_TRUE(statements.has_value()) << script;
  std::vector<std::string> texts;
  if (statements)
    for (const ScriptStatement& statement : *statements) texts.emplace_back(statement.text);
  return texts;
}

TEST(SqlScript, SplitsAtSemicolons) {
  EXPECT_THAT(split("SELECT 1; SELECT 2;\n\nSELECT 3"), ElementsAre("SELECT 1", "SELECT 2", "SELECT 3"));
  EXPECT_THAT(split(""), IsEmpty());
  EXPECT_THAT(split(" ;; \n-- nothing\n;"), IsEmpty());
}

TEST(SqlScript, IgnoresSemicolonsInQuotesAndComments) {
  EXPECT_THAT(split("SELECT 'a;b', \"c;d\", `e;f`"), ElementsAre("SELECT 'a;b', \"c;d\", `e;f`"));
  EXPECT_THAT(split("SELECT 'it''s;', 'a\\';', `x``;`; SELECT 2"),
              ElementsAre("SELECT 'it''s;', 'a\\';', `x``;`", "SELECT 2"));
  EXPECT_THAT(split("-- one; two\n# three;\n/* four; ' */ SELECT 1 -- five;\n; SELECT 2"),
              ElementsAre("SELECT 1", "SELECT 2"));
  EXPECT_THAT(split("SELECT 5--1; SELECT '-- no comment'; SELECT '\\\\'; SELECT 1"),
              ElementsAre("SELECT 5--1", "SELECT '-- no comment'", "SELECT '\\\\'", "SELECT 1"));
}

TEST(SqlScript, KeepsCodeInVersionComments) {
  EXPECT_THAT(split("/*!40101 SET NAMES utf8 */; /*M!100100 SELECT ';' */"),
              ElementsAre("/*!40101 SET NAMES utf8 */", "/*M!100100 SELECT ';' */"));
}

TEST(SqlScript, KeepsCompoundStatementsWhole) {
  const std::string trigger =
      "CREATE TRIGGER t BEFORE UPDATE ON r FOR EACH ROW\n  IF NEW.a <> OLD.a THEN SIGNAL SQLSTATE '45000'; END IF";
  EXPECT_THAT(split(trigger + ";\nSELECT 1;"), ElementsAre(trigger, "SELECT 1"));

  const std::string procedure =
      "CREATE DEFINER=`a`@`b` PROCEDURE IF NOT EXISTS p(IN n INT) BEGIN\n"
      "  DECLARE c CURSOR FOR SELECT IF(a, b, c), REPEAT('x', 3), CASE WHEN a THEN 1 ELSE 2 END FROM t FOR UPDATE;\n"
      "  IF (n) THEN SELECT 1; ELSEIF EXISTS (SELECT 1) THEN SELECT 2; END IF;\n"
      "  IF NOT EXISTS (SELECT 1) THEN SELECT 3; END IF;\n"
      "  CASE n WHEN 1 THEN SELECT IF((a, b) = (1, 2), 3, 4); ELSE BEGIN END; END CASE;\n"
      "  l: LOOP LEAVE l; END LOOP; WHILE n > 0 DO SET n = n - 1; END WHILE;\n"
      "  REPEAT SET n = n + 1; UNTIL n > 3 END REPEAT; FOR i IN 1 .. 3 DO SELECT i; END FOR;\n"
      "  SELECT NEW.end, OLD.begin; DROP TABLE IF EXISTS x; END";
  EXPECT_THAT(split(procedure + "; SELECT 2"), ElementsAre(procedure, "SELECT 2"));

  EXPECT_THAT(split("BEGIN NOT ATOMIC SELECT 1; SELECT 2; END; SELECT 3"),
              ElementsAre("BEGIN NOT ATOMIC SELECT 1; SELECT 2; END", "SELECT 3"));
}

TEST(SqlScript, TakesWordsInPlainStatementsForNames) {
  EXPECT_THAT(
      split(
          "CREATE TABLE event (begin INT, `case` INT); INSERT INTO event SELECT CASE WHEN 1 THEN 2 END; BEGIN; COMMIT"),
      ElementsAre("CREATE TABLE event (begin INT, `case` INT)", "INSERT INTO event SELECT CASE WHEN 1 THEN 2 END",
                  "BEGIN", "COMMIT"));
  EXPECT_THAT(split("GRANT EXECUTE ON PROCEDURE p TO u; ALTER TABLE t ADD COLUMN IF NOT EXISTS x INT; SELECT 1"),
              testing::SizeIs(3));
}

TEST(SqlScript, CountsLines) {
  const auto statements = split_script("-- first\nSELECT 1;\n\n/* two\nlines */ SELECT 'a\nb';SELECT 3");
  ASSERT_TRUE(statements.has_value());
  ASSERT_EQ(statements->size(), 3U);
  EXPECT_EQ((*statements)[0].line, 2U);
  EXPECT_EQ((*statements)[1].line, 5U);
  EXPECT_EQ((*statements)[2].line, 6U);
}

TEST(SqlScript, NamesTheLineOfWhatIsNotClosed) {
  for (const char* script :
       {"SELECT 1;\nSELECT 'a", "SELECT 1;\nSELECT `a", "SELECT 1;\n/* a", "SELECT 1;\n/*!40101 SET @a = 1",
        "SELECT 1;\nCREATE TRIGGER t BEFORE INSERT ON r FOR EACH ROW BEGIN SELECT 1;", "SELECT 1;\nSELECT 'a\\'"}) {
    const auto statements = split_script(script);
    ASSERT_FALSE(statements.has_value()) << script;
    EXPECT_EQ(statements.error().code, Code::invalid_argument);
    EXPECT_THAT(statements.error().message, HasSubstr("line 2")) << script;
  }
}

TEST(SqlScript, KnowsStatementsThatChangeRowsOnly) {
  for (const char* statement :
       {"INSERT INTO a VALUES (1)", "update a SET b = 1", "Delete FROM a", "REPLACE a VALUES (1)"})
    EXPECT_TRUE(changes_rows_only(statement)) << statement;
  for (const char* statement :
       {"CREATE TABLE a (b INT)", "ALTER TABLE a ADD b INT", "INSERTED", "", "(SELECT 1)", "TRUNCATE a"})
    EXPECT_FALSE(changes_rows_only(statement)) << statement;
}

TEST(Schema, FilesAreCompiledInAscending) {
  for (const auto versions : {platform_schema(), account_schema()}) {
    ASSERT_FALSE(versions.empty());
    for (std::size_t i = 0; i < versions.size(); ++i) {
      EXPECT_EQ(versions[i].number, static_cast<int>(i) + 1);
      EXPECT_THAT(std::string(versions[i].name), StartsWith("V000"));
      EXPECT_THAT(split(versions[i].script), testing::Not(IsEmpty()));
    }
  }
}

}  // namespace
}  // namespace slipway::sql
