#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "services/desk/list_rules.hpp"

namespace slipway::desk {
namespace {

using ::testing::ElementsAre;

TEST(ListSort, IsReadWithItsDirection) {
  EXPECT_EQ(parse_sort("updated"), (Sort{SortField::updated, false}));
  EXPECT_EQ(parse_sort("-severity"), (Sort{SortField::severity, true}));
  for (const char* text : {"", "-", "--updated", "Updated", "updated ", "subject", "updated;DROP TABLE request"})
    EXPECT_EQ(parse_sort(text), std::nullopt) << text;
}

TEST(ListPosition, IsReadBack) {
  const Position position{{SortField::created, true}, true, -5, 4711};
  EXPECT_EQ(decode_position(encode_position(position)), position);
}

TEST(ListPosition, RefusesWhatIsNone) {
  for (const char* text : {"", "n", "n.updated", "n.updated.1", "x.updated.1.2", "n.what.1.2", "n.updated.1.2.3",
                           "n.updated.1.", "n.updated..2", "n.updated.1.99999999999999999999", "n.updated.1e3.2"})
    EXPECT_EQ(decode_position(text), std::nullopt) << text;
}

TEST(ListSearch, MakesRequiredPrefixesOfWords) {
  EXPECT_EQ(parse_search("Printer jam").full_text, "+printer* +jam*");
  EXPECT_EQ(parse_search("café Ünïcode").full_text, "+café* +Ünïcode*");
  EXPECT_EQ(parse_search("printer PRINTER printer").full_text, "+printer*");
}

TEST(ListSearch, LetsNoOperatorThrough) {
  EXPECT_EQ(parse_search("-secret +(must) ~not <less >more \"a phrase\" wild* @3").full_text,
            "+secret* +must* +not* +less* +more* +phrase* +wild*");
  EXPECT_EQ(parse_search("'); DROP TABLE request; --").full_text, "+drop* +table* +request*");
  EXPECT_EQ(parse_search("« écran »\u2026 noir").full_text, "+écran* +noir*");
}

TEST(ListSearch, LeavesOutWhatIsNotIndexed) {
  const auto terms = parse_search("the pc is at home");
  EXPECT_EQ(terms.full_text, "+home*");
  EXPECT_THAT(terms.short_words, ElementsAre("the", "pc", "is", "at"));
  EXPECT_TRUE(parse_search("?!... --").empty());
  EXPECT_TRUE(parse_search("").empty());
}

TEST(ListSearch, KnowsNumbers) {
  EXPECT_EQ(parse_search("4711").number, 4711);
  EXPECT_EQ(parse_search(" #42 ").number, 42);
  EXPECT_EQ(parse_search("#42 printer").number, std::nullopt);
  EXPECT_EQ(parse_search("0").number, std::nullopt);
  EXPECT_EQ(parse_search("-7").number, std::nullopt);
  EXPECT_EQ(parse_search("99999999999999999999").number, std::nullopt);
}

TEST(ListSearch, BoundsTheNumberOfWords) {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "word" + std::to_string(i) + ' ';
  EXPECT_EQ(std::ranges::count(parse_search(text).full_text, '+'), static_cast<long>(kMostSearchWords));
}

TEST(ListSearch, EscapesPatterns) { EXPECT_EQ(like_contains("50%_\\"), "%50\\%\\_\\\\%"); }

}  // namespace
}  // namespace slipway::desk
