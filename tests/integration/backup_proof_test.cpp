// Proofs of backups: restored, replayed and compared with what the living server held, with real servers.
#include <gmock/gmock.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <fstream>
#include <set>

#include "services/backup/catalog.hpp"
#include "services/backup/prove.hpp"
#include "tests/support/backed_up_server.hpp"
#include "tests/support/eventually.hpp"

namespace slipway::test {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Key;
using ::testing::Not;

void run(sql::Connection& server, const std::string& script) {
  const auto done = server.run_script(script);
  ASSERT_TRUE(done.has_value()) << to_text(done.error());
}

backup::Oracle oracle_of(const embedded::Database& server, const backup::OracleOptions& options = {}) {
  auto oracle = backup::take_oracle(server.administrator(), options);
  EXPECT_TRUE(oracle.has_value()) << to_text(oracle.error());
  return oracle ? *std::move(oracle) : backup::Oracle{};
}

/// Writes rows until the end of its scope.
class Writer {
 public:
  Writer(const embedded::Database& server, std::string statement)
      : connection_(connect(server.administrator())), statement_(std::move(statement)) {
    thread_ = std::thread([this] {
      while (!stop_) {
        if (!connection_.execute_text(statement_)) break;
        ++written_;
      }
    });
    while (written_ < 10) std::this_thread::yield();
  }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;
  ~Writer() {
    stop_ = true;
    thread_.join();
    EXPECT_GE(written_, 10);
  }

 private:
  sql::Connection connection_;
  std::string statement_;
  std::atomic<bool> stop_{false};
  std::atomic<int> written_{0};
  std::thread thread_;
};

/// A server with an account's database and other ones, an archive, and two repositories.
class BackupProof : public ::testing::Test {
 protected:
  void SetUp() override {
    server_.emplace(start_logging_server(directory_ / "server"));
    admin_.emplace(connect(server_->administrator()));
    run(*admin_,
        "CREATE DATABASE acct_desk_1;\n"
        "CREATE TABLE acct_desk_1.note (id INT PRIMARY KEY AUTO_INCREMENT, text VARCHAR(100), KEY (text));\n"
        "CREATE TABLE acct_desk_1.entry (id INT PRIMARY KEY AUTO_INCREMENT, text VARCHAR(100));\n"
        "CREATE DATABASE slipway;\nCREATE TABLE slipway.account (id INT PRIMARY KEY, name VARCHAR(30));\n"
        "CREATE VIEW acct_desk_1.few AS SELECT id FROM acct_desk_1.note LIMIT 3;\n"
        "CREATE FUNCTION acct_desk_1.one() RETURNS INT DETERMINISTIC RETURN 1;\n"
        "CREATE TRIGGER acct_desk_1.loud BEFORE INSERT ON acct_desk_1.note FOR EACH ROW SET NEW.text = "
        "UPPER(NEW.text);\n"
        "CREATE SEQUENCE acct_desk_1.number;\n"
        "INSERT INTO slipway.account VALUES (1, 'desk');\n"
        "INSERT INTO acct_desk_1.note (text) SELECT seq FROM acct_desk_1.seq_1_to_500;\n");
  }

  void archive() {
    archiver_.emplace(server_->administrator(), repositories_.all(), directory_ / "spool");
    ASSERT_TRUE(archiver_->caught_up());
  }
  backup::Manifest take(const std::optional<backup::Manifest>& parent = {}) {
    return take_full(repositories_.even(), *server_, directory_ / "server",
                     archiver_ ? (*archiver_)->status().line : "", parent);
  }
  /// An oracle, with the log up to it archived.
  backup::Oracle archived_oracle() {
    auto oracle = oracle_of(*server_);
    EXPECT_TRUE((*archiver_)->wait_for(oracle.position, std::chrono::seconds(20)));
    return oracle;
  }
  backup::ProofOptions options(bool keep_copy = false) {
    return {.directory = directory_ / "scratch", .keep_copy = keep_copy, .gently = false};
  }
  backup::Proof prove(const backup::Manifest& manifest, const backup::Oracle& oracle, bool keep_copy = false) {
    auto proof =
        backup::prove_backup(repositories_.all(), repositories_.even(), manifest, oracle, options(keep_copy), clock_);
    EXPECT_TRUE(proof.has_value()) << to_text(proof.error());
    return proof ? *std::move(proof) : backup::Proof{};
  }

