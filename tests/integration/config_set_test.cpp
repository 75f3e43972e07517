// `slipway config set` as roles call it (E4).
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "appliance/base/error.hpp"
#include "tests/support/programs.hpp"
#include "tests/support/temp_directory.hpp"

namespace slipway::operator_ {
namespace {

using ::testing::HasSubstr;

constexpr const char* kToml =
    "# What people wrote here stays.\n"
    "[web]\n"
    "port = 8443   # behind nginx\n"
    "\n"
    "[backup]\n"
    "#even = \"sftp://slipway@backup1.example.net/slipway\"\n";

class ConfigSet : public testing::Test {
 protected:
  void SetUp() override { test::write_file(file_, kToml); }

  process::Finished set(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {"config", "set"});
    arguments.insert(arguments.end(), {"--config", file_.string()});
    return test::run_program("slipway", arguments);
  }
  nlohmann::json json(std::vector<std::string> arguments) const {
    arguments.emplace_back("--json");
    const auto finished = set(std::move(arguments));
    EXPECT_EQ(finished.exit_status, 0) << finished.err;
    return nlohmann::json::parse(finished.out, nullptr, false);
  }
  std::string text() const { return test::read_file(file_); }
  std::size_t files() const {
    std::size_t count = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(directory_.path())) ++count;
    return count;
  }
  struct stat facts() const {
    struct stat facts {};
    EXPECT_EQ(::stat(file_.c_str(), &facts), 0);
    return facts;
  }

  test::TempDirectory directory_;
  std::filesystem::path file_ = directory_ / "slipway.toml";
};

// E4
TEST_F(ConfigSet, WritesWhatIsAskedForAndTheSecondTimeNothing) {
  const std::vector<std::string> words{"web.port=9000", "backup.even=file:///srv/b", "site.members=paris lyon witness",
                                       "backup.full_at=4h"};
  EXPECT_EQ(json(words), nlohmann::json({{"file", file_.string()},
                                         {"changed", {"web.port", "backup.even", "site.members", "backup.full_at"}},
                                         {"check", false}}));
  const std::string expected =
      "# What people wrote here stays.\n"
      "[web]\n"
      "port = 9000   # behind nginx\n"
      "\n"
      "[backup]\n"
      "even = \"file:///srv/b\"\n"
      "full_at = \"4h\"\n"
      "\n"
      "[site]\n"
      "members = \"paris lyon witness\"\n";
  EXPECT_EQ(text(), expected);

  const auto inode = facts().st_ino;
  const auto again = json(words);
  EXPECT_EQ(again.at("changed"), nlohmann::json::array());
  EXPECT_EQ(text(), expected);
  EXPECT_EQ(facts().st_ino, inode);
  EXPECT_EQ(set(words).out, file_.string() + ": nothing to change\n");
  EXPECT_EQ(files(), 1U);
}

// E4
TEST_F(ConfigSet, TellsEachChangeInALine) {
  EXPECT_EQ(set({"site.member=paris", "web.port=1", "web.threads=16"}).out,
            "site.member: '' → 'paris'\nweb.port: '8443' → '1'\nweb.threads: '16' (default) → '16'\n");
}

// E4
TEST_F(ConfigSet, WithCheckSaysTheSameAndWritesNothing) {
  const auto inode = facts().st_ino;
  EXPECT_EQ(json({"web.port=9000", "site.member=paris", "--check"}),
            nlohmann::json({{"file", file_.string()}, {"changed", {"web.port", "site.member"}}, {"check", true}}));
  EXPECT_EQ(set({"web.port=9000", "--check"}).out,
            "web.port: '8443' → '9000'\n" + file_.string() + ": not written (--check)\n");
  EXPECT_EQ(set({"web.port=70000", "--check"}).exit_status, traits(Code::invalid_argument).exit_status);
  EXPECT_EQ(set({"web.key=/k.pem", "--check"}).exit_status, traits(Code::invalid_argument).exit_status);
  EXPECT_EQ(text(), kToml);
  EXPECT_EQ(facts().st_ino, inode);
}

