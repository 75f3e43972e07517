// Definitions ported from one database to another, as text.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "migrate/engine/object_rules.hpp"
#include "migrate/engine/sequences.hpp"

namespace slipway::migrate {
namespace {

using testing::ElementsAre;

Names shop() {
  return {.database = "shop", .objects = {"orders", "f", "v", "tr"}, .databases = {"hr"}, .same_name = false};
}

std::string ported(std::string_view kind, std::string_view text, const Names& names = shop()) {
  return port_object(kind, text, {}, names, EventState::disabled).text;
}

TEST(SqlText, KnowsNamesFromStringsAndComments) {
  std::vector<std::string> words;
  for (const Token& token : tokens_of("a `b``c` 'd''e\\'' -- f\n /* g */ # h\n /*!50100 i */ j.k--l"))
    words.emplace_back(token.text);
  EXPECT_THAT(words, ElementsAre("a", "`b``c`", "'d''e\\''", "/*!50100", "i", "*/", "j", ".", "k", "-", "-", "l"));
}

TEST(SqlText, ReadsQuotesByTheSqlMode) {
  EXPECT_EQ(tokens_of("\"a\"")[0].kind, Token::Kind::string);
  EXPECT_EQ(tokens_of("\"a\"", QuoteMode::of("ANSI_QUOTES"))[0].kind, Token::Kind::quoted_name);
  EXPECT_EQ(tokens_of("'\\' b", QuoteMode::of("NO_BACKSLASH_ESCAPES")).size(), 2U);
  EXPECT_EQ(tokens_of("'\\' b").size(), 1U);
  EXPECT_EQ(tokens_of("`a``b`")[0].name(), "a`b");
}

TEST(SqlText, EndsWithWhatIsNotClosed) {
  for (const char* text : {"'abc", "`abc", "/* abc", "/*!50100 abc", "\\", "'\\", "`", "--", "a.", "/*"})
    EXPECT_LE(tokens_of(text).size(), 2U) << text;
}

TEST(PortedObject, LosesItsDefinerAndKeepsItsSecurity) {
  const auto object =
      port_object("view", "CREATE ALGORITHM=MERGE DEFINER=`boss`@`%` SQL SECURITY INVOKER VIEW `v` AS select 1", {},
                  shop(), EventState::disabled);
  EXPECT_EQ(object.text, "CREATE OR REPLACE ALGORITHM=MERGE SQL SECURITY INVOKER VIEW `v` AS select 1");
  EXPECT_EQ(object.definer, "boss@%");
}

TEST(PortedObject, IsMadeAnewWhateverItsHeadSaid) {
  EXPECT_EQ(ported("procedure", "CREATE OR REPLACE DEFINER=admin PROCEDURE p() SELECT 1"),
            "CREATE OR REPLACE PROCEDURE p() SELECT 1");
  EXPECT_EQ(ported("event", "CREATE EVENT IF NOT EXISTS e ON SCHEDULE EVERY 1 DAY DO DROP TABLE IF EXISTS t"),
            "CREATE OR REPLACE EVENT e ON SCHEDULE EVERY 1 DAY DO DROP TABLE IF EXISTS t");
}

TEST(PortedObject, LosesTheNameOfItsOwnDatabase) {
  EXPECT_EQ(ported("view",
                   "CREATE VIEW `v` AS select `shop`.`orders`.`id` AS `id`,`shop`.`f`(1) AS `x` from "
                   "(`shop`.`orders` join `hr`.`person` on(`shop`.`id` = 1))"),
            "CREATE OR REPLACE VIEW `v` AS select `orders`.`id` AS `id`,`f`(1) AS `x` from "
            "(`orders` join `hr`.`person` on(`shop`.`id` = 1))");
  EXPECT_EQ(ported("trigger", "CREATE trigger shop.tr after insert on `shop`.orders for each row call shop.unknown()"),
            "CREATE OR REPLACE trigger tr after insert on orders for each row call shop.unknown()");
  Names same = shop();
  same.same_name = true;
  EXPECT_EQ(ported("function", "CREATE FUNCTION f() RETURN shop.f()", same),
            "CREATE OR REPLACE FUNCTION f() RETURN shop.f()");
}

TEST(PortedObject, LeavesColumnsOfATableCalledLikeItsDatabase) {
  Names names = shop();
  names.objects.insert("shop");
  EXPECT_EQ(ported("procedure", "CREATE PROCEDURE p() SELECT shop.orders FROM shop.orders JOIN shop.shop", names),
            "CREATE OR REPLACE PROCEDURE p() SELECT shop.orders FROM orders JOIN shop");
}

TEST(PortedObject, TellsWhatItNamesBesides) {
  const auto object =
      port_object("procedure", "CREATE PROCEDURE p() EXECUTE IMMEDIATE 'SELECT * FROM shop.orders, hr.x'", {}, shop(),
                  EventState::disabled);
  EXPECT_TRUE(object.dynamic);
  EXPECT_FALSE(object.unqualified);
  EXPECT_TRUE(object.abroad.empty());
  EXPECT_THAT(
      port_object("view", "CREATE VIEW v AS select `hr`.`a`.`b` from `hr`.`a`", {}, shop(), EventState::disabled)
          .abroad,
      ElementsAre("hr"));
}

TEST(PortedEvent, ArrivesDisabledUnlessWanted) {
  const std::string text =
      "CREATE EVENT `e` ON SCHEDULE EVERY 1 DAY ON COMPLETION PRESERVE ENABLE COMMENT 'x' DO select 1";
  const auto object = port_object("event", text, {}, shop(), EventState::disabled);
  EXPECT_TRUE(object.disabled);
  EXPECT_EQ(
      object.text,
      "CREATE OR REPLACE EVENT `e` ON SCHEDULE EVERY 1 DAY ON COMPLETION PRESERVE DISABLE COMMENT 'x' DO select 1");
  EXPECT_FALSE(port_object("event", text, {}, shop(), EventState::as_it_was).disabled);
}

TEST(PortedSequence, IsOfInnoDbAndOfTheOneTypeThatAllVersionsKnow) {
  std::vector<std::string> changes;
  EXPECT_EQ(port_sequence("CREATE SEQUENCE `s` as smallint start with 1 nocycle ENGINE=Aria", changes),
            "CREATE SEQUENCE IF NOT EXISTS `s`  start with 1 nocycle ENGINE=InnoDB");
  EXPECT_THAT(changes, ElementsAre("type smallint became bigint", "engine Aria became InnoDB"));
}

TEST(Views, ComeAfterThoseTheyMention) {
  EXPECT_THAT(order_by_mention({{"a", "select `m`.`x` from (`m` join `z`)"},
                                {"m", "select 'a' AS `y` from `z`"},
                                {"z", "select `t`.`id` AS `id` from `t`"}}),
              ElementsAre("z", "m", "a"));
  EXPECT_THAT(order_by_mention({{"a", "`b`"}, {"b", "`c`"}, {"c", "`a`"}}), ElementsAre("c", "b", "a"));
}

TEST(Names, CollideWhenCaseNoLongerCounts) {
  EXPECT_THAT(colliding_names({"Orders", "b", "orders", "B"}), ElementsAre("Orders, orders", "b, B"));
  EXPECT_TRUE(colliding_names({"a", "b"}).empty());
}

}  // namespace
}  // namespace slipway::migrate