  SystemClock clock_;
  TempDirectory directory_;
  TwoRepositories repositories_{directory_ / "repositories"};
  std::optional<embedded::Database> server_;
  std::optional<sql::Connection> admin_;
  std::optional<RunningArchiver> archiver_;
};

// F1
TEST_F(BackupProof, AnOracleSeesOneMomentWhileOthersWrite) {
  const auto before = position_of(*admin_);
  const auto sums = sums_of(*admin_);
  auto second = connect(server_->administrator());
  bool written = false;
  const auto write = [&](std::uint64_t, std::uint64_t) -> Status {
    if (written) return {};
    written = true;
    run(second, "INSERT INTO acct_desk_1.note (text) VALUES ('later');\nUPDATE slipway.account SET name = 'later';\n");
    return {};
  };
  const auto oracle = oracle_of(*server_, {.pause = write});
  EXPECT_TRUE(written);
  EXPECT_EQ(oracle.position, before);
  EXPECT_THAT(oracle.left_out, IsEmpty());
  ASSERT_EQ(oracle.tables.size(), 3U);
  for (const auto& [table, sum] : oracle.tables) EXPECT_EQ(std::to_string(sum.sum), sums.at(table)) << table;
  EXPECT_EQ(oracle.tables.at("acct_desk_1.note").rows, 500U);
  for (const char* object : {"view acct_desk_1.few", "function acct_desk_1.one", "trigger acct_desk_1.loud",
                             "sequence acct_desk_1.number", "database slipway", "table acct_desk_1.note"})
    EXPECT_THAT(oracle.definitions, Contains(Key(object)));
}

// F1
TEST_F(BackupProof, AnOracleLeavesOutWhatWasChangedMeanwhileAndHoldsNoTable) {
  run(*admin_,
      "CREATE DATABASE more;\nCREATE TABLE more.a (id INT PRIMARY KEY);\nCREATE TABLE more.z1 (id INT PRIMARY KEY);\n"
      "CREATE TABLE more.z2 (id INT PRIMARY KEY);\nCREATE TABLE more.z3 (id INT PRIMARY KEY);\n"
      "CREATE TABLE more.z4 (id INT PRIMARY KEY);\nCREATE TABLE more.z5 (id INT PRIMARY KEY);\n"
      "CREATE TABLE more.quick (id INT PRIMARY KEY) ENGINE=MyISAM;\nINSERT INTO more.z4 VALUES (4);\n");
  auto second = connect(server_->administrator());
  run(second, "SET SESSION lock_wait_timeout = 2;\n");
  const auto change = [&](std::uint64_t done, std::uint64_t of) -> Status {
    // Before the last table; those before it were read.
    if (done + 1 != of) return {};
    run(second,
        "ALTER TABLE more.a ADD COLUMN b INT;\nDROP TABLE more.z1;\n"
        "ALTER TABLE more.z2 ADD COLUMN b INT DEFAULT 7, ALGORITHM=INSTANT;\nTRUNCATE TABLE more.z3;\n"
        "RENAME TABLE more.z4 TO more.z0, more.z5 TO more.z4, more.z0 TO more.z5;\n"
        "CREATE TABLE more.fresh (id INT);\nDROP VIEW acct_desk_1.few;\n");
    return {};
  };
  const auto oracle = oracle_of(*server_, {.pause = change});
  for (const char* object : {"table more.a", "table more.z1", "table more.z2", "table more.z3", "table more.z4",
                             "table more.z5", "table more.fresh", "view acct_desk_1.few"}) {
    EXPECT_THAT(oracle.left_out, Contains(Key(object)));
    EXPECT_THAT(oracle.definitions, Not(Contains(Key(object))));
  }
  EXPECT_EQ(oracle.left_out.size(), 8U);
  EXPECT_EQ(oracle.tables.size(), 3U);
  EXPECT_THAT(oracle.not_summed, Contains(Key("table more.quick")));
}

// F1 A35
TEST_F(BackupProof, AGoodBackupIsProvenWithTheLogAfterIt) {
  archive();
  const auto full = take();
  EXPECT_THAT(*repositories_.even().proofs(full.id), IsEmpty());
  run(*admin_, "INSERT INTO acct_desk_1.note (text) SELECT seq FROM acct_desk_1.seq_1_to_100;\n");
  const auto incremental = take(full);
  run(*admin_,
      "ALTER TABLE slipway.account ADD COLUMN more INT DEFAULT 3;\nDELETE FROM acct_desk_1.note WHERE id < 9;\n");
  const auto oracle = archived_oracle();
  const auto proof = prove(incremental, oracle);
  EXPECT_EQ(proof.outcome, backup::ProofOutcome::proven) << to_text(proof);
  EXPECT_EQ(proof.tables, 3U);
  EXPECT_EQ(proof.window.groups, 2U);
  EXPECT_NE(proof.window.first_segment, 0U);
  EXPECT_EQ(proof.position, position_of(*admin_));
  EXPECT_FALSE(std::filesystem::exists(directory_ / "scratch/server"));

  // And once more as it is done beside a living server, giving way to it.
  auto with = options();
  with.gently = true;
  std::set<int> niceness;
  with.progress = [&](const std::string&, std::uint64_t, std::uint64_t) {
    niceness.insert(::getpriority(PRIO_PROCESS, 0));
  };
  const auto gentle =
      backup::prove_backup(repositories_.all(), repositories_.even(), incremental, oracle, with, clock_);
  ASSERT_TRUE(gentle.has_value()) << to_text(gentle.error());
  const auto& again = *gentle;
  EXPECT_THAT(niceness, ElementsAre(10));
  EXPECT_EQ(again.outcome, backup::ProofOutcome::proven) << to_text(again);
  const auto kept = repositories_.even().proofs(incremental.id);
  ASSERT_TRUE(kept.has_value()) << to_text(kept.error());
  ASSERT_EQ(kept->size(), 2U);
  EXPECT_EQ(to_json(kept->front()), to_json(proof));
  EXPECT_EQ(to_json(kept->back()), to_json(again));
}

// F1
TEST_F(BackupProof, ABackupIsProvenWhileOthersWrite) {
  archive();
  const Writer inserting(*server_, "INSERT INTO acct_desk_1.entry (text) VALUES (UUID())");
  const Writer changing(*server_, "UPDATE acct_desk_1.note SET text = UUID() ORDER BY RAND() LIMIT 5");
  const auto full = take();
  const auto oracle = archived_oracle();
  EXPECT_TRUE(oracle.position.covers(full.position));
  const auto proof = prove(full, oracle);
  EXPECT_EQ(proof.outcome, backup::ProofOutcome::proven) << to_text(proof);
  EXPECT_EQ(proof.tables, 3U);
}

// F1
TEST_F(BackupProof, AProofOfOtherContentFailsAndNamesTheTableAndBothSums) {
  archive();
  // What the log does not say, a backup cannot have from it.
  run(*admin_, "SET SESSION sql_log_bin = 0;\nUPDATE acct_desk_1.note SET text = 'other' WHERE id = 77;\n");
  const auto full = take();
  run(*admin_,
      "UPDATE acct_desk_1.note SET text = '77' WHERE id = 77;\nDROP VIEW acct_desk_1.few;\n"
      "SET SESSION sql_log_bin = 1;\nINSERT INTO acct_desk_1.note (text) VALUES ('the end');\n");
  const auto oracle = archived_oracle();
  const auto proof = prove(full, oracle);
  EXPECT_EQ(proof.outcome, backup::ProofOutcome::failed);
  ASSERT_EQ(proof.mismatches.size(), 2U) << to_text(proof);
  EXPECT_EQ(proof.mismatches[0].object, "table acct_desk_1.note");
  EXPECT_EQ(proof.mismatches[0].what, "rows");
  EXPECT_THAT(proof.mismatches[0].expected, AllOf(HasSubstr("sum "), HasSubstr(" of 501 rows")));
  EXPECT_THAT(proof.mismatches[0].found, AllOf(HasSubstr("sum "), HasSubstr(" of 501 rows")));
  EXPECT_EQ(proof.mismatches[1].object, "view acct_desk_1.few");
  backup::SegmentMemory memory;
  EXPECT_EQ(backup::backup_facts(repositories_.even(), memory)->backups.at(0).proof, backup::ProofState::failed);
}

// F1
TEST_F(BackupProof, ADamagedPieceFailsBeforeAServerIsStarted) {
  archive();
  const auto full = take();
  const auto oracle = archived_oracle();
  const auto file = directory_ / "repositories/even" / full.pieces.at(0).name;
  {
    std::fstream piece(file, std::ios::in | std::ios::out | std::ios::binary);
    piece.seekp(static_cast<std::streamoff>(full.pieces[0].bytes / 2));
    piece.write("damaged", 7);
    ASSERT_TRUE(piece.good());
  }
  std::set<std::string> steps;
  auto with = options();
  with.progress = [&](const std::string& step, std::uint64_t, std::uint64_t) { steps.insert(step); };
  const auto proof = backup::prove_backup(repositories_.all(), repositories_.even(), full, oracle, with, clock_);
  ASSERT_TRUE(proof.has_value()) << to_text(proof.error());
  EXPECT_EQ(proof->outcome, backup::ProofOutcome::failed);
  ASSERT_TRUE(proof->fault.has_value());
  EXPECT_EQ(proof->fault->stage, "backup");
  EXPECT_THAT(proof->fault->error.message, HasSubstr(full.pieces[0].name));
  EXPECT_THAT(steps, ElementsAre("unpack"));
  EXPECT_EQ(repositories_.even().proofs(full.id)->size(), 1U);
}

// F1 F2
TEST_F(BackupProof, AMissingLogSegmentHindersAProofAndIsNamed) {
  archive();
  const auto full = take();
  const std::string line = full.log_line;
  std::uint64_t missing = 0;
  for (int i = 0; i < 3; ++i) {
    run(*admin_, "INSERT INTO acct_desk_1.note (text) VALUES ('more');\n");
    ASSERT_TRUE(archiver_->caught_up());
    const auto before = backup::segments_of(repositories_.odd(), line)->size();
    (*archiver_)->seal_now();
    ASSERT_TRUE(eventually(std::chrono::seconds(20),
                           [&] { return backup::segments_of(repositories_.odd(), line)->size() > before; }));
    if (i == 1) missing = *backup::segments_of(repositories_.odd(), line)->rbegin();
  }
  const auto oracle = archived_oracle();
  archiver_->stop();
  const std::string name = backup::segment_name(line, missing);
  for (const auto* repository : repositories_.all()) ASSERT_TRUE(repository->storage().remove(name).has_value());
  const auto proof = prove(full, oracle);
  EXPECT_EQ(proof.outcome, backup::ProofOutcome::could_not_try);
  ASSERT_TRUE(proof.fault.has_value());
  EXPECT_EQ(proof.fault->stage, "log");
  EXPECT_THAT(proof.fault->error.message, HasSubstr(name));
  EXPECT_THAT(*repositories_.even().proofs(full.id), IsEmpty());
  backup::SegmentMemory memory;
  EXPECT_EQ(backup::backup_facts(repositories_.even(), memory)->backups.at(0).proof, backup::ProofState::pending);
}

// F1
TEST_F(BackupProof, AKilledProofIsBegunAnew) {
  archive();
  const auto full = take();
  run(*admin_, "INSERT INTO acct_desk_1.note (text) VALUES ('more');\n");
  const auto oracle = archived_oracle();
  archiver_->stop();
  for (const std::string at : {"unpack", "replay", "compare"}) {
    const pid_t child = ::fork();
    if (child == 0) {
      auto with = options(true);
      with.progress = [&](const std::string& step, std::uint64_t, std::uint64_t) {
        if (step == at) ::raise(SIGKILL);
      };
      const auto proof = backup::prove_backup(repositories_.all(), repositories_.even(), full, oracle, with, clock_);
      ::_exit(proof.has_value() ? 1 : 2);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status)) << at;
    EXPECT_TRUE(std::filesystem::exists(directory_ / "scratch/server")) << at;
  }
  EXPECT_THAT(*repositories_.even().proofs(full.id), IsEmpty());
  const auto proof = prove(full, oracle);
  EXPECT_EQ(proof.outcome, backup::ProofOutcome::proven) << to_text(proof);
  EXPECT_FALSE(std::filesystem::exists(directory_ / "scratch/server"));
}

