// Pruning killed at every point that it names, and anywhere else: what was to stay is whole at every moment, and the
// next one leaves what an undisturbed one leaves.
#include <gmock/gmock.h>

#include <csignal>
#include <random>

#include "services/backup/fail_point.hpp"
#include "services/backup/log_line.hpp"
#include "services/backup/verify.hpp"
#include "tests/support/backup_steps.hpp"
#include "tests/support/eventually.hpp"

namespace slipway::test {
namespace {

namespace fs = std::filesystem;
using ::testing::Contains;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

constexpr int kKilled = 128 + SIGKILL;
constexpr int kDaysKept = 2;

/// As many days ago as was said.
class DaysAgo final : public Clock {
 public:
  [[nodiscard]] Timestamp now() const override { return SystemClock().now() - std::chrono::days(days_); }
  void set(int days) { days_ = days; }

 private:
  std::atomic<int> days_{0};
};

/// Two repositories with backups of three days, the first of which goes, and the log of all of them.
class BackupPruneKilled : public ::testing::Test {
 protected:
  void SetUp() override {
    auto server = start_logging_server(directory_ / "server");
    auto admin = connect(server.administrator());
    run(admin,
        "CREATE DATABASE desk;\nCREATE TABLE desk.note (id INT PRIMARY KEY AUTO_INCREMENT, text VARCHAR(100));\n");
    const BackupSteps base(base_);
    DaysAgo clock;
    clock.set(4);
    RunningArchiver archiver(server.administrator(), base.repositories().all(), base.spool(), RunningArchiver::fast(),
                             &clock);
    ASSERT_TRUE(archiver.caught_up());
    for (const int day : {4, 2, 0}) {
      clock.set(day);
      seal_some(admin, archiver);
      const auto full = take(base.repositories().even(), server, clock, archiver->status().line, {});
      if (day == 4) static_cast<void>(take(base.repositories().even(), server, clock, full.log_line, full));
      if (day != 2) static_cast<void>(take(base.repositories().odd(), server, clock, full.log_line, {}));
      seal_some(admin, archiver);
      if (day != 2) continue;
      // The first moment after the oldest backup that stays.
      target_ = position_of(admin).domains().at(0).to_text();
      expected_ = sums_of(admin);
    }
    archiver.stop();
    server.stop();
    const BackupSteps undisturbed = copy();
    const auto done = run_step(undisturbed.prune(kDaysKept));
    ASSERT_EQ(done.exit_status, 0) << done.err;
    left_ = names(undisturbed);
    kept_ = ids(undisturbed);
  }

  static void run(sql::Connection& admin, const std::string& script) {
    const auto done = admin.run_script(script);
    ASSERT_TRUE(done.has_value()) << to_text(done.error());
  }

  /// Two segments more.
  static void seal_some(sql::Connection& admin, RunningArchiver& archiver) {
    for (int segment = 0; segment < 2; ++segment) {
      const auto before = archiver->status().segments;
      run(admin, "INSERT INTO desk.note (text) VALUES ('a note');\n");
      ASSERT_TRUE(archiver.caught_up());
      archiver->seal_now();
      ASSERT_TRUE(eventually(std::chrono::seconds(20), [&] { return archiver->status().segments > before; }));
    }
  }

  /// One that is proven, as its proof says.
  backup::Manifest take(const backup::Repository& into, const embedded::Database& server, const Clock& clock,
                        const std::string& line, const std::optional<backup::Manifest>& parent) {
    const backup::TakeOptions options{.server = server.administrator(),
                                      .data = directory_ / "server/data",
                                      .work = directory_ / "take",
                                      .parent = parent,
                                      .accounts = {},
                                      .log_line = line,
                                      .piece_bytes = 8U << 20U};
    auto taken = backup::take_backup(into, options, clock, [](std::uint64_t, std::uint64_t) {});
    while (!taken && taken.error().code == Code::in_use)  // two in one second have one name
      taken = backup::take_backup(into, options, clock, [](std::uint64_t, std::uint64_t) {});
    EXPECT_TRUE(taken.has_value()) << to_text(taken.error());
    if (!taken) return {};
    backup::Proof proof;
    proof.outcome = backup::ProofOutcome::proven;
    proof.backup = taken->id;
    proof.repository = into.id();
    EXPECT_TRUE(into.add_proof(proof).has_value());
    EXPECT_TRUE(into.write_document(backup::window_proof_name(clock.now()), backup::to_json(proof)).has_value());
    return *std::move(taken);
  }

  [[nodiscard]] BackupSteps copy() {
    const fs::path to = directory_ / ("copy" + std::to_string(++copies_));
    fs::copy(base_, to, fs::copy_options::recursive);
    return BackupSteps(to);
  }

  static std::vector<std::string> names(const BackupSteps& steps) {
    std::vector<std::string> all;
    for (const backup::Repository* repository : steps.repositories().all()) {
      const auto objects = repository->storage().list("");
      EXPECT_TRUE(objects.has_value());
      for (const auto& object : *objects) all.push_back(repository->name() + "/" + object.name);
    }
    return all;
  }

