#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <set>

#include "appliance/archive/key.hpp"
#include "tests/support/temp_directory.hpp"

namespace slipway::archive {
namespace {

using testing::HasSubstr;

// The key of docs/backup-format.md: the bytes 00 01 … 1f.
constexpr std::string_view kText = "000G0-40R47-0M30J-E209D-185GT-R38E6-1W81Q-24GK4-2GAHK-C5RRE-34D11-P70XS-3RFGB";

Key example() {
  auto key = Key::from_recovery_text(kText);
  if (!key) std::abort();
  return std::move(key).value();
}

bool same(const Key& a, const Key& b) { return a.recovery_text().reveal() == b.recovery_text().reveal(); }

std::string error_of(const std::string& text) {
  const auto key = Key::from_recovery_text(text);
  return key ? "none" : key.error().message;
}

TEST(BackupKey, IsRandom) {
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(seen.insert(Key::make().recovery_text().reveal()).second);
}

TEST(BackupKey, DerivesWhatItsDocumentSays) {
  const Key key = example();
  EXPECT_EQ(key.id(), "480528de");
  EXPECT_EQ(key.derive("object", "salt").reveal().size(), 32U);
  EXPECT_EQ(key.derive("object", "salt").reveal(), example().derive("object", "salt").reveal());
  EXPECT_NE(key.derive("object", "salt").reveal(), key.derive("object", "tlas").reveal());
  EXPECT_NE(key.derive("object", "salt").reveal(), key.derive("manifest", "salt").reveal());
  EXPECT_NE(key.derive("object").reveal(), key.derive("object", "salt").reveal());
}

// A35
TEST(BackupKey, ComesBackFromItsFile) {
  const test::TempDirectory directory;
  const Key key = Key::make();
  ASSERT_TRUE(key.write_file(directory / "key"));
  struct stat facts {};
  ASSERT_EQ(::stat((directory / "key").c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 07777U, 0600U);
  const auto again = Key::read_file(directory / "key");
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_TRUE(same(*again, key));
  ASSERT_TRUE(example().write_file(directory / "example"));
  EXPECT_EQ(test::read_file(directory / "example"),
            "slipway-backup-key-1 480528de AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n");
}

TEST(BackupKey, IsNeverReplacedByAnother) {
  const test::TempDirectory directory;
  const Key key = Key::make();
  ASSERT_TRUE(key.write_file(directory / "key"));
  const Status second = Key::make().write_file(directory / "key");
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Code::conflict);
  EXPECT_TRUE(same(Key::read_file(directory / "key").value(), key));
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(directory.path()), {}), 1);
}

TEST(BackupKey, ThatOthersMayReadIsRefused) {
  const test::TempDirectory directory;
  ASSERT_TRUE(Key::make().write_file(directory / "key"));
  ASSERT_EQ(::chmod((directory / "key").c_str(), 0640), 0);
  const auto key = Key::read_file(directory / "key");
  ASSERT_FALSE(key);
  EXPECT_EQ(key.error().code, Code::permission);
  EXPECT_THAT(key.error().hint, HasSubstr("chmod 600"));
}

TEST(BackupKey, FileThatWasAlteredIsCorrupt) {
  const test::TempDirectory directory;
  ASSERT_TRUE(example().write_file(directory / "key"));
  const std::string line = test::read_file(directory / "key");
  const auto write = [&](const std::string& bytes) {
    test::write_file(directory / "key", bytes);
    ::chmod((directory / "key").c_str(), 0600);
    return Key::read_file(directory / "key");
  };
  ASSERT_TRUE(write(line));
  EXPECT_TRUE(write(line.substr(0, line.size() - 1))) << "an editor may have removed the line's end";
  for (std::size_t i = 0; i + 1 < line.size(); ++i) {
    std::string altered = line;
    altered[i] = static_cast<char>(altered[i] ^ 0x01);
    const auto key = write(altered);
    ASSERT_FALSE(key) << i;
    EXPECT_EQ(key.error().code, Code::corrupt) << i;
    EXPECT_THAT(key.error().message, testing::Not(HasSubstr(line.substr(30, 44))));
    EXPECT_FALSE(write(line.substr(0, i))) << i;
  }
  EXPECT_FALSE(write(line + "x"));
  EXPECT_EQ(Key::read_file(directory / "none").error().code, Code::not_found);
  EXPECT_EQ(Key::read_file(directory.path()).error().code, Code::corrupt);
}

// A35
TEST(RecoveryText, ComesBackHoweverItIsTyped) {
  EXPECT_EQ(example().recovery_text().reveal(), kText);
  std::string typed;
  for (const char letter : kText) typed += letter == '-' ? ' ' : letter == '0' ? 'o' : letter == '1' ? 'l' : letter;
  for (char& letter : typed) letter = static_cast<char>(std::tolower(letter));
  const auto key = Key::from_recovery_text("  " + typed + "\r\n");
  ASSERT_TRUE(key) << key.error().message;
  EXPECT_TRUE(same(*key, example()));
  std::erase(typed, ' ');
  EXPECT_TRUE(Key::from_recovery_text(typed));
}

// A35
TEST(RecoveryText, NamesTheGroupWithAWrongLetter) {
  const std::string letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  for (std::size_t i = 0; i < kText.size(); ++i) {
    if (kText[i] == '-') continue;
    for (const char letter : letters) {
      if (letter == kText[i]) continue;
      std::string typed(kText);
      typed[i] = letter;
      ASSERT_EQ(error_of(typed), "recovery text: group " + std::to_string(i / 6 + 1) + " is wrong") << typed;
    }
  }
}

TEST(RecoveryText, NoticesLettersAndGroupsThatChangedPlaces) {
  const std::string text = Key::make().recovery_text().reveal();
  for (std::size_t i = 0; i < text.size(); ++i) {
    for (std::size_t k = i + 1; k < text.size() && text[k] != '-'; ++k) {
      std::string typed = text;
      std::swap(typed[i], typed[k]);
      ASSERT_TRUE(typed == text || text[i] == '-' || error_of(typed) != "none") << typed;
    }
  }
  for (std::size_t a = 0; a < 13; ++a)
    for (std::size_t b = a + 1; b < 13; ++b) {
      std::string typed = text;
      std::swap_ranges(typed.begin() + static_cast<long>(a * 6), typed.begin() + static_cast<long>(a * 6 + 5),
                       typed.begin() + static_cast<long>(b * 6));
      ASSERT_TRUE(typed == text || error_of(typed) != "none") << typed;
    }
}

TEST(RecoveryText, NamesTheGroupThatIsTooShort) {
  std::string typed(kText);
  typed.erase(8, 1);
  EXPECT_EQ(error_of(typed), "recovery text: group 2 does not have 5 letters");
  typed = kText;
  typed[7] = 'U';
  EXPECT_EQ(error_of(typed), "recovery text: group 2 has a sign that is never in one");
  EXPECT_EQ(error_of(std::string(kText.substr(0, 71))), "recovery text: has 60 letters, not 65");
  EXPECT_EQ(error_of(std::string(kText).append("-").append(kText)), "recovery text: has 130 letters, not 65");
  EXPECT_EQ(error_of(""), "recovery text: has 0 letters, not 65");
}

}  // namespace
}  // namespace slipway::archive
