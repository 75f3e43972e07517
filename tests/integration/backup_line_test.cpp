// Which line of the archive goes on when the server does not hold what the archive has.
#include <gtest/gtest.h>

#include "services/backup/log_line.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/replicated_servers.hpp"

namespace slipway::test {
namespace {

constexpr std::chrono::seconds kPatience{30};

void run(const sql::Endpoint& server, const std::string& statement) {
  auto connection = connect(server);
  const auto done = connection.execute_text(statement);
  ASSERT_TRUE(done.has_value()) << to_text(done.error());
}

// F2
TEST(BackupLine, GoesOnWithAReplicaThatHasNotComeAsFarYet) {
  const TempDirectory directory;
  ReplicatedServers servers(directory.path());
  const std::string line = servers.line();
  run(servers.primary(), "CREATE DATABASE desk");
  run(servers.primary(), "CREATE TABLE desk.t (id INT PRIMARY KEY)");
  servers.wait_for_archive();
  servers.back_up(false, false);
  servers.add_replica(2);
  run(servers.primary(), "INSERT INTO desk.t VALUES (1)");
  servers.wait_for_replica();
  servers.hold_replica(true);
  run(servers.primary(), "INSERT INTO desk.t VALUES (2)");
  servers.wait_for_archive();
  servers.archive_from_replica();
  ASSERT_TRUE(eventually(kPatience, [&] { return !servers.archiver()->status().fault.empty(); }));
  EXPECT_EQ(servers.archiver()->status().line, line);
  servers.hold_replica(false);
  run(servers.primary(), "INSERT INTO desk.t VALUES (3)");
  servers.wait_for_archive();
  EXPECT_EQ(servers.archiver()->status().line, line);
}

// F2
TEST(BackupLine, BeginsAnewWithAServerOfAnotherHistoryAndSaysWhy) {
  const TempDirectory directory;
  const TwoRepositories repositories(directory / "repositories");
  const auto first = start_logging_server(directory / "first", 1);
  std::string line;
  {
    run(first.administrator(), "CREATE DATABASE desk");
    run(first.administrator(), "CREATE TABLE desk.t (id INT PRIMARY KEY)");
    RunningArchiver archiver(first.administrator(), repositories.all(), directory / "spool");
    run(first.administrator(), "INSERT INTO desk.t VALUES (1)");
    ASSERT_TRUE(archiver.caught_up());
    line = archiver->status().line;
  }
  const auto other = start_logging_server(directory / "other", 2);
  run(other.administrator(), "CREATE DATABASE desk");
  run(other.administrator(), "CREATE TABLE desk.t (id INT PRIMARY KEY)");
  RunningArchiver archiver(other.administrator(), repositories.all(), directory / "spool");
  ASSERT_TRUE(
      eventually(kPatience, [&] { return archiver->status().line != line && !archiver->status().line.empty(); }));
  const std::string fresh = archiver->status().line;
  run(other.administrator(), "INSERT INTO desk.t VALUES (1)");
  ASSERT_TRUE(archiver.caught_up());
  archiver.stop();
  const auto start = backup::read_line_start(repositories.odd(), fresh);
  ASSERT_TRUE(start.has_value()) << to_text(start.error());
  EXPECT_EQ(start->follows, line);
  EXPECT_NE(start->reason.find("its history does not hold"), std::string::npos) << start->reason;
}

// F2 A37
TEST(BackupLine, GoesOnWithARestoredServerThatIsAheadOfTheArchive) {
  const TempDirectory directory;
  const TwoRepositories repositories(directory / "repositories");
  std::string line;
  {
    const auto server = start_logging_server(directory / "server", 1);
    run(server.administrator(), "CREATE DATABASE desk");
    RunningArchiver archiver(server.administrator(), repositories.all(), directory / "spool");
    run(server.administrator(), "CREATE TABLE desk.t (id INT PRIMARY KEY)");
    ASSERT_TRUE(archiver.caught_up());
    line = archiver->status().line;
    static_cast<void>(take_full(repositories.odd(), server, directory / "server", line));
    run(server.administrator(), "INSERT INTO desk.t VALUES (1)");
    ASSERT_TRUE(archiver.caught_up());
  }
  restore_to(repositories.all(), "latest", directory / "restored").value().server.stop();
  const auto server = start_logging_server(directory / "restored", 1);
  auto original = connect(server.administrator());
  // What the next backup, and a new line, would note as its beginning.
  EXPECT_FALSE(position_of(original).empty());
  run(server.administrator(), "INSERT INTO desk.t VALUES (2)");
  run(server.administrator(), "INSERT INTO desk.t VALUES (3)");
  RunningArchiver archiver(server.administrator(), repositories.all(), directory / "spool");
  ASSERT_TRUE(archiver.caught_up());
  EXPECT_EQ(archiver->status().line, line);
  archiver.stop();
  auto restored = restore_to(repositories.all(), "latest", directory / "again");
  ASSERT_TRUE(restored.has_value()) << to_text(restored.error());
  auto copy = connect(restored->server.administrator());
  EXPECT_EQ(sums_of(copy), sums_of(original));
}

// A37
TEST(BackupLine, LeadsToATransactionOfADomainFromTheBackupBeforeIt) {
  const TempDirectory directory;
  const TwoRepositories repositories(directory / "repositories");
  const auto server = start_logging_server(directory / "server");
  run(server.administrator(), "CREATE DATABASE desk");
  RunningArchiver archiver(server.administrator(), repositories.all(), directory / "spool");
  run(server.administrator(), "CREATE TABLE desk.t (id INT PRIMARY KEY)");
  ASSERT_TRUE(archiver.caught_up());
  const auto before = take_full(repositories.odd(), server, directory / "server", archiver->status().line);
  auto connection = connect(server.administrator());
  ASSERT_TRUE(connection.execute_text("SET SESSION gtid_domain_id = 1").has_value());
  ASSERT_TRUE(connection.execute_text("INSERT INTO desk.t VALUES (1)").has_value());
  const auto wanted = position_of(connection);
  run(server.administrator(), "INSERT INTO desk.t VALUES (2)");
  ASSERT_TRUE(archiver.caught_up());
  const auto after = take_full(repositories.odd(), server, directory / "server", archiver->status().line);
  ASSERT_EQ(after.position.domains().at(1), wanted.domains().at(1));
  archiver.stop();
  auto restored = restore_to(repositories.all(), wanted.domains().at(1).to_text(), directory / "restored");
  ASSERT_TRUE(restored.has_value()) << to_text(restored.error());
  EXPECT_EQ(restored->backup.id, before.id);
  EXPECT_EQ(restored->log.end, wanted);
}

// F2 A37
TEST(BackupLine, IsRestoredUpToWhatIsBeingWritten) {
  const TempDirectory directory;
  const TwoRepositories repositories(directory / "repositories");
  const auto server = start_logging_server(directory / "server");
  run(server.administrator(), "CREATE DATABASE desk");
  // No segment ends by itself.
  RunningArchiver archiver(server.administrator(), repositories.all(), directory / "spool",
                           {.sync_every = std::chrono::milliseconds(20), .seal_every = std::chrono::hours(1)});
  run(server.administrator(), "CREATE TABLE desk.t (id INT PRIMARY KEY)");
  ASSERT_TRUE(archiver.caught_up());
  static_cast<void>(take_full(repositories.odd(), server, directory / "server", archiver->status().line));
  run(server.administrator(), "CREATE EVENT desk.e ON SCHEDULE EVERY 1 DAY DO DELETE FROM desk.t");
  for (const char* row : {"1", "2", "3"}) {
    run(server.administrator(), std::string("INSERT INTO desk.t VALUES (") + row + ")");
    ASSERT_TRUE(archiver.caught_up());
  }
  run(server.administrator(), "DROP EVENT desk.e");
  ASSERT_TRUE(archiver.caught_up());
  auto restored = restore_to(repositories.all(), "latest", directory / "restored");
  ASSERT_TRUE(restored.has_value()) << to_text(restored.error());
  auto original = connect(server.administrator());
  auto copy = connect(restored->server.administrator());
  EXPECT_EQ(restored->log.end, position_of(original));
  EXPECT_EQ(sums_of(copy), sums_of(original));
}

// A37
TEST(BackupLine, ThatHasNoSegmentYetLeadsToItsBackups) {
  const TempDirectory directory;
  const TwoRepositories repositories(directory / "repositories");
  const auto server = start_logging_server(directory / "server");
  run(server.administrator(), "CREATE DATABASE desk");
  RunningArchiver archiver(server.administrator(), repositories.all(), directory / "spool");
  ASSERT_TRUE(eventually(kPatience, [&] { return !archiver->status().line.empty(); }));
  const auto backup = take_full(repositories.odd(), server, directory / "server", archiver->status().line);
  archiver.stop();
  auto restored = restore_to(repositories.all(), "latest", directory / "restored");
  ASSERT_TRUE(restored.has_value()) << to_text(restored.error());
  EXPECT_EQ(restored->log.end, backup.position);
}

}  // namespace
}  // namespace slipway::test
