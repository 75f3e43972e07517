// What SHOW CREATE TABLE says, taken apart and made fit for a MariaDB with InnoDB.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "migrate/engine/table_shape_rules.hpp"

namespace slipway::migrate {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

TableShape shape_of(const std::string& elements, const std::string& rest = "ENGINE=InnoDB",
                    Keep keep = Keep::everything) {
  const auto shape = take_apart("t", "CREATE TABLE `t` (\n  " + elements + "\n) " + rest, keep, "shop");
  return shape ? *shape : TableShape{};
}

TEST(TableShape, OpensWhatMySqlHidesInComments) {
  const auto shape = shape_of(
      "`a` int NOT NULL /*!80023 INVISIBLE */,\n  `g` geomcollection DEFAULT NULL /*!80003 SRID 4326 */,\n"
      "  `h` int DEFAULT NULL,\n  PRIMARY KEY (`a`),\n  KEY `k` (`a`) /*!80000 INVISIBLE */,\n"
      "  CONSTRAINT `c` CHECK ((`a` > 0)) /*!80016 NOT ENFORCED */");
  EXPECT_THAT(shape.bare, HasSubstr("`a` int NOT NULL INVISIBLE,"));
  EXPECT_THAT(shape.bare, HasSubstr("`g` geometrycollection REF_SYSTEM_ID=4326 DEFAULT NULL"));
  EXPECT_THAT(shape.bare, Not(HasSubstr("CHECK")));
  EXPECT_THAT(shape.keys, ElementsAre("KEY `k` (`a`) IGNORED"));
  EXPECT_THAT(shape.changes, ElementsAre("a CHECK that was not enforced was left away"));
}

TEST(TableShape, TellsOfKeysThatMariaDbCannotHave) {
  const auto shape = shape_of(
      "`a` varchar(9) NOT NULL,\n  KEY `lower` ((lower(`a`))),\n  KEY `mixed` (`a`,(`a` + 1) DESC),\n"
      "  FULLTEXT KEY `f` (`a`) /*!50100 WITH PARSER `ngram` */,\n  KEY `kept` (`a`(3) DESC)");
  EXPECT_THAT(shape.keys, ElementsAre("FULLTEXT KEY `f` (`a`) ", "KEY `kept` (`a`(3) DESC)"));
  EXPECT_EQ(shape.changes.size(), 3U);
  EXPECT_THAT(shape.changes[0], HasSubstr("key lower was left away"));
}

TEST(TableShape, KeepsPartitionsOfAnyServer) {
  const std::string range = "PARTITION BY RANGE (`a`)\n(PARTITION p0 VALUES LESS THAN (10) ENGINE = ";
  const auto shape =
      shape_of("`a` int NOT NULL", "ENGINE=MyISAM\n/*!50100 " + range +
                                       "MyISAM DATA DIRECTORY = '/data',\n PARTITION p1 VALUES LESS THAN "
                                       "MAXVALUE ENGINE = MyISAM) */");
  EXPECT_THAT(shape.bare, HasSubstr(range + "InnoDB ,\n PARTITION p1 VALUES LESS THAN MAXVALUE ENGINE = InnoDB) "));
  EXPECT_THAT(shape.bare, Not(HasSubstr("*/")));
  EXPECT_THAT(shape.changes, ElementsAre("engine MyISAM became InnoDB", "directories of partitions were left away"));
  const auto key = shape_of("`a` int NOT NULL",
                            "ENGINE=InnoDB\n/*!50100 PARTITION BY KEY /*!50611 ALGORITHM = 1 */ (a)\n"
                            "PARTITIONS 2 */");
  EXPECT_THAT(key.bare, HasSubstr("PARTITION BY KEY /*!50611 ALGORITHM = 1 */ (a)\nPARTITIONS 2 "));
  EXPECT_THAT(shape_of("`a` int", "ENGINE=InnoDB\n " + range + "InnoDB)", Keep::rows).changes,
              ElementsAre("partitions were left away"));
}

TEST(TableShape, DropsDirectoriesAndWhatOnlyAnotherEngineKnows) {
  const auto shape = shape_of("`a` int",
                              "/*!50100 TABLESPACE `ts` */ ENGINE=MyISAM AUTO_INCREMENT=5 DEFAULT CHARSET=utf8mb3 "
                              "DATA DIRECTORY='/data/' PACK_KEYS=1 `ENCRYPTED`=YES COMMENT='a=b, (c'");
  EXPECT_THAT(
      shape.bare,
      HasSubstr(") ENGINE=InnoDB AUTO_INCREMENT=5 DEFAULT CHARSET=utf8mb3 COMMENT='a=b, (c' STATS_AUTO_RECALC=0"));
  EXPECT_THAT(shape.changes, ElementsAre("engine MyISAM became InnoDB", "option TABLESPACE was left away",
                                         "option DATA DIRECTORY was left away", "option ENCRYPTED was left away"));
}

TEST(TableShape, RefusesEnginesWhoseRowsAreElsewhere) {
  for (const char* engine : {"MRG_MyISAM", "FEDERATED", "CONNECT", "SPIDER"}) {
    const auto shape =
        shape_of("`a` int", "ENGINE=" + std::string(engine) + " UNION=(`x`,`y`) CONNECTION='mysql://u@h/d/t'");
    ASSERT_EQ(shape.blockers.size(), 1U) << engine;
    EXPECT_THAT(shape.blockers[0], HasSubstr(engine));
  }
  EXPECT_THAT(shape_of("`a` int", "ENGINE=ARCHIVE").blockers, IsEmpty());
}

TEST(TableShape, KnowsForeignKeysIntoOtherDatabases) {
  const auto shape = shape_of(
      "`a` int,\n  CONSTRAINT `in (x)` FOREIGN KEY (`a`) REFERENCES `t2` (`a`),\n"
      "  CONSTRAINT `out` FOREIGN KEY (`a`) REFERENCES `h``r`.`person` (`id`) ON DELETE CASCADE");
  EXPECT_THAT(shape.foreign_keys, ElementsAre("CONSTRAINT `in (x)` FOREIGN KEY (`a`) REFERENCES `t2` (`a`)"));
  ASSERT_EQ(shape.foreign_keys_abroad.size(), 1U);
  EXPECT_EQ(shape.foreign_keys_abroad[0].database, "h`r");
  EXPECT_EQ(shape.foreign_keys_abroad[0].table, "person");
}

TEST(TableShape, KnowsHowRowsAreVersioned) {
  const std::string by_number =
      "`a` int,\n  `s` bigint(20) unsigned GENERATED ALWAYS AS ROW START INVISIBLE,\n"
      "  `e` bigint(20) unsigned GENERATED ALWAYS AS ROW END,\n  PRIMARY KEY (`a`,`e`),\n  PERIOD FOR SYSTEM_TIME "
      "(`s`, `e`)";
  const auto shape = shape_of(by_number, "ENGINE=InnoDB WITH SYSTEM VERSIONING");
  EXPECT_EQ(shape.versioning, Versioning::by_transaction);
  EXPECT_EQ(shape.row_end, "e");
  EXPECT_EQ(shape_of("`a` int", "ENGINE=InnoDB WITH SYSTEM VERSIONING").versioning, Versioning::by_time);
  EXPECT_EQ(shape_of("`a` int", "ENGINE=InnoDB COMMENT='WITH SYSTEM VERSIONING'").versioning, Versioning::none);
  EXPECT_EQ(shape_of(by_number, "ENGINE=InnoDB WITH SYSTEM VERSIONING", Keep::rows).bare,
            "CREATE TABLE `t` (\n  `a` int,\n  PRIMARY KEY (`a`)\n) ENGINE=InnoDB STATS_AUTO_RECALC=0");
}

TEST(TableShape, DrawsNumbersFromTheSequenceBesideIt) {
  const auto shape = shape_of(
      "`n` int DEFAULT nextval(`shop`.`s`),\n  `o` int DEFAULT nextval(`other`.`s`),\n  `c` text "
      "DEFAULT 'nextval(`shop`.`s`)'");
  EXPECT_THAT(shape.bare, HasSubstr("`n` int DEFAULT nextval(`s`),"));
  EXPECT_THAT(shape.bare, HasSubstr("nextval(`other`.`s`)"));
  EXPECT_THAT(shape.bare, HasSubstr("DEFAULT 'nextval(`shop`.`s`)'"));
}

TEST(TableShape, GivesACounterWithinAGroupAKeyOfItsOwn) {
  const auto shape =
      shape_of("`k` int NOT NULL,\n  `a``b` int NOT NULL AUTO_INCREMENT,\n  PRIMARY KEY (`k`,`a``b`)", "ENGINE=MyISAM");
  EXPECT_THAT(shape.bare, HasSubstr("PRIMARY KEY (`k`,`a``b`),\n  KEY (`a``b`)\n"));
}

}  // namespace
}  // namespace slipway::migrate