// E4
TEST_F(ConfigSet, NamesAllFaultsAndWritesNothingOfTheRest) {
  const auto refused = set({"web.threads=4", "web.prot=1", "web.port=70000", "site.member=a\nb"});
  EXPECT_EQ(refused.exit_status, traits(Code::invalid_argument).exit_status);
  EXPECT_THAT(refused.err, HasSubstr("unknown key 'web.prot'; did you mean 'web.port'?\n"
                                     "web.port must be 0 to 65535\n"
                                     "site.member must have no control characters\n"));
  EXPECT_THAT(refused.err, HasSubstr("hint: nothing was written"));
  EXPECT_EQ(text(), kToml);
  EXPECT_EQ(set({}).exit_status, traits(Code::invalid_argument).exit_status);
}

// E4
TEST_F(ConfigSet, RefusesSettingsThatDoNotFitEachOther) {
  const auto half = set({"web.certificate=/c.pem"});
  EXPECT_EQ(half.exit_status, traits(Code::invalid_argument).exit_status);
  EXPECT_THAT(half.err,
              HasSubstr("with these settings: " + file_.string() + ":4: web.certificate is set, but web.key is not"));
  EXPECT_EQ(text(), kToml);
  EXPECT_EQ(json({"web.certificate=/c.pem", "web.key=/k.pem"}).at("changed").size(), 2U);
  EXPECT_EQ(set({"web.key="}).exit_status, traits(Code::invalid_argument).exit_status);
}

// E4
TEST_F(ConfigSet, LeavesAFileThatIsNotValid) {
  const std::string broken = "[web]\nport = 70000\n";
  test::write_file(file_, broken);
  const auto refused = set({"web.port=1"});
  EXPECT_EQ(refused.exit_status, traits(Code::invalid_argument).exit_status);
  EXPECT_THAT(refused.err, HasSubstr("slipway.toml:2: web.port must be 0 to 65535"));
  EXPECT_EQ(text(), broken);
}

// E4
TEST_F(ConfigSet, MakesNoFile) {
  std::filesystem::remove(file_);
  const auto refused = set({"web.port=1"});
  EXPECT_EQ(refused.exit_status, traits(Code::not_found).exit_status);
  EXPECT_THAT(refused.err, HasSubstr("hint: name the file with --config"));
  EXPECT_EQ(files(), 0U);
}

// E4
TEST_F(ConfigSet, LeavesAnEmbeddedInstallationsFile) {
  std::filesystem::create_directories(directory_ / "config");
  const auto embedded = directory_ / "config/slipway-webd.toml";
  test::write_file(embedded, kToml);
  const auto refused =
      test::run_program("slipway", {"config", "set", "web.port=1", "--state-dir", directory_.path().string()});
  EXPECT_EQ(refused.exit_status, traits(Code::invalid_argument).exit_status);
  EXPECT_THAT(refused.err, HasSubstr("'slipway up'"));
  EXPECT_EQ(test::read_file(embedded), kToml);
}

// E4
TEST_F(ConfigSet, ReplacesTheFileInOneStepWithItsModeAndOwner) {
  constexpr uid_t kOwner = 12'345;
  constexpr gid_t kGroup = 12'346;
  if (::geteuid() == 0) {
    ASSERT_EQ(::chown(file_.c_str(), kOwner, kGroup), 0);
  }
  ASSERT_EQ(::chmod(file_.c_str(), 0640), 0);
  const auto before = facts();
  ASSERT_EQ(set({"web.port=9000"}).exit_status, 0);
  const auto after = facts();
  EXPECT_NE(after.st_ino, before.st_ino);
  EXPECT_EQ(after.st_mode, before.st_mode);
  EXPECT_EQ(after.st_uid, before.st_uid);
  EXPECT_EQ(after.st_gid, before.st_gid);
}

// E4
TEST_F(ConfigSet, FollowsASymbolicLinkToTheFile) {
  const auto real = directory_ / "real.toml";
  std::filesystem::rename(file_, real);
  std::filesystem::create_symlink("real.toml", file_);
  ASSERT_EQ(set({"web.port=9000"}).exit_status, 0);
  EXPECT_TRUE(std::filesystem::is_symlink(file_));
  EXPECT_THAT(test::read_file(real), HasSubstr("port = 9000   # behind nginx"));
}

}  // namespace
}  // namespace slipway::operator_
