// Dumps that no longer fit, and loads that are killed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

#include "migrate/dumps/dump.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/programs.hpp"
#include "tests/support/small_disk.hpp"

namespace slipway::migrate {
namespace {

using testing::HasSubstr;

/// A small file whose rows the server makes large: `megabytes` of them.
void write_growing_dump(const std::filesystem::path& file, int megabytes) {
  std::string text = "CREATE TABLE t (i int PRIMARY KEY, b longblob);\n";
  for (int i = 0; i < megabytes; ++i)
    text += "INSERT INTO t VALUES (" + std::to_string(i) + ",REPEAT('x',1000000));\n" + std::string(2000, ' ') + "\n";
  test::write_file(file, text + "-- Dump completed\n");
}

// A27
TEST(DumpFault, StopsBeforeTheScratchDiskIsFull) {
  const test::SmallDisk disk("480m");
  if (!disk.mounted()) GTEST_SKIP() << "only root may mount a small disk";
  const test::TempDirectory files;
  write_growing_dump(files / "large.sql", 900);
  DumpOptions options;
  options.scratch_directory = disk.path();
  NoProgress progress;
  const auto loaded = load_dump(files / "large.sql", options, progress);
  ASSERT_FALSE(loaded.has_value());
  EXPECT_EQ(loaded.error().code, Code::no_space) << loaded.error().message;
  EXPECT_THAT(loaded.error().message, HasSubstr("large.sql"));
  EXPECT_THAT(loaded.error().hint, HasSubstr("--scratch-dir"));
  EXPECT_TRUE(std::filesystem::is_empty(disk.path()));
}

/// Whether a file is there in the one scratch directory below `directory`.
bool scratch_holds(const std::filesystem::path& directory, const std::string& file) {
  for (const auto& entry : std::filesystem::directory_iterator(directory))
    if (std::filesystem::exists(entry.path() / file)) return true;
  return false;
}

// A27
TEST(DumpFault, KilledLoadStartsAnewAndLeavesNoServer) {
  const test::TempDirectory files;
  const test::TempDirectory scratch;
  write_growing_dump(files / "large.sql", 3000);
  {
    auto killed = process::Child::spawn(
        {.argv = {test::program("slipway-migrate"), "copy", "--source", "dump=" + (files / "large.sql").string(),
                  "--target", "socket=" + (files / "absent.sock").string() + ",db=x", "--scratch-dir",
                  scratch.path().string()}});
    ASSERT_TRUE(killed.has_value());
    ASSERT_TRUE(
        test::eventually(std::chrono::minutes(2), [&] { return scratch_holds(scratch.path(), "db/data/dump/t.ibd"); }));
    ::kill(killed->pid(), SIGKILL);
    static_cast<void>(killed->wait(std::chrono::minutes(1)));
  }
  const auto left = *std::filesystem::directory_iterator(scratch.path());
  // Its server ends with it; then whoever comes next clears up.
  EXPECT_TRUE(test::eventually(std::chrono::minutes(2), [&] {
    const auto next = ScratchDirectory::make(scratch.path());
    return !std::filesystem::exists(left.path());
  }));
  write_growing_dump(files / "small.sql", 1);
  DumpOptions options;
  options.scratch_directory = scratch.path();
  NoProgress progress;
  const auto loaded = load_dump(files / "small.sql", options, progress);
  EXPECT_TRUE(loaded.has_value());
}

}  // namespace
}  // namespace slipway::migrate
