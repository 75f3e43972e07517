// Backups, the archive of the binary log, and restores to a moment, with real servers.
#include <gmock/gmock.h>

#include "services/backup/catalog.hpp"
#include "services/backup/log_line.hpp"
#include "services/backup/take.hpp"
#include "tests/support/backed_up_server.hpp"
#include "tests/support/eventually.hpp"

namespace slipway::test {
namespace {

using ::testing::HasSubstr;

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

// A37: a backup that knows of no log is not the end, as long as the log goes on behind it.
TEST_F(BackupRestore, TheLogGoesOnBehindABackupThatStandsInNone) {
  RunningArchiver archiver(server_->administrator(), repositories_.all(), directory_ / "spool");
  step("INSERT INTO desk.note (text) VALUES ('before the backup');\n");
  ASSERT_TRUE(archiver.caught_up());
  const auto first = take_full(repositories_.even(), *server_, directory_ / "server", archiver->status().line);
  const auto alone = take_full(repositories_.odd(), *server_, directory_ / "server", "");
  const auto chosen = [this] {
    const auto route = backup::choose_route(repositories_.all(), *backup::RestoreGoal::parse("latest"));
    return route ? route->chain.back().id : to_text(route.error());
  };
  EXPECT_EQ(chosen(), alone.id);
  ASSERT_TRUE(eventually(std::chrono::seconds(10),
                         [&] { return SystemClock().now() > alone.ended_at + std::chrono::seconds(1); }));
  step("INSERT INTO desk.note (text) VALUES ('behind both');\n");
  ASSERT_TRUE(archiver.caught_up());
  EXPECT_EQ(chosen(), first.id);
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

// A35
TEST_F(BackupRestore, AnIncrementalStandsOnNoOtherServersBackup) {
  const auto full = take_full(repositories_.even(), *server_, directory_ / "server", "");
  EXPECT_EQ(full.lineage.size(), 16U);
  auto other = restore_to(repositories_.all(), "latest", directory_ / "other");
  ASSERT_TRUE(other.has_value()) << to_text(other.error());
  const SystemClock clock;
  const auto taken = backup::take_backup(repositories_.even(),
                                         {.server = other->server.administrator(),
                                          .data = directory_ / "other/data",
                                          .work = directory_ / "take",
                                          .parent = full,
                                          .accounts = {},
                                          .log_line = {}},
                                         clock, [](std::uint64_t, std::uint64_t) {});
  ASSERT_FALSE(taken.has_value());
  EXPECT_EQ(taken.error().code, Code::conflict);
}

/// A backup as far as choosing looks at it, with what its proof found.
void publish(const backup::Repository& repository, const std::string& at, backup::ProofOutcome outcome,
             const std::string& line = "line") {
  backup::Manifest manifest;
  manifest.taken_at = *parse_timestamp(at);
  manifest.ended_at = manifest.taken_at;
  manifest.id = backup::backup_id(manifest.taken_at, backup::Kind::full);
  manifest.repository = repository.id();
  manifest.log_line = line;
  const auto written = repository.write_document(backup::manifest_name(manifest.id), to_json(manifest));
  ASSERT_TRUE(written.has_value()) << to_text(written.error());
  if (outcome == backup::ProofOutcome::could_not_try) return;
  backup::Proof proof;
  proof.outcome = outcome;
  proof.backup = manifest.id;
  proof.repository = repository.id();
  ASSERT_TRUE(repository.add_proof(proof).has_value());
}

// A37 F1
TEST(BackupRoute, TakesTheNewestProvenBackupAndOneThatFailedOnlyByItsName) {
  const TempDirectory directory;
  const TwoRepositories repositories(directory.path());
  const auto chosen = [&](const std::string& target) {
    const auto route = backup::choose_route(repositories.all(), *backup::RestoreGoal::parse(target));
    return route ? route->chain.back().id.substr(0, 8) + (route->proven ? " proven" : "") : to_text(route.error());
  };
  publish(repositories.odd(), "2026-11-03T03:00:00Z", backup::ProofOutcome::failed);
  EXPECT_THAT(chosen("latest"), HasSubstr("failed its proof"));
  publish(repositories.odd(), "2026-11-01T03:00:00Z", backup::ProofOutcome::could_not_try);
  EXPECT_EQ(chosen("latest"), "20261101");
  publish(repositories.even(), "2026-11-02T03:00:00Z", backup::ProofOutcome::proven);
  publish(repositories.even(), "2026-11-04T03:00:00Z", backup::ProofOutcome::could_not_try);
  EXPECT_EQ(chosen("latest"), "20261102 proven");
  EXPECT_EQ(chosen("2026-11-01T12:00:00Z"), "20261101");
  EXPECT_EQ(chosen("20261103t030000z-full"), "20261103");
  EXPECT_EQ(chosen("20261104t030000z-full"), "20261104");
}

// A37: a server that was restored is another one than the log before it tells of.
TEST(BackupRoute, LeadsToNoMomentAfterTheServersHistoryBeganAnew) {
  const TempDirectory directory;
  const TwoRepositories repositories(directory.path());
  const auto begin = [&](const std::string& line, const std::string& at, std::uint64_t first) {
    const auto written = backup::write_line_start(repositories.odd(), {.line = line,
                                                                       .after = {},
                                                                       .first_number = first,
                                                                       .follows = {},
                                                                       .reason = "restored",
                                                                       .made_at = *parse_timestamp(at)});
    ASSERT_TRUE(written.has_value()) << to_text(written.error());
  };
  const auto chosen = [&](const std::string& target) {
    const auto route = backup::choose_route(repositories.all(), *backup::RestoreGoal::parse(target));
    return route ? route->chain.back().id.substr(0, 8) : to_text(route.error());
  };
  begin("before", "2026-11-01T00:00:00Z", 1);
  publish(repositories.odd(), "2026-11-04T03:00:00Z", backup::ProofOutcome::proven, "before");
  EXPECT_EQ(chosen("latest"), "20261104");
  begin("after", "2026-11-05T12:00:00Z", 10);
  EXPECT_EQ(chosen("2026-11-05T11:59:59Z"), "20261104");
  EXPECT_THAT(chosen("2026-11-05T12:00:00Z"), HasSubstr("began anew at 2026-11-05T12:00:00Z (restored)"));
  EXPECT_THAT(chosen("latest"), HasSubstr("began anew"));
  EXPECT_EQ(chosen("20261104t030000z-full"), "20261104");
  publish(repositories.even(), "2026-11-05T12:30:00Z", backup::ProofOutcome::could_not_try, "after");
  EXPECT_EQ(chosen("latest"), "20261105");
  EXPECT_THAT(chosen("2026-11-05T12:10:00Z"), HasSubstr("began anew"));
}

// A37 F1: two sites, one after another: the first backup of all was proven, and no log goes on from it.
TEST(BackupRoute, AProvenBackupWithoutALogIsNotTheEndOfTheArchive) {
  const TempDirectory directory;
  const TwoRepositories repositories(directory.path());
  const auto chosen = [&](const std::string& target) {
    const auto route = backup::choose_route(repositories.all(), *backup::RestoreGoal::parse(target));
    return route ? route->chain.back().id.substr(0, 8) : to_text(route.error());
  };
  publish(repositories.even(), "2026-11-01T03:00:00Z", backup::ProofOutcome::proven, "");
  EXPECT_EQ(chosen("latest"), "20261101");
  publish(repositories.odd(), "2026-11-02T03:00:00Z", backup::ProofOutcome::could_not_try);
  EXPECT_EQ(chosen("latest"), "20261102");
  publish(repositories.odd(), "2026-11-03T03:00:00Z", backup::ProofOutcome::failed);
  EXPECT_EQ(chosen("latest"), "20261102");
  // Nothing says that the log goes on behind this one, and it is the newest.
  publish(repositories.odd(), "2026-11-04T03:00:00Z", backup::ProofOutcome::could_not_try, "");
  EXPECT_EQ(chosen("latest"), "20261104");
}

// A35: the desk goes on beside a backup. The bound is half of what the rate asks for: slower is never wrong.
TEST_F(BackupRestore, ABackupReadsNoFasterThanItIsTold) {
  run(*admin_,
      "CREATE TABLE desk.large (id INT PRIMARY KEY, text LONGTEXT);\n"
      "INSERT INTO desk.large SELECT seq, REPEAT(MD5(seq), 1000) FROM desk.seq_1_to_1600;\n"
      "SET GLOBAL innodb_max_dirty_pages_pct = 0;\n");
  constexpr std::uint64_t kRate = 10U << 20U;
  const SystemClock clock;
  const auto taken = backup::take_backup(repositories_.even(),
                                         {.server = server_->administrator(),
                                          .data = directory_ / "server" / "data",
                                          .work = directory_ / "work",
                                          .parent = {},
                                          .accounts = {},
                                          .log_line = {},
                                          .read_bytes_per_s = kRate},
                                         clock, [](std::uint64_t, std::uint64_t) {});
  ASSERT_TRUE(taken.has_value()) << to_text(taken.error());
  const double seconds = std::chrono::duration<double>(taken->ended_at - taken->taken_at).count();
  EXPECT_GT(taken->plain_bytes, 5 * kRate);
  EXPECT_GT(seconds, static_cast<double>(taken->plain_bytes) / kRate / 2);
}

// F1
TEST(BackupFacts, AnIncrementalThatHoldsNothingNewIsAsProvenAsWhatItFollows) {
  const TempDirectory directory;
  const TwoRepositories repositories(directory.path());
  publish(repositories.even(), "2026-11-04T03:00:00Z", backup::ProofOutcome::proven);
  backup::Manifest hour;
  hour.kind = backup::Kind::incremental;
  hour.parent = "20261104t030000z-full";
  hour.taken_at = *parse_timestamp("2026-11-04T04:00:00Z");
  hour.ended_at = hour.taken_at;
  hour.repository = repositories.even().id();
  hour.log_line = "line";
  const auto add = [&] {
    hour.id = backup::backup_id(hour.taken_at, hour.kind);
    ASSERT_TRUE(repositories.even().write_document(backup::manifest_name(hour.id), to_json(hour)).has_value());
  };
  add();
  hour.parent = hour.id;
  hour.taken_at = *parse_timestamp("2026-11-04T05:00:00Z");
  hour.pieces = {{"backups/20261104t050000z-incremental/data.0001", 1, ""}};
  add();
  backup::SegmentMemory memory;
  const auto known = backup::backup_facts(repositories.even(), memory);
  ASSERT_TRUE(known.has_value()) << to_text(known.error());
  ASSERT_EQ(known->backups.size(), 3U);
  EXPECT_EQ(known->backups[1].proof, backup::ProofState::proven);
  const auto route = backup::choose_route({&repositories.even()}, *backup::RestoreGoal::parse("2026-11-04T04:30:00Z"));
  ASSERT_TRUE(route.has_value()) << to_text(route.error());
  EXPECT_EQ(route->chain.size(), 2U);
  EXPECT_TRUE(route->proven);
  EXPECT_EQ(known->backups[2].proof, backup::ProofState::pending);
}

}  // namespace
}  // namespace slipway::test
