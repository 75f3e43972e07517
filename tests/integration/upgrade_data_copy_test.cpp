// The copy of a stopped server's data, interrupted between any two of its moves.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <map>
#include <sstream>

#include "services/upgrade/data_copy.hpp"
#include "services/upgrade/state.hpp"
#include "tests/support/temp_directory.hpp"

namespace slipway::upgrade {
namespace {

namespace fs = std::filesystem;

void write(const fs::path& file, const std::string& text) {
  fs::create_directories(file.parent_path());
  std::ofstream(file) << text;
}

/// Contents and modes by path, without what the upgrade keeps.
std::map<std::string, std::string> picture(const fs::path& top) {
  std::map<std::string, std::string> seen;
  for (auto at = fs::recursive_directory_iterator(top); at != fs::recursive_directory_iterator(); ++at) {
    if (at->path().filename() == ".slipway-upgrade") {
      at.disable_recursion_pending();
      continue;
    }
    std::ostringstream text;
    text << static_cast<int>(at->symlink_status().permissions()) << ' ';
    if (at->is_symlink())
      text << "-> " << fs::read_symlink(at->path()).string();
    else if (at->is_regular_file())
      text << std::ifstream(at->path()).rdbuf();
    seen[fs::relative(at->path(), top).string()] = text.str();
  }
  return seen;
}

class UpgradeDataCopy : public testing::Test {
 protected:
  void SetUp() override {
    write(data_ / "ibdata1", "old tables");
    write(data_ / "acct_a_1" / "request.ibd", "old rows");
    fs::permissions(data_ / "acct_a_1" / "request.ibd", fs::perms(0640));
    fs::permissions(data_ / "acct_a_1", fs::perms(0750));
    fs::create_symlink("acct_a_1", data_ / "link");
    before_ = picture(data_);
    ASSERT_TRUE(copy_.take([this](std::uint64_t bytes) { told_ = bytes; }));
  }

  void change() {
    write(data_ / "ibdata1", "new tables");
    write(data_ / "acct_b_1" / "request.ibd", "new rows");
    fs::remove(data_ / "acct_a_1" / "request.ibd");
  }

  test::TempDirectory directory_;
  fs::path data_ = directory_.path() / "mysql";
  DataCopy copy_{data_};
  std::map<std::string, std::string> before_;
  std::uint64_t told_ = 0;
};

// C9
TEST_F(UpgradeDataCopy, BringsEverythingBackWithModesAndWithoutWhatCameLater) {
  change();
  ASSERT_TRUE(copy_.set_aside());
  ASSERT_TRUE(copy_.put_back());
  EXPECT_EQ(picture(data_), before_);
  EXPECT_TRUE(fs::exists(copy_.aside() / "acct_b_1" / "request.ibd"));
  ASSERT_TRUE(copy_.drop());
  EXPECT_EQ(picture(data_), before_);
  EXPECT_FALSE(fs::exists(data_ / ".slipway-upgrade"));
}

// C9
TEST_F(UpgradeDataCopy, GoesOnWhereItsMovesWereInterrupted) {
  change();
  // One entry moved, as a kill would leave it.
  fs::create_directory(copy_.aside());
  fs::rename(data_ / "ibdata1", copy_.aside() / "ibdata1");
  ASSERT_TRUE(copy_.set_aside());
  fs::rename(data_ / ".slipway-upgrade" / "copy" / "link", data_ / "link");
  ASSERT_TRUE(copy_.put_back());
  ASSERT_TRUE(copy_.put_back());
  EXPECT_EQ(picture(data_), before_);
}

TEST_F(UpgradeDataCopy, IsTakenAnewOverAnUnfinishedOne) {
  change();
  const auto changed = picture(data_);
  ASSERT_TRUE(copy_.take([](std::uint64_t) {}));
  ASSERT_TRUE(copy_.set_aside());
  ASSERT_TRUE(copy_.put_back());
  EXPECT_EQ(picture(data_), changed);
}

TEST_F(UpgradeDataCopy, LeavesHolesAlone) {
  const fs::path file = data_ / "sparse.ibd";
  std::ofstream(file) << "begin";
  fs::resize_file(file, 64U << 20U);
  ASSERT_TRUE(copy_.take([](std::uint64_t) {}));
  struct stat found {};
  ASSERT_EQ(::stat((data_ / ".slipway-upgrade" / "copy" / "sparse.ibd").c_str(), &found), 0);
  EXPECT_EQ(found.st_size, 64 << 20);
  EXPECT_LT(found.st_blocks * 512, 1 << 20);
}

TEST_F(UpgradeDataCopy, ThatIsNotThereIsNeverPutBack) {
  ASSERT_TRUE(copy_.drop());
  EXPECT_EQ(copy_.put_back().error().code, Code::corrupt);
  EXPECT_EQ(picture(data_), before_);
}

TEST(UpgradeLock, IsHeldByOneAtATime) {
  test::TempDirectory directory;
  const fs::path file = directory.path() / "lock";
  {
    const auto first = Lock::take(file, "upgrade: it is being worked on already");
    ASSERT_TRUE(first);
    EXPECT_EQ(Lock::take(file, "taken").error().code, Code::in_use);
  }
  EXPECT_TRUE(Lock::take(file, "taken"));
}

}  // namespace
}  // namespace slipway::upgrade