// F1 F2
TEST_F(BackupProof, AWindowOfTheLogIsProvenOnTheCopyThatAProofLeft) {
  archive();
  const auto full = take();
  const auto first = prove(full, archived_oracle(), true);
  ASSERT_EQ(first.outcome, backup::ProofOutcome::proven) << to_text(first);
  const auto prove_window = [&] {
    auto proof = backup::prove_window(repositories_.all(), archived_oracle(), options(true), clock_);
    EXPECT_TRUE(proof.has_value()) << to_text(proof.error());
    return proof ? *std::move(proof) : backup::Proof{};
  };
  for (int i = 0; i < 3; ++i) {
    if (i != 1)  // an hour in which nobody writes
      run(*admin_, "INSERT INTO acct_desk_1.note (text) VALUES ('more');\nALTER TABLE slipway.account ADD COLUMN c" +
                       std::to_string(i) + " INT DEFAULT 4;\n");
    const auto proof = prove_window();
    ASSERT_EQ(proof.outcome, backup::ProofOutcome::proven) << i << ": " << to_text(proof);
    EXPECT_EQ(proof.window.groups, i == 1 ? 0U : 2U);
    EXPECT_EQ(proof.backup, full.id);
  }
  run(*admin_,
      "SET SESSION sql_log_bin = 0;\nUPDATE slipway.account SET name = 'other';\nSET SESSION sql_log_bin = 1;\n");
  const auto failed = prove_window();
  EXPECT_EQ(failed.outcome, backup::ProofOutcome::failed);
  ASSERT_EQ(failed.mismatches.size(), 1U);
  EXPECT_EQ(failed.mismatches[0].object, "table slipway.account");
  EXPECT_EQ(prove_window().outcome, backup::ProofOutcome::could_not_try);
  for (const auto* repository : repositories_.all())
    EXPECT_EQ(repository->storage().list("proofs/")->size(), 4U) << repository->describe();
}

