// Definitions of other servers in MariaDB's words.
#include <gtest/gtest.h>

#include "migrate/engine/dialect_rules.hpp"

namespace slipway::migrate {
namespace {

/// A table `t` with these items, each on its line.
std::string table(const std::string& items, const std::string& options = ") ENGINE=InnoDB") {
  return "CREATE TABLE `t` (\n  " + items + "\n" + options;
}

std::string spoken(const std::string& items) { return speak_mariadb(table(items)).text; }

// A27
TEST(Dialect, LeavesWhatMariadbSaysAlone) {
  const std::string items =
      "`id` uuid NOT NULL DEFAULT uuid(),\n"
      "  `c` varchar(20) /*M!100301 COMPRESSED*/ DEFAULT 'a,(b) /*!80023 INVISIBLE */ _utf8mb4' COMMENT 'uuid_v7() \\' "
      "`',\n"
      "  `g` int(11) GENERATED ALWAYS AS (length(`c`)) VIRTUAL,\n"
      "  PRIMARY KEY (`id`),\n"
      "  KEY `k` (`c`(10),`g`),\n"
      "  CONSTRAINT `x` CHECK (`g` > 0)";
  const auto said = speak_mariadb(table(items));
  EXPECT_EQ(said.text, table(items));
  EXPECT_TRUE(said.changes.empty());
  EXPECT_TRUE(said.stored.empty());
}

// A27
TEST(Dialect, OpensTheCommentsThatMariadbWouldRunOrCannotFollow) {
  const auto said =
      speak_mariadb(table("`id` int NOT NULL /*!50606 STORAGE DISK */ /*!50606 COLUMN_FORMAT FIXED */,\n  `a` int "
                          "DEFAULT '7' /*!80023 INVISIBLE */,\n"
                          "  `b` int NOT NULL /*!80023 INVISIBLE */,\n  `c` int /*!80023 INVISIBLE */,\n"
                          "  `p` point NOT NULL /*!80003 SRID 4326 */"));
  EXPECT_EQ(said.text, table("`id` int NOT NULL,\n  `a` int DEFAULT '7' /*!80023 INVISIBLE */,\n  `b` int NOT NULL,\n"
                             "  `c` int /*!80023 INVISIBLE */,\n  `p` point NOT NULL /*!80003 SRID 4326 */"));
  EXPECT_EQ(said.changes, std::vector<std::string>{"column b: is no longer invisible, because it has no default"});
}

// A27
TEST(Dialect, TakesIntroducersFromStringsButNotFromTexts) {
  EXPECT_EQ(
      spoken(
          "`a` varchar(9) GENERATED ALWAYS AS (concat(`b`,_utf8mb4'é',_latin1'x')) VIRTUAL COMMENT '_utf8mb4\\'é\\''"),
      table("`a` varchar(9) GENERATED ALWAYS AS (concat(`b`,'é',_latin1'x')) VIRTUAL COMMENT '_utf8mb4\\'é\\''"));
}

// A27
TEST(Dialect, KeepsTheValuesOfWhatItCannotCompute) {
  const auto said = speak_mariadb(table(
      "`a` varchar(36) GENERATED ALWAYS AS (bin_to_uuid(`raw`)) STORED COMMENT 'x',\n  `v` vector(3) DEFAULT NULL,\n"
      "  `w` vector(16383) NOT NULL"));
  EXPECT_EQ(said.text,
            table("`a` varchar(36) COMMENT 'x',\n  `v` varbinary(12) DEFAULT NULL,\n  `w` longblob NOT NULL"));
  EXPECT_EQ(said.stored, std::set<std::string>{"a"});
  EXPECT_EQ(said.changes.size(), 3U);
}

// A27
TEST(Dialect, LeavesUnknownKeysChecksAndDefaultsAwayAndSaysSo) {
  const auto said =
      speak_mariadb(table("`id` uuid NOT NULL DEFAULT uuid_v7(),\n  `b` binary(16) DEFAULT (uuid_to_bin(uuid())),\n"
                          "  `c` binary(16) DEFAULT (uuid_to_bin(uuid(),true)),\n"
                          "  VECTOR KEY `v` (`v`) `m`=6,\n"
                          "  CONSTRAINT `like` CHECK (regexp_like(`n`,'a'))"));
  EXPECT_EQ(said.text, table("`id` uuid NOT NULL DEFAULT uuid(),\n  `b` binary(16) DEFAULT "
                             "(unhex(replace(uuid(),'-',''))),\n  `c` binary(16)"));
  EXPECT_EQ(said.changes.size(), 5U);
}

// A27
TEST(Dialect, LeavesATextThatIsNoTableAlone) {
  for (const char* text : {"", "CREATE VIEW v AS SELECT 1", "CREATE TABLE `t` (`a` int", "CREATE TABLE `t` ("})
    EXPECT_EQ(speak_mariadb(text).text, text);
}

}  // namespace
}  // namespace slipway::migrate
