// Commits that wait for the archiver: what was acknowledged is restored, whatever is lost with the machine.
//
// SLIPWAY_BACKUP_ROUNDS=n: so many rounds instead of 3.
#include <gmock/gmock.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <random>
#include <thread>

#include "tests/support/backup_steps.hpp"
#include "tests/support/eventually.hpp"

namespace slipway::test {
namespace {

namespace fs = std::filesystem;
using std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr int kWriters = 16;

int rounds() {
  const char* given = std::getenv("SLIPWAY_BACKUP_ROUNDS");  // NOLINT(concurrency-mt-unsafe)
  return given == nullptr ? 3 : std::atoi(given);
}

/// Threads that insert numbers from 1 on, one transaction each, until the server is gone or stop().
class Writers {
 public:
  Writers(const sql::Endpoint& server, int count) : commits_(static_cast<std::size_t>(count)) {
    for (int writer = 0; writer < count; ++writer)
      threads_.emplace_back([this, server, writer] { write(server, writer); });
  }
  Writers(const Writers&) = delete;
  Writers& operator=(const Writers&) = delete;
  ~Writers() { stop(); }
  void stop() {
    stopping_ = true;
    for (std::thread& thread : threads_)
      if (thread.joinable()) thread.join();
  }
  /// When each commit of a writer returned. After stop().
  [[nodiscard]] const std::vector<steady_clock::time_point>& commits_of(int writer) const {
    return commits_[static_cast<std::size_t>(writer)];
  }
  [[nodiscard]] int done() const { return done_; }

 private:
  void write(const sql::Endpoint& server, int writer) {
    auto connection = sql::Connection::open(server);
    if (!connection) return;
    auto& commits = commits_[static_cast<std::size_t>(writer)];
    while (!stopping_) {
      const std::string number = std::to_string(commits.size() + 1);
      if (!connection->execute_text("INSERT INTO desk.written VALUES (" + std::to_string(writer) + ", " + number + ")"))
        return;
      commits.push_back(steady_clock::now());
      ++done_;
    }
  }

  std::atomic<bool> stopping_{false};
  std::atomic<int> done_{0};
  std::vector<std::vector<steady_clock::time_point>> commits_;
  std::vector<std::thread> threads_;
};

bool is_stopped(int pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string text;
  std::getline(file, text);
  const auto end = text.rfind(") ");
  return end != std::string::npos && text.size() > end + 2 && text[end + 2] == 'T';
}

class BackupAcknowledge : public ::testing::Test {
 protected:
  void SetUp() override {
    auto server = start_logging_server(base_ / "server");
    auto admin = connect(server.administrator());
    ASSERT_TRUE(admin
                    .run_script("CREATE DATABASE desk;\n"
                                "CREATE TABLE desk.written (writer INT, number INT, PRIMARY KEY (writer, number));\n")
                    .has_value());
    const BackupSteps steps(base_ / "top");
    auto done = run_step(steps.archive(server.administrator(), position_of(admin).to_text()));
    ASSERT_EQ(done.exit_status, 0) << done.err;
    done = run_step(steps.take(server, base_ / "server", steps.line(), ""));
    ASSERT_EQ(done.exit_status, 0) << done.err;
  }

  /// A machine of its own: a server on a copy of the prepared one, with its repositories.
  struct Machine {
    fs::path directory;
    BackupSteps steps;
    embedded::Database server;
    std::optional<process::Child> archiver = {};

    void start_archiver(const std::string& sync = "acknowledge", const FailAt& fail = {}) {
      auto child = process::Child::spawn(steps.archive(server.administrator(), "", fail, sync));
      ASSERT_TRUE(child.has_value()) << to_text(child.error());
      archiver.emplace(*std::move(child));
    }
    void run(const std::string& statement) const {
      auto admin = connect(server.administrator());
      const auto done = admin.execute_text(statement);
      ASSERT_TRUE(done.has_value()) << to_text(done.error());
    }
    void wait_for_acknowledgements() const { run("SET GLOBAL rpl_semi_sync_master_enabled = ON"); }
    [[nodiscard]] int status(const std::string& name) const {
      auto admin = connect(server.administrator());
      const auto row = admin.query_one("SHOW STATUS LIKE '" + name + "'");
      return row && *row ? std::atoi((*row)->text(1).c_str()) : -1;
    }
    /// Both at the same moment, one or the other first.
    void kill_both(bool server_first) {
      if (server_first) ::kill(server.pid(), SIGKILL);
      ::kill(archiver->pid(), SIGKILL);
      server.kill();
      archiver->kill();
    }
  };

