// Incrementals of a server on which nothing has happened.
#include <gmock/gmock.h>

#include "services/backup/verify.hpp"
#include "tests/support/backed_up_server.hpp"
#include "tests/support/eventually.hpp"

namespace slipway::test {
namespace {

void run(sql::Connection& server, const std::string& script) {
  const auto done = server.run_script(script);
  ASSERT_TRUE(done.has_value()) << to_text(done.error());
}

/// A server with an archive that reads its log all the time, a table, and a full backup.
class BackupOfAQuietServer : public ::testing::Test {
 protected:
  void SetUp() override {
    server_.emplace(start_logging_server(directory_ / "server"));
    admin_.emplace(connect(server_->administrator()));
    run(*admin_,
        "CREATE DATABASE desk;\nCREATE TABLE desk.note (id INT PRIMARY KEY AUTO_INCREMENT, text VARCHAR(100));\n"
        "INSERT INTO desk.note (text) VALUES ('before the backup');\n");
    archiver_.emplace(server_->administrator(), repositories_.all(), directory_ / "spool");
    ASSERT_TRUE(archiver_->caught_up());
    tip_ = take({});
  }

  [[nodiscard]] backup::Manifest take(const std::optional<backup::Manifest>& parent) {
    return take_full(repositories_.even(), *server_, directory_ / "server", (*archiver_)->status().line, parent);
  }

  /// Incrementals until the server has cleaned up behind itself, and one has nothing to hold.
  [[nodiscard]] bool comes_to_rest() {
    return eventually(std::chrono::seconds(60), [this] {
      tip_ = take(tip_);
      return tip_.pieces.empty();
    });
  }

  void expect_verified() {
    const auto verified = backup::verify_repository(repositories_.even(), [](std::uint64_t, std::uint64_t) {});
    ASSERT_TRUE(verified.has_value()) << to_text(verified.error());
    for (const auto& fault : verified->faults) ADD_FAILURE() << to_text(fault);
    EXPECT_TRUE(verified->unreferenced.empty());
  }

  TempDirectory directory_;
  TwoRepositories repositories_{directory_ / "repositories"};
  std::optional<embedded::Database> server_;
  std::optional<sql::Connection> admin_;
  std::optional<RunningArchiver> archiver_;
  backup::Manifest tip_;
};

// A35 A37
TEST_F(BackupOfAQuietServer, HasNoPiecesAndRestoresToWhatItFollows) {
  ASSERT_TRUE(comes_to_rest());
  const auto sums = sums_of(*admin_);
  const auto first = tip_;
  const auto second = take(first);
  EXPECT_TRUE(second.pieces.empty());
  EXPECT_EQ(second.parent, first.id);
  EXPECT_EQ(second.position, position_of(*admin_));
  EXPECT_GT(second.taken_at, first.taken_at);

  // A real one follows it.
  run(*admin_, "INSERT INTO desk.note (text) SELECT seq FROM desk.seq_1_to_1000;\n");
  const auto third = take(second);
  EXPECT_FALSE(third.pieces.empty());
  expect_verified();
  for (const auto& [id, expected] : {std::pair(second.id, sums), std::pair(third.id, sums_of(*admin_))}) {
    auto restored = restore_to({&repositories_.even()}, id, directory_ / id);
    ASSERT_TRUE(restored.has_value()) << id << ": " << to_text(restored.error());
    EXPECT_EQ(restored->backup.id, id);
    auto connection = connect(restored->server.administrator());
    EXPECT_EQ(sums_of(connection), expected) << id;
  }
}

// A35 A37 F2
TEST_F(BackupOfAQuietServer, LeadsToWhatWasWrittenAfterIt) {
  ASSERT_TRUE(comes_to_rest());
  run(*admin_, "INSERT INTO desk.note (text) VALUES ('after the backup');\n");
  ASSERT_TRUE(archiver_->caught_up());
  auto restored = restore_to(repositories_.all(), "latest", directory_ / "restored");
  ASSERT_TRUE(restored.has_value()) << to_text(restored.error());
  EXPECT_EQ(restored->backup.id, tip_.id);
  auto connection = connect(restored->server.administrator());
  EXPECT_EQ(sums_of(connection), sums_of(*admin_));
}

// A35: what no binary log knows of.
TEST_F(BackupOfAQuietServer, IsARealOneAfterAnyWriteOfWhateverKind) {
  for (const std::string change :
       {"INSERT INTO desk.note (text) VALUES ('in no log')", "CREATE VIEW desk.texts AS SELECT text FROM desk.note",
        "CREATE USER someone", "CREATE TABLE desk.plain (id INT) ENGINE=MyISAM", "INSERT INTO desk.plain VALUES (1)"}) {
    ASSERT_TRUE(comes_to_rest()) << change;
    const auto position = position_of(*admin_);
    run(*admin_, "SET sql_log_bin = 0;\n" + change + ";\nSET sql_log_bin = 1;\n");
    tip_ = take(tip_);
    EXPECT_FALSE(tip_.pieces.empty()) << change;
    EXPECT_EQ(position_of(*admin_), position);
  }
  const auto sums = sums_of(*admin_);
  expect_verified();
  auto restored = restore_to({&repositories_.even()}, tip_.id, directory_ / "restored");
  ASSERT_TRUE(restored.has_value()) << to_text(restored.error());
  auto connection = connect(restored->server.administrator());
  EXPECT_EQ(sums_of(connection), sums);
}

// A35
TEST_F(BackupOfAQuietServer, IsARealOneAfterARestartAndBehindABackupOfAnOlderVersion) {
  ASSERT_TRUE(comes_to_rest());
  tip_.server_state.clear();
  EXPECT_FALSE(take(tip_).pieces.empty());
  ASSERT_TRUE(comes_to_rest());
  archiver_.reset();
  admin_.reset();
  server_.reset();
  server_.emplace(start_logging_server(directory_ / "server"));
  admin_.emplace(connect(server_->administrator()));
  archiver_.emplace(server_->administrator(), repositories_.all(), directory_ / "spool");
  ASSERT_TRUE(archiver_->caught_up());
  tip_ = take(tip_);
  EXPECT_FALSE(tip_.pieces.empty());
  EXPECT_TRUE(comes_to_rest());
}

}  // namespace
}  // namespace slipway::test