  static std::vector<std::string> ids(const BackupSteps& steps) {
    std::vector<std::string> all;
    for (const backup::Repository* repository : steps.repositories().all()) {
      const auto listing = repository->backups();
      EXPECT_TRUE(listing.has_value() && listing->faults.empty());
      for (const auto& manifest : listing->backups) all.push_back(repository->name() + "/" + manifest.id);
    }
    return all;
  }

  static std::vector<std::string> unreferenced(const BackupSteps& steps) {
    std::vector<std::string> all;
    for (const backup::Repository* repository : steps.repositories().all()) {
      const auto found = backup::verify_repository(*repository, [](std::uint64_t, std::uint64_t) {});
      EXPECT_TRUE(found.has_value()) << to_text(found.error());
      if (!found) continue;
      for (const Error& fault : found->faults) ADD_FAILURE() << to_text(fault);
      all.insert(all.end(), found->unreferenced.begin(), found->unreferenced.end());
    }
    return all;
  }

  /// Whatever else is still there.
  void expect_kept(const BackupSteps& steps) const {
    static_cast<void>(unreferenced(steps));
    const auto there = names(steps);
    for (const std::string& name : left_)
      if (name.find("/first.json") == std::string::npos) {
        EXPECT_THAT(there, Contains(name));
      }
  }

  void expect_pruned(const BackupSteps& steps) const {
    EXPECT_EQ(names(steps), left_);
    EXPECT_THAT(unreferenced(steps), IsEmpty());
    EXPECT_THAT(steps.leftovers(), IsEmpty());
  }

  void expect_restorable(const BackupSteps& steps) const {
    auto restored = restore_to(steps.repositories().all(), target_, steps.top() / "restored");
    ASSERT_TRUE(restored.has_value()) << to_text(restored.error());
    EXPECT_EQ("even/" + restored->backup.id, kept_.front());
    auto connection = connect(restored->server.administrator());
    EXPECT_EQ(sums_of(connection), expected_);
  }

  TempDirectory directory_;
  fs::path base_ = directory_ / "base";
  int copies_ = 0;
  std::string target_;
  Sums expected_;
  std::vector<std::string> left_;
  std::vector<std::string> kept_;
};

// A35
TEST_F(BackupPruneKilled, AtAnyPointLosesNothingThatStaysAndIsFinishedByTheNextOne) {
  EXPECT_EQ(kept_.size(), 3U);
  EXPECT_LT(left_.size() + 12, names(copy()).size());
  for (const std::string_view point : backup::fail_points()) {
    if (!point.starts_with("prune.")) continue;
    for (const char* pass : {":1", ":2"}) {
      SCOPED_TRACE(std::string(point) + pass);
      const BackupSteps steps = copy();
      const auto killed = run_step(steps.prune(kDaysKept, {.point = std::string(point) + pass}));
      ASSERT_EQ(killed.exit_status, kKilled) << killed.err;
      EXPECT_THAT(names(steps), Not(::testing::ElementsAreArray(left_)));
      expect_kept(steps);
      const auto again = run_step(steps.prune(kDaysKept));
      ASSERT_EQ(again.exit_status, 0) << again.err;
      expect_pruned(steps);
    }
  }
}

// A35 A37
TEST_F(BackupPruneKilled, AtRandomTimesLeavesWhatTheOldestKeptBackupNeeds) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  const BackupSteps steps = copy();
  for (int kills = 0; kills < 20; ++kills) {
    auto child = process::Child::spawn(steps.prune(kDaysKept));
    ASSERT_TRUE(child.has_value()) << to_text(child.error());
    static_cast<void>(child->wait(std::chrono::milliseconds(random() % 60)));
    child->kill();
    expect_kept(steps);
  }
  const auto again = run_step(steps.prune(kDaysKept));
  ASSERT_EQ(again.exit_status, 0) << again.err;
  for (const backup::Repository* repository : steps.repositories().all())
    EXPECT_TRUE(repository->storage().sweep(std::chrono::seconds(0)).has_value());
  expect_pruned(steps);
  expect_restorable(steps);
}

// A35: a backup of which only the note says that it is going is decided about anew; one that is being taken has none.
TEST_F(BackupPruneKilled, LeavesABackupThatIsBeingTakenAndOneThatStaysAfterAll) {
  const BackupSteps steps = copy();
  const auto killed = run_step(steps.prune(kDaysKept, {.point = "prune.noted"}));
  ASSERT_EQ(killed.exit_status, kKilled) << killed.err;
  const std::string taking = "backups/20261129t031500z-full/data.0001";
  {
    auto writer = steps.repositories().even().storage().write(taking);
    ASSERT_TRUE(writer.has_value());
    ASSERT_TRUE((*writer)->commit().has_value());
  }
  const auto before = ids(steps);
  const auto again = run_step(steps.prune(100));
  ASSERT_EQ(again.exit_status, 0) << again.err;
  EXPECT_EQ(ids(steps), before);
  EXPECT_THAT(unreferenced(steps), ::testing::ElementsAre(StartsWith(taking)));
}

}  // namespace
}  // namespace slipway::test
