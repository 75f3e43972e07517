// What the web wizard leaves is checked by root before it counts.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "appliance/base/file.hpp"
#include "services/firstboot/take.hpp"
#include "tests/support/temp_directory.hpp"

namespace slipway::firstboot {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

constexpr const char* kAnswers = "hostname = \"desk.example.org\"\ntimezone = \"Europe/Paris\"\n";

class FirstBootTake : public ::testing::Test {
 protected:
  FirstBootTake() {
    for (const char* name : {"from", "run", "state"}) fs::create_directory(directory_ / name);
  }

  void leave(const char* name, std::string_view text, unsigned mode = 0600) {
    ASSERT_TRUE(replace_file(directory_ / "from" / name, text, mode));
  }
  Result<bool> take() { return take_answers(places_, directory_ / "from"); }
  static std::string text_of(const fs::path& file) {
    std::ifstream stream(file);
    return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
  }
  bool nothing_left() { return fs::is_empty(directory_ / "from"); }

  test::TempDirectory directory_;
  Places places_{.answers = directory_ / "first-boot.toml",
                 .state = directory_ / "state",
                 .code = directory_ / "run/code",
                 .lock = directory_ / "run/lock"};
};

// F7
TEST_F(FirstBootTake, TakesAnswersThatCanBeCarriedOut) {
  EXPECT_EQ(take().value(), false);
  leave("answers.toml", kAnswers);
  ASSERT_TRUE(take().value());
  EXPECT_THAT(text_of(places_.answers), HasSubstr("desk.example.org"));
  EXPECT_EQ(fs::status(places_.answers).permissions(), fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_TRUE(nothing_left());
  EXPECT_FALSE(fs::exists(directory_ / "run/refused"));
}

// F7
TEST_F(FirstBootTake, SaysWhyItTakesNoneAndLeavesWhatWasThere) {
  leave("answers.toml", kAnswers);
  ASSERT_TRUE(take().value());
  const std::string before = text_of(places_.answers);
  leave("answers.toml", "hostname = \"no name\"\n");
  const auto refused = take();
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, Code::invalid_argument);
  EXPECT_THAT(text_of(directory_ / "run/refused"), HasSubstr("hostname"));
  EXPECT_EQ(text_of(places_.answers), before);
  EXPECT_TRUE(nothing_left());
  leave("answers.toml", kAnswers);
  ASSERT_TRUE(take().value());
  EXPECT_FALSE(fs::exists(directory_ / "run/refused"));
}

TEST_F(FirstBootTake, FollowsNoLinkAndTakesNoneOnceItIsOver) {
  ASSERT_TRUE(replace_file(directory_ / "elsewhere", kAnswers));
  fs::create_symlink(directory_ / "elsewhere", directory_ / "from/answers.toml");
  EXPECT_FALSE(take().has_value());
  EXPECT_FALSE(fs::exists(places_.answers));
  EXPECT_TRUE(nothing_left());
  EXPECT_EQ(text_of(directory_ / "elsewhere"), kAnswers);
  ASSERT_TRUE(replace_file(places_.done(), ""));
  leave("answers.toml", kAnswers);
  EXPECT_EQ(take().error().code, Code::conflict);
  EXPECT_FALSE(fs::exists(places_.answers));
  EXPECT_TRUE(nothing_left());
}

TEST_F(FirstBootTake, TakesPlainFilesOfALimitedSizeAlone) {
  const fs::path file = directory_ / "from/answers.toml";
  const auto refuses = [&] {
    EXPECT_EQ(take().error().code, Code::invalid_argument);
    EXPECT_TRUE(nothing_left());
    EXPECT_FALSE(fs::exists(places_.answers));
  };
  fs::create_directories(file / "deeper");
  refuses();
  ASSERT_EQ(::mkfifo(file.c_str(), 0600), 0);
  refuses();
  ASSERT_TRUE(replace_file(directory_ / "elsewhere", kAnswers));
  fs::create_hard_link(directory_ / "elsewhere", file);
  refuses();
  leave("answers.toml", std::string(kAnswers) + "#" + std::string(600U << 10U, 'x'));
  refuses();
}

TEST_F(FirstBootTake, TriesTheSameAnswersOnceMore) {
  leave("answers.toml", kAnswers);
  ASSERT_TRUE(take().value());
  fs::last_write_time(places_.answers, fs::file_time_type::min());
  leave("again", "");
  ASSERT_TRUE(take().value());
  EXPECT_NE(fs::last_write_time(places_.answers), fs::file_time_type::min());
  EXPECT_THAT(text_of(places_.answers), HasSubstr("desk.example.org"));
  EXPECT_TRUE(nothing_left());
}

}  // namespace
}  // namespace slipway::firstboot