  [[nodiscard]] Machine machine(const std::vector<std::string>& more = {}) {
    const fs::path directory = base_ / ("machine" + std::to_string(++machines_));
    fs::create_directories(directory);
    fs::permissions(directory, fs::perms::owner_all);
    fs::copy(base_ / "server", directory / "server", fs::copy_options::recursive | fs::copy_options::skip_symlinks);
    fs::permissions(directory / "server", fs::perms::owner_all);
    fs::copy(base_ / "top", directory / "top", fs::copy_options::recursive);
    std::vector<std::string> arguments{"--rpl-semi-sync-master-timeout=3600000",
                                       "--rpl-semi-sync-master-wait-point=AFTER_SYNC"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return {directory, BackupSteps(directory / "top"), start_logging_server(directory / "server", 1, arguments)};
  }

  /// What is left of a machine that is lost: its repositories. Restored from them: the numbers of each writer.
  std::map<int, std::size_t> restored_numbers(Machine& lost) {
    fs::remove_all(lost.directory / "server" / "data");
    fs::remove_all(lost.steps.spool());
    std::map<int, std::size_t> numbers;
    auto restored = restore_to(lost.steps.repositories().all(), "latest", lost.directory / "restored");
    EXPECT_TRUE(restored.has_value()) << to_text(restored.error());
    if (!restored) return numbers;
    auto connection = connect(restored->server.administrator());
    const auto rows =
        connection.query("SELECT writer, COUNT(*), MAX(number) FROM desk.written GROUP BY writer ORDER BY writer");
    EXPECT_TRUE(rows.has_value()) << to_text(rows.error());
    if (!rows) return numbers;
    for (const auto& row : *rows) {
      EXPECT_EQ(row.integer(1), row.integer(2)) << "writer " << row.integer(0) << " has a hole";
      numbers[static_cast<int>(row.integer(0))] = static_cast<std::size_t>(row.integer(1));
    }
    return numbers;
  }

  TempDirectory base_;
  int machines_ = 0;
};

// F2
TEST_F(BackupAcknowledge, NothingAcknowledgedIsMissingWhenTheMachineIsLost) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  for (int round = 0; round < rounds(); ++round) {
    SCOPED_TRACE("round " + std::to_string(round));
    // Small files of the server's log: places go on after rotations.
    Machine machine = this->machine({"--max-binlog-size=65536"});
    machine.wait_for_acknowledgements();
    machine.start_archiver();
    const auto begun = steady_clock::now();
    Writers writers(machine.server.administrator(), kWriters);
    const int enough = 20 + static_cast<int>(random() % 3000);
    EXPECT_TRUE(eventually(60s, [&] { return writers.done() >= enough; })) << writers.done() << " of " << enough;
    const auto took = std::chrono::duration<double>(steady_clock::now() - begun).count();
    machine.kill_both(random() % 2 == 0);
    const int acknowledged = writers.done();
    writers.stop();
    const auto restored = restored_numbers(machine);
    for (int writer = 0; writer < kWriters; ++writer) {
      const auto found = restored.find(writer);
      EXPECT_GE(found == restored.end() ? 0 : found->second, writers.commits_of(writer).size()) << "writer " << writer;
    }
    std::printf("round %d: %d transactions acknowledged, %.0f a second\n", round, acknowledged, acknowledged / took);
    fs::remove_all(machine.directory);
  }
}

// F2
TEST_F(BackupAcknowledge, CommitsWaitWhileTheReaderHoldsThem) {
  Machine machine = this->machine();
  machine.wait_for_acknowledgements();
  machine.start_archiver("acknowledge", {.point = "archive.before_sync", .stop = true});
  Writers writers(machine.server.administrator(), 1);
  ASSERT_TRUE(eventually(20s, [&] { return is_stopped(machine.archiver->pid()); }));
  // The server has it, and has sent it; the reader has received and written it, not synced.
  ASSERT_TRUE(eventually(20s, [&] { return machine.status("Rpl_semi_sync_master_wait_sessions") == 1; }));
  EXPECT_EQ(writers.done(), 0);
  ::kill(machine.archiver->pid(), SIGCONT);
  EXPECT_TRUE(eventually(20s, [&] { return writers.done() > 2; }));
  machine.kill_both(true);
  writers.stop();
  EXPECT_GE(restored_numbers(machine)[0], writers.commits_of(0).size());
}

// F2: killed before it answers, whether the bytes are safe or not: the next archiver answers.
TEST_F(BackupAcknowledge, ACommitThatWaitsIsAnsweredByTheNextArchiver) {
  for (const char* point : {"archive.segment_begun", "archive.before_sync", "archive.after_sync"}) {
    SCOPED_TRACE(point);
    Machine machine = this->machine();
    machine.wait_for_acknowledgements();
    machine.start_archiver("acknowledge", {.point = point});
    Writers writers(machine.server.administrator(), 1);
    ASSERT_TRUE(machine.archiver->wait(20s).has_value());
    EXPECT_EQ(writers.done(), 0);
    machine.start_archiver();
    EXPECT_TRUE(eventually(20s, [&] { return writers.done() > 2; }));
    machine.kill_both(true);
    writers.stop();
    EXPECT_GE(restored_numbers(machine)[0], writers.commits_of(0).size());
    fs::remove_all(machine.directory);
  }
}

// F2
TEST_F(BackupAcknowledge, CommitsWaitWhileNoRepositoryTakesThem) {
  Machine machine = this->machine();
  machine.wait_for_acknowledgements();
  machine.start_archiver();
  ASSERT_TRUE(eventually(20s, [&] { return machine.status("Rpl_semi_sync_master_clients") == 1; }));
  const fs::path top = machine.directory / "top";
  for (const char* name : {"even", "odd"}) fs::rename(top / name, top / (std::string(name) + "-away"));
  {
    // The first ones may still go into files that are open.
    Writers writers(machine.server.administrator(), 4);
    int before = -1;
    EXPECT_TRUE(eventually(30s, [&] {
      const int waiting = machine.status("Rpl_semi_sync_master_wait_sessions");
      const int done = writers.done();
      return waiting > 0 && std::exchange(before, done) == done && done == writers.done() && !fs::exists(top / "even");
    }));
    for (const char* name : {"even", "odd"}) fs::rename(top / (std::string(name) + "-away"), top / name);
    const int held = writers.done();
    EXPECT_TRUE(eventually(40s, [&] { return writers.done() > held + 8; })) << writers.done();
    machine.kill_both(false);
    writers.stop();
    const auto restored = restored_numbers(machine);
    for (int writer = 0; writer < 4; ++writer)
      EXPECT_GE(restored.contains(writer) ? restored.at(writer) : 0, writers.commits_of(writer).size());
  }
}

// F2
TEST_F(BackupAcknowledge, IsGivenAfterTheServerWasRestarted) {
  Machine machine = this->machine({"--rpl-semi-sync-master-enabled=ON"});
  machine.start_archiver();
  {
    Writers writers(machine.server.administrator(), 2);
    EXPECT_TRUE(eventually(20s, [&] { return writers.done() > 10; }));
    auto killed = std::move(machine.server);
    killed.kill();
  }
  machine.server = start_logging_server(
      machine.directory / "server", 1, {"--rpl-semi-sync-master-timeout=3600000", "--rpl-semi-sync-master-enabled=ON"});
  const auto row = connect(machine.server.administrator()).query_one("SELECT COUNT(*) FROM desk.written");
  ASSERT_TRUE(row.has_value());
  machine.run("DELETE FROM desk.written");
  Writers writers(machine.server.administrator(), 2);
  EXPECT_TRUE(eventually(20s, [&] { return writers.done() > 10; }));
  machine.kill_both(true);
  writers.stop();
  auto restored = restored_numbers(machine);
  for (int writer = 0; writer < 2; ++writer) EXPECT_GE(restored[writer], writers.commits_of(writer).size());
}

// F2: with acknowledgement off, how old the oldest transaction is that was lost.
TEST_F(BackupAcknowledge, WithoutItLittleIsLost) {
  std::mt19937 random(std::random_device{}());
  std::vector<double> lost_ms;
  for (int round = 0; round < rounds(); ++round) {
    Machine machine = this->machine();
    machine.start_archiver("500");
    Writers writers(machine.server.administrator(), kWriters);
    const auto until = steady_clock::now() + std::chrono::milliseconds(1500 + random() % 1500);
    EXPECT_TRUE(eventually(60s, [&] { return writers.done() > 100 && steady_clock::now() > until; }));
    const auto killed = steady_clock::now();
    machine.kill_both(random() % 2 == 0);
    writers.stop();
    const auto restored = restored_numbers(machine);
    auto oldest = killed;
    for (int writer = 0; writer < kWriters; ++writer) {
      const auto& commits = writers.commits_of(writer);
      const std::size_t there = restored.contains(writer) ? restored.at(writer) : 0;
      if (there < commits.size()) oldest = std::min(oldest, commits[there]);
    }
    lost_ms.push_back(std::chrono::duration<double, std::milli>(killed - oldest).count());
    fs::remove_all(machine.directory);
  }
  std::ranges::sort(lost_ms);
  std::printf("lost without acknowledgement: median %.0f ms, p99 %.0f ms, longest of %zu %.0f ms\n",
              lost_ms[lost_ms.size() / 2], lost_ms[(lost_ms.size() - 1) * 99 / 100], lost_ms.size(), lost_ms.back());
  EXPECT_LT(lost_ms.back(), 5000);
}

}  // namespace
}  // namespace slipway::test
