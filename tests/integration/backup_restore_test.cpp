// Backups, the archive of the binary log, and restores to a moment, with real servers.
#include <gmock/gmock.h>

#include "tests/support/backed_up_server.hpp"

namespace slipway::test {
namespace {

void run(sql::Connection& server, const std::string& script) {
  const auto done = server.run_script(script);
  ASSERT_TRUE(done.has_value()) << to_text(done.error());
}

/// A server with an archive, a database, and what it looked like after each step.
class BackupRestore : public ::testing::Test {
 protected:
  void SetUp() override {
    server_.emplace(start_logging_server(directory_ / "server"));
    admin_.emplace(connect(server_->administrator()));
    run(*admin_,
        "CREATE DATABASE desk;\nCREATE TABLE desk.note (id INT PRIMARY KEY AUTO_INCREMENT, text VARCHAR(100));\n");
  }

  /// Runs statements and remembers what the server then holds.
  void step(const std::string& script) {
    run(*admin_, script);
    oracle_[position_of(*admin_).to_text()] = sums_of(*admin_);
  }

  TempDirectory directory_;
  TwoRepositories repositories_{directory_ / "repositories"};
  std::optional<embedded::Database> server_;
  std::optional<sql::Connection> admin_;
  std::map<std::string, Sums> oracle_;
};

// A35 A37 F2
TEST_F(BackupRestore, BringsBackEveryTransactionSinceTheBackup) {
  RunningArchiver archiver(server_->administrator(), repositories_.all(), directory_ / "spool");
  step("INSERT INTO desk.note (text) VALUES ('before the backup');\n");
  ASSERT_TRUE(archiver.caught_up());
  const auto backup = take_full(repositories_.even(), *server_, directory_ / "server", archiver->status().line);
  EXPECT_EQ(backup.position, position_of(*admin_));
  step("INSERT INTO desk.note (text) SELECT seq FROM desk.seq_1_to_1000;\n");
  step("ALTER TABLE desk.note ADD COLUMN more INT DEFAULT 7;\n");
  step("UPDATE desk.note SET more = id WHERE id % 3 = 0;\n");
  step(
      "CREATE TABLE desk.other LIKE desk.note;\nINSERT INTO desk.other SELECT * FROM desk.note;\nDROP TABLE "
      "desk.note;\n");
  ASSERT_TRUE(archiver.caught_up());
  archiver.stop();

  int number = 0;
  for (const auto& [position, sums] : oracle_) {
    auto restored = restore_to(repositories_.all(), position, directory_ / ("restored" + std::to_string(++number)));
    ASSERT_TRUE(restored.has_value()) << position << ": " << to_text(restored.error());
    auto connection = connect(restored->server.administrator());
    EXPECT_EQ(sums_of(connection), sums) << position;
  }
  EXPECT_EQ(number, 5);
}

// A37 F2
TEST_F(BackupRestore, BringsBackWhatIsInTheSegmentThatIsBeingWritten) {
  auto policy = RunningArchiver::fast();
  policy.seal_every = std::chrono::hours(1);
  RunningArchiver archiver(server_->administrator(), repositories_.all(), directory_ / "spool", policy);
  ASSERT_TRUE(archiver.caught_up());
  const auto backup = take_full(repositories_.even(), *server_, directory_ / "server", archiver->status().line);
  step("INSERT INTO desk.note (text) VALUES ('just now');\n");
  ASSERT_TRUE(archiver.caught_up());
  auto restored = restore_to(repositories_.all(), "latest", directory_ / "restored");
  ASSERT_TRUE(restored.has_value()) << to_text(restored.error());
  auto connection = connect(restored->server.administrator());
  EXPECT_EQ(sums_of(connection), oracle_.rbegin()->second);
}

}  // namespace
}  // namespace slipway::test
