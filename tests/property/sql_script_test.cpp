#include <gtest/gtest.h>

#include <array>
#include <random>

#include "appliance/sql/script.hpp"

namespace slipway::sql {
namespace {

// Any mixture of statements, gaps and comments comes apart into the same statements.
TEST(SqlScriptProperty, AnyMixtureComesApartAgain) {
  constexpr std::array<std::string_view, 9> statements{
      "SELECT 1",
      "INSERT INTO a VALUES ('x;y', \"--\", '\\'')",
      "CREATE TABLE `a;b` (c INT DEFAULT 5 /* inner; comment */)",
      "CREATE TRIGGER t BEFORE UPDATE ON r FOR EACH ROW IF NEW.a THEN SET NEW.b = 1; END IF",
      "CREATE PROCEDURE p() BEGIN IF (a) THEN SELECT IF(b, 1, 2); END IF; END",
      "CREATE OR REPLACE FUNCTION f() RETURNS INT RETURN CASE WHEN 1 THEN 2 ELSE 3 END",
      "CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO BEGIN DELETE FROM x; DELETE FROM y; END",
      "DROP TABLE IF EXISTS x",
      "BEGIN"};
  constexpr std::array<std::string_view, 6> gaps{
      ";", ";\n", " ; ", ";;", "; -- it's; a comment\n", ";/* 'and; another */\n\n"};
  const auto seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  const auto pick = [&](const auto& from) { return from[random() % from.size()]; };
  for (int round = 0; round < 500; ++round) {
    std::string script = round % 2 == 0 ? "# head; of file\n" : "";
    std::vector<std::string_view> wanted;
    for (std::size_t i = random() % 12; i > 0; --i) {
      wanted.push_back(pick(statements));
      script += wanted.back();
      script += pick(gaps);
    }
    const auto split = split_script(script);
    ASSERT_TRUE(split.has_value()) << script;
    ASSERT_EQ(split->size(), wanted.size()) << script;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      ASSERT_EQ((*split)[i].text, wanted[i]) << script;
    }
  }
}

// Garbage is refused or split, never read out of bounds (run under the sanitizers).
TEST(SqlScriptProperty, GarbageIsHarmless) {
  constexpr std::string_view alphabet = "'\"`;-#/*!\\ \nBEGINDIFCASE()M0.,";
  const auto seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  for (int round = 0; round < 5000; ++round) {
    std::string script;
    for (std::size_t i = random() % 40; i > 0; --i) script += alphabet[random() % alphabet.size()];
    const auto split = split_script(script);
    if (!split) {
      EXPECT_EQ(split.error().code, Code::invalid_argument);
      continue;
    }
    for (const ScriptStatement& statement : *split) {
      EXPECT_GE(statement.text.data(), script.data());
      EXPECT_LE(statement.text.data() + statement.text.size(), script.data() + script.size());
      EXPECT_FALSE(statement.text.empty());
    }
  }
}

}  // namespace
}  // namespace slipway::sql
