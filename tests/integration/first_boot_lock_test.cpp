// Who carries answers out is one process, and everybody may know that it does; other users can neither hold nor hide
// it.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <functional>

#include "appliance/firstboot/work_lock.hpp"
#include "services/firstboot/keyboard.hpp"
#include "tests/support/temp_directory.hpp"

namespace slipway::firstboot {
namespace {

namespace fs = std::filesystem;

/// What a process of another user answers; needs root.
bool as_another_user(const std::function<bool()>& question) {
  const pid_t child = ::fork();
  if (child == 0) {
    const bool other = ::setgid(65534) == 0 && ::setuid(65534) == 0;
    ::_exit(other ? (question() ? 1 : 0) : 2);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) < 2);
  return WIFEXITED(status) && WEXITSTATUS(status) == 1;
}

// F7
TEST(FirstBootLock, IsHeldByOneProcessAndGoesWithIt) {
  const test::TempDirectory directory;
  const fs::path file = directory / "run/lock";
  EXPECT_FALSE(is_held(file));
  {
    const auto lock = WorkLock::take(file);
    ASSERT_TRUE(lock.has_value());
    EXPECT_TRUE(is_held(file));
    EXPECT_EQ(fs::status(file).permissions(), fs::perms::owner_read | fs::perms::owner_write);
    const auto second = WorkLock::take(file);
    ASSERT_FALSE(second.has_value());
    EXPECT_EQ(second.error().code, Code::in_use);
  }
  EXPECT_FALSE(is_held(file));
}

// F7, A2
TEST(FirstBootLock, OtherUsersSeeThatItIsHeldAndCannotHoldIt) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root";
  const test::TempDirectory directory;
  fs::permissions(directory.path(), fs::perms(0755));
  const fs::path file = directory / "lock";
  const auto seen = [&] { return is_held(file); };
  EXPECT_FALSE(as_another_user(seen));
  {
    const auto lock = WorkLock::take(file);
    ASSERT_TRUE(lock.has_value());
    // More often than the kernel keeps connections that nobody accepts.
    for (int i = 0; i < 5; ++i) EXPECT_TRUE(as_another_user(seen));
    EXPECT_FALSE(as_another_user([&] { return WorkLock::take(file).has_value(); }));
  }
  EXPECT_FALSE(as_another_user(seen));
  // Killed, and left as it was.
  const pid_t child = ::fork();
  if (child == 0) {
    const auto lock = WorkLock::take(file);
    ::_exit(lock.has_value() ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  EXPECT_FALSE(as_another_user(seen));
}

// F7
TEST(FirstBootKeyboard, IsChosenByNumberOrNameAndElseStaysAsItIs) {
  const std::vector<std::string> keyboards{"us", "fr"};
  EXPECT_EQ(chosen_keyboard(keyboards, "2"), 1U);
  EXPECT_EQ(chosen_keyboard(keyboards, "fr"), 1U);
  for (const char* typed : {"", "1", "us", "3", "&"}) EXPECT_EQ(chosen_keyboard(keyboards, typed), 0U) << typed;
}

}  // namespace
}  // namespace slipway::firstboot
