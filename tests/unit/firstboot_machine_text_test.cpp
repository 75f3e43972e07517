// What the first boot's steps read out of programs' words and of answers (F7).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "appliance/firstboot/answers.hpp"
#include "appliance/firstboot/machine_text_rules.hpp"
#include "tests/support/temp_directory.hpp"

namespace slipway::firstboot {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

// F7
TEST(FirstBootWords, OfAChildAreItsErrorAndItsHint) {
  const auto words = last_words_of("slipway",
                                   "  unpack 12 %\nslipway: backup 20261130t0300z-full: is damaged\n  in two pieces\n"
                                   "hint: 'slipway backup list' shows others\n");
  EXPECT_EQ(words.message, "backup 20261130t0300z-full: is damaged\n  in two pieces");
  EXPECT_EQ(words.hint, "'slipway backup list' shows others");
}

// F7
TEST(FirstBootWords, OfAChildBeginAtALineAndWithItsOwnName) {
  const auto words =
      last_words_of("slipway-migrate", "slipway-migrate: copies\nslipway-migrate: source: slipway: odd\n");
  EXPECT_EQ(words.message, "source: slipway: odd");
  EXPECT_EQ(words.hint, "");
  EXPECT_EQ(last_words_of("slipway", "· slipway: progress\nslipway: wrong").message, "wrong");
}

// F7
TEST(FirstBootWords, OfAChildWithoutAnErrorAreItsLastLine) {
  EXPECT_EQ(last_words_of("slipway", "one\nlibrary: not found\n\n").message, "library: not found");
  EXPECT_EQ(last_words_of("slipway", "").message, "");
  EXPECT_EQ(last_words_of("slipway", "\n \n").message, "");
}

// F7
TEST(FirstBootServer, IsTheSameWithAndWithoutItsUsualPort) {
  EXPECT_EQ(with_port("mysql://reader@old.example.org/rt5"), "mysql://reader@old.example.org:3306/rt5");
  EXPECT_EQ(with_port("mysql://reader@old.example.org:3307/rt5"), "mysql://reader@old.example.org:3307/rt5");
  EXPECT_EQ(with_port("mysql://reader@[2001:db8::1]/rt5"), "mysql://reader@[2001:db8::1]:3306/rt5");
  EXPECT_EQ(with_port("mysql://reader@[2001:db8::1]:3307/rt5"), "mysql://reader@[2001:db8::1]:3307/rt5");
  EXPECT_EQ(with_port(""), "");
}

// F7
TEST(FirstBootAnswers, ThatAreNotThereAreCalledAnswersWithTheWayOut) {
  const test::TempDirectory directory;
  const auto answers = read_answers(directory / "first-boot.toml");
  ASSERT_FALSE(answers.has_value());
  EXPECT_EQ(answers.error().code, Code::not_found);
  EXPECT_THAT(answers.error().message,
              AllOf(HasSubstr("answers"), HasSubstr("first-boot.toml"), Not(HasSubstr("secret"))));
  EXPECT_THAT(answers.error().hint, HasSubstr("docs/first-boot.md"));
}

}  // namespace
}  // namespace slipway::firstboot
