#include <gtest/gtest.h>
#include <sys/stat.h>

#include "services/console/drill_files.hpp"
#include "tests/support/signed_drill.hpp"
#include "tests/support/temp_directory.hpp"

namespace slipway::console {
namespace {

namespace fs = std::filesystem;
using test::drill_report;
using test::DrillKey;
using test::lay_drill;
using test::write_text;

constexpr const char* kName = "20261120T030000Z";
constexpr Timestamp kNow = std::chrono::sys_days{std::chrono::year{2026} / 11 / 25};

class ConsoleDrillFiles : public testing::Test {
 protected:
  ConsoleDrillFiles() { write_text(shelf() / "key-mine.pub", DrillKey::mine().public_pem()); }

  [[nodiscard]] fs::path shelf() const { return directory_.path(); }
  [[nodiscard]] DrillShelf read() const { return read_shelf(shelf(), kNow).value(); }
  /// The only drill.
  [[nodiscard]] DrillEntry one() const {
    const auto all = read();
    EXPECT_EQ(all.drills.size(), 1U);
    return all.drills.empty() ? DrillEntry() : all.drills.front();
  }

 private:
  test::TempDirectory directory_;
};

// F3
TEST_F(ConsoleDrillFiles, AreReadWithTheNewestFirstAndVerified) {
  for (const char* name : {"20251120T030000Z", kName, "20260820T030000Z"})
    lay_drill(shelf(), name, drill_report(name).dump());
  fs::create_directory(shelf() / ".20261121T030000Z");  // is being laid
  write_text(shelf() / "trend.jsonl", "{}");
  const auto all = read();
  ASSERT_EQ(all.drills.size(), 3U);
  EXPECT_EQ(all.drills[0].name, kName);
  EXPECT_EQ(all.drills[2].name, "20251120T030000Z");
  for (const auto& drill : all.drills) EXPECT_TRUE(drill.verified() && drill.has_page) << drill.name;
  EXPECT_NE(read_drill_page(shelf(), kName).value().find("<title>20261120T030000Z"), std::string::npos);
  EXPECT_TRUE(read_shelf(shelf() / "nowhere", kNow).value().drills.empty());
  EXPECT_FALSE(read_shelf(shelf() / "trend.jsonl", kNow));
}

// F3
TEST_F(ConsoleDrillFiles, AreNotVerifiedWhenAByteDiffersOrAnotherKeyHasSigned) {
  lay_drill(shelf(), kName, drill_report(kName).dump(), DrillKey::another());
  EXPECT_EQ(one().seal, Seal::forged);
  EXPECT_FALSE(one().has_page);
  EXPECT_EQ(read_drill_page(shelf(), kName).error().code, Code::conflict);
  write_text(shelf() / kName / "signing-key.pub", DrillKey::another().public_pem());  // brings its own: proves nothing
  EXPECT_EQ(one().seal, Seal::forged);
  write_text(shelf() / "key-another.pub", DrillKey::another().public_pem());
  EXPECT_TRUE(one().verified());
  write_text(shelf() / kName / "report.json", drill_report(kName).dump() + " ");
  EXPECT_FALSE(one().verified());
  EXPECT_TRUE(one().report.has_value());
  write_text(shelf() / kName / "report.html", "another page");
  EXPECT_FALSE(one().has_page);
  EXPECT_EQ(read_drill_page(shelf(), kName).error().code, Code::conflict);
  fs::remove(shelf() / kName / "SHA256SUMS.sig");
  EXPECT_EQ(one().seal, Seal::missing);
}

// F3
TEST_F(ConsoleDrillFiles, ThatAreDamagedSayWhatIsWrongAndLeaveTheOthers) {
  lay_drill(shelf(), "20250101T000000Z", drill_report("20250101T000000Z").dump());
  lay_drill(shelf(), "20250102T000000Z", drill_report("20250102T000000Z").dump().substr(0, 100));
  lay_drill(shelf(), "20250103T000000Z", std::string(3U << 20U, ' '));
  lay_drill(shelf(), "20250104T000000Z", drill_report(kName).dump());
  lay_drill(shelf(), "20250105T000000Z", "");
  lay_drill(shelf(), "20280106T000000Z", drill_report("20280106T000000Z").dump());
  lay_drill(shelf(), "something else", "{}");
  fs::create_directory(shelf() / "20250107T000000Z");
  std::map<std::string, std::string> wrong;
  for (const auto& drill : read().drills) wrong[drill.name] = drill.wrong;
  const std::map<std::string, std::string> expected{{"20250101T000000Z", ""},          {"20250102T000000Z", "json"},
                                                    {"20250103T000000Z", "too_large"}, {"20250104T000000Z", "other"},
                                                    {"20250105T000000Z", "json"},      {"20250107T000000Z", "missing"},
                                                    {"20280106T000000Z", "future"},    {"something else", "name"}};
  EXPECT_EQ(wrong, expected);
  EXPECT_EQ(read().drills.back().name, "something else");
}

// F3: nothing is followed and nothing is waited for.
TEST_F(ConsoleDrillFiles, AreNoLinksPipesOrDirectories) {
  lay_drill(shelf(), kName, drill_report(kName).dump());
  const auto file = shelf() / kName / "report.json";
  fs::rename(file, shelf() / "elsewhere");
  fs::create_symlink(shelf() / "elsewhere", file);
  EXPECT_EQ(one().wrong, "unreadable");
  fs::remove(file);
  ASSERT_EQ(::mkfifo(file.c_str(), 0600), 0);
  EXPECT_EQ(one().wrong, "unreadable");
  fs::remove(file);
  fs::create_directory(file);
  EXPECT_EQ(one().wrong, "unreadable");
  fs::create_directory_symlink(shelf() / kName, shelf() / "20261121T030000Z");
  EXPECT_EQ(read().drills.size(), 1U);
  for (const char* name : {"20261121T030000Z", "..", "../x", "", "key-mine.pub"})
    EXPECT_EQ(read_drill_page(shelf(), name).error().code, Code::not_found) << name;
}

TEST_F(ConsoleDrillFiles, AreTheNewestOfVeryMany) {
  for (int i = 0; i < 120; ++i) fs::create_directory(shelf() / ("2025010100" + std::to_string(1000 + i)));
  lay_drill(shelf(), kName, drill_report(kName).dump());
  const auto all = read();
  EXPECT_EQ(all.drills.size(), kMostDrills);
  EXPECT_EQ(all.drills.front().name, kName);
  EXPECT_EQ(all.older, 21U);
}

}  // namespace
}  // namespace slipway::console
