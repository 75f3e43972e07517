// What retention lets go, on repositories of a real server.
#include <gmock/gmock.h>

#include "services/backup/prune.hpp"
#include "services/backup/verify.hpp"
#include "tests/support/backed_up_server.hpp"

namespace slipway::test {
namespace {

// A35
TEST(BackupPrune, LeavesARepositoryThatIsWholeWithoutWhatWasLetGo) {
  const TempDirectory directory;
  const TwoRepositories repositories(directory / "repositories");
  auto server = start_logging_server(directory / "server");
  auto admin = connect(server.administrator());
  ASSERT_TRUE(admin.run_script("CREATE DATABASE desk;\nCREATE TABLE desk.note (id INT PRIMARY KEY AUTO_INCREMENT);\n"));
  RunningArchiver archiver(server.administrator(), repositories.all(), directory / "spool");
  ASSERT_TRUE(archiver.caught_up());
  const std::string line = archiver->status().line;
  const auto first = take_full(repositories.even(), server, directory / "server", line);
  for (int segment = 0; segment < 3; ++segment) {
    ASSERT_TRUE(admin.run_script("INSERT INTO desk.note VALUES ();\n"));
    ASSERT_TRUE(archiver.caught_up());
    archiver->seal_now();
  }
  const auto second = take_full(repositories.even(), server, directory / "server", line);
  archiver.stop();
  const auto expected = sums_of(admin);

  const auto segments = backup::segments_of(repositories.even(), line);
  ASSERT_TRUE(segments.has_value());
  ASSERT_GE(segments->size(), 2U);
  backup::RetentionPlan plan;
  plan.backups = {{"even", first.id, false, {"let go by this test"}}, {"even", second.id, true, {"kept"}}};
  plan.logs = {{"even", *segments->rbegin(), segments->size() - 1, {"the second backup needs no more"}}};
  ASSERT_TRUE(backup::carry_out_prune(repositories.all(), plan).has_value());

  const auto verified = backup::verify_repository(repositories.even(), [](std::uint64_t, std::uint64_t) {});
  ASSERT_TRUE(verified.has_value()) << to_text(verified.error());
  for (const auto& fault : verified->faults) ADD_FAILURE() << to_text(fault);
  EXPECT_TRUE(verified->unreferenced.empty());
  EXPECT_EQ(verified->backups, 1U);
  EXPECT_EQ(verified->segments, 1U);

  // The other repository still has what was let go here: it is not brought back.
  RunningArchiver again(server.administrator(), repositories.all(), directory / "spool again");
  ASSERT_TRUE(again.caught_up());
  again.stop();
  const auto kept = backup::segments_of(repositories.even(), line);
  ASSERT_TRUE(kept.has_value());
  EXPECT_EQ(*kept->begin(), *segments->rbegin());

  const auto restored = restore_to({&repositories.even()}, "latest", directory / "restored");
  ASSERT_TRUE(restored.has_value()) << to_text(restored.error());
  auto connection = connect(restored->server.administrator());
  EXPECT_EQ(sums_of(connection), expected);
}

}  // namespace
}  // namespace slipway::test
