// Dumps that no longer fit.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "migrate/dumps/dump.hpp"
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

}  // namespace
}  // namespace slipway::migrate
