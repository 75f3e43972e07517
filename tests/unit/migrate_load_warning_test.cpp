// Which column a server's warning is about.
#include <gtest/gtest.h>

#include "migrate/engine/load_warning_rules.hpp"

namespace slipway::migrate {
namespace {

// A27
TEST(LoadWarning, NamesItsColumnInEveryFormOfMessage) {
  EXPECT_TRUE(is_about_column("Out of range value for column 'v' at row 3", "v"));
  EXPECT_TRUE(is_about_column("Column 'v' cannot be null", "v"));
  EXPECT_TRUE(is_about_column("Incorrect integer value: 'x' for column `d`.`t`.`v v` at row 1", "v v"));
  EXPECT_TRUE(is_about_column("Data truncated for column 'at row 1' at row 1", "at row 1"));
  EXPECT_FALSE(is_about_column("Out of range value for column 'vv' at row 3", "v"));
  EXPECT_FALSE(is_about_column("Incorrect integer value: 'x' for column `d`.`v`.`t` at row 1", "v"));
  EXPECT_FALSE(is_about_column("Truncated incorrect INTEGER value: 'v'", "v"));
}

TEST(LoadWarning, IsNotDeceivedByTheValueThatItQuotes) {
  constexpr std::string_view kMessage = "Incorrect integer value: 'for column 'v' at' for column `d`.`t`.`a` at row 1";
  EXPECT_FALSE(is_about_column(kMessage, "v"));
  EXPECT_TRUE(is_about_column(kMessage, "a"));
}

TEST(LoadWarning, ComesFromAnExpressionOnlyWhenNoColumnIsNamed) {
  EXPECT_TRUE(comes_from_expression(1292, "Truncated incorrect INTEGER value: '7 pieces'"));
  EXPECT_TRUE(comes_from_expression(1365, "Division by 0"));
  EXPECT_TRUE(comes_from_expression(4038, "Syntax error in JSON text in argument 1 to function 'json_value'"));
  EXPECT_FALSE(comes_from_expression(1292, "Incorrect datetime value: '0' for column `d`.`t`.`a` at row 1"));
  EXPECT_FALSE(comes_from_expression(1364, "Field 'x' doesn't have a default value"));
}

}  // namespace
}  // namespace slipway::migrate
