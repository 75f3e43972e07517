#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "appliance/template/template.hpp"

namespace slipway::page {
namespace {

// Characters that matter to HTML come often, so that fragments of markup arise by themselves.
std::string random_text(std::mt19937& random) {
  static constexpr std::string_view kNasty = "<>\"'&/=! \n\t-:;(){}[]`\\";
  static constexpr std::array<std::string_view, 8> kPieces{"<script>", "</script>", "javascript:", "{{name}}",
                                                           "<!--",     "é漢字",     "onload=",     "]]>"};
  std::string text;
  const auto length = std::uniform_int_distribution<int>(0, 40)(random);
  for (int i = 0; i < length; ++i) {
    switch (std::uniform_int_distribution<int>(0, 3)(random)) {
      case 0:
        text += kNasty[std::uniform_int_distribution<std::size_t>(0, kNasty.size() - 1)(random)];
        break;
      case 1:
        text += kPieces[std::uniform_int_distribution<std::size_t>(0, kPieces.size() - 1)(random)];
        break;
      default:
        text += static_cast<char>(std::uniform_int_distribution<int>(1, 126)(random));
    }
  }
  return text;
}

// A4: whatever the values are, the markup of the page is the template's.
TEST(TemplateProperty, ValuesNeverAddMarkup) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  const auto templates = Templates::parse(
      {{"page",
        "<p title=\"{{a}}\" class='{{b}}'>{{a}}{{#list}}<b>{{.}}</b>{{/list}}<a href=\"{{b}}\">{{t:k b}}</a></p>"}});
  ASSERT_TRUE(templates.has_value());
  const auto translate = [](std::string_view) { return std::string_view("<%s>"); };
  for (int round = 0; round < 2000; ++round) {
    const nlohmann::json values = {
        {"a", random_text(random)}, {"b", random_text(random)}, {"list", {random_text(random)}}};
    const std::string page = templates->render("page", values, translate);
    EXPECT_EQ(std::count(page.begin(), page.end(), '<'), 6) << page;
    EXPECT_EQ(std::count(page.begin(), page.end(), '>'), 6) << page;
    EXPECT_EQ(std::count(page.begin(), page.end(), '"'), 4) << page;
    EXPECT_EQ(std::count(page.begin(), page.end(), '\''), 2) << page;
    ASSERT_FALSE(HasFailure()) << values;
  }
}

// A file of any bytes is read or refused: never a crash, never an endless loop.
TEST(TemplateProperty, AnyTextIsReadOrRefused) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  int refused = 0;
  for (int round = 0; round < 2000; ++round) {
    std::string text = random_text(random);
    for (const char* piece : {"{{#a}}", "{{x}}", "{{/a}}"})
      text.insert(std::uniform_int_distribution<std::size_t>(0, text.size())(random), piece);
    const auto templates = Templates::parse({{"page", text}});
    if (templates.has_value())
      (void)templates->render("page", {{"a", {1, 2}}, {"x", "y"}}, [](std::string_view) { return std::string_view{}; });
    else
      ++refused;
  }
  EXPECT_GT(refused, 0);
}

}  // namespace
}  // namespace slipway::page