// F1 F2 A35
TEST_F(BackupProof, RepositoriesAreReadAsFactsForTheRules) {
  archive();
  const auto full = take();
  run(*admin_, "INSERT INTO acct_desk_1.note (text) VALUES ('more');\n");
  ASSERT_TRUE(archiver_->caught_up());
  backup::SegmentMemory memory;
  auto known = backup::backup_facts(repositories_.even(), memory);
  ASSERT_TRUE(known.has_value()) << to_text(known.error());
  ASSERT_EQ(known->backups.size(), 1U);
  EXPECT_EQ(known->backups[0].proof, backup::ProofState::pending);
  const auto proof = prove(full, archived_oracle());
  ASSERT_EQ(proof.outcome, backup::ProofOutcome::proven) << to_text(proof);
  const auto incremental = take(full);
  archiver_->stop();

  known = backup::backup_facts(repositories_.even(), memory);
  ASSERT_TRUE(known.has_value()) << to_text(known.error());
  EXPECT_THAT(known->faults, IsEmpty());
  ASSERT_EQ(known->backups.size(), 2U);
  EXPECT_EQ(known->backups[0].proof, backup::ProofState::proven);
  EXPECT_EQ(known->backups[1].proof, backup::ProofState::pending);
  EXPECT_EQ(known->backups[1].parent, full.id);
  const auto links = backup::link_chains(known->backups);
  EXPECT_EQ(links[1].state, backup::ChainState::usable);
  const auto logs = backup::log_facts(repositories_.all(), memory);
  EXPECT_THAT(logs.faults, IsEmpty());
  ASSERT_EQ(logs.logs.size(), 2U);
  for (const auto& log : logs.logs) {
    const auto runs = backup::runs_of(log);
    ASSERT_EQ(runs.size(), 1U);
    EXPECT_EQ(runs[0].gtid_after, position_of(*admin_).to_text());
    for (const auto& backup : known->backups) {
      EXPECT_NE(backup.log_from, 0U);
      EXPECT_EQ(backup::reach_of(backup.log_from, runs), backup::end_of(runs));
    }
  }
}

}  // namespace
}  // namespace slipway::test
