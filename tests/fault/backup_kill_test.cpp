// The backup agent killed at every point it names: what it left is gone on with, and nothing is lost, twice there or
// left lying.
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
using ::testing::IsEmpty;

constexpr int kKilled = 128 + SIGKILL;

std::vector<std::string> points_of(std::initializer_list<std::string_view> operations) {
  std::vector<std::string> points;
  for (const std::string_view point : backup::fail_points())
    for (const std::string_view operation : operations)
      if (point.starts_with(operation)) points.emplace_back(point);
  return points;
}

class BackupKilled : public ::testing::Test {
 protected:
  void SetUp() override {
    run("CREATE DATABASE desk;\n"
        "CREATE TABLE desk.note (id INT PRIMARY KEY AUTO_INCREMENT, text LONGTEXT);\n"
        "INSERT INTO desk.note (text) SELECT seq FROM desk.seq_1_to_100;\n");
  }

  void run(const std::string& script) {
    const auto done = admin_.run_script(script);
    ASSERT_TRUE(done.has_value()) << to_text(done.error());
  }

  /// Small transactions, and one of several segments' size; another content each time.
  void write_some() {
    const std::string round = std::to_string(++rounds_);
    run("INSERT INTO desk.note (text) VALUES ('small " + round + "');\n" +
        "UPDATE desk.note SET text = CONCAT(text, '+') WHERE id % 7 = " + round + " % 7;\n" +
        "INSERT INTO desk.note (text) SELECT REPEAT(MD5(seq + " + round + "), 4000) FROM desk.seq_1_to_2;\n" +
        "INSERT INTO desk.note (text) VALUES ('last " + round + "');\n");
  }

  [[nodiscard]] std::string now() { return position_of(admin_).to_text(); }

  void archive_all(const BackupSteps& steps) {
    const auto done = run_step(steps.archive(server_.administrator(), now()));
    EXPECT_EQ(done.exit_status, 0) << done.err;
  }

  /// Archives until it has begun a new line.
  void archive_new_line(const BackupSteps& steps) {
    const std::string before = steps.line();
    auto child = process::Child::spawn(steps.archive(server_.administrator(), ""));
    ASSERT_TRUE(child.has_value()) << to_text(child.error());
    EXPECT_TRUE(eventually(std::chrono::seconds(20), [&] { return steps.line() != before; })) << before;
    EXPECT_EQ(child->stop(std::chrono::seconds(20)), 0);
  }

  /// Archives, while more and more is written, until it is killed.
  void archive_killed_at(const BackupSteps& steps, const std::string& point) {
    auto child = process::Child::spawn(steps.archive(server_.administrator(), "", {.point = point}));
    ASSERT_TRUE(child.has_value()) << to_text(child.error());
    std::optional<int> status;
    EXPECT_TRUE(eventually(std::chrono::seconds(30), [&] {
      run("INSERT INTO desk.note (text) VALUES ('meanwhile');\n");
      status = child->wait(std::chrono::milliseconds(20));
      return status.has_value();
    }));
    EXPECT_EQ(status.value_or(-1), kKilled);
  }

  [[nodiscard]] std::string take(const BackupSteps& steps, const std::string& parent = "") {
    for (;;) {
      auto done = run_step(steps.take(server_, directory_ / "server", steps.line(), parent));
      if (done.exit_status == traits(Code::in_use).exit_status) continue;  // two in one second have one name
      EXPECT_EQ(done.exit_status, 0) << done.err;
      return done.out.substr(0, done.out.find('\n'));
    }
  }

  /// A copy of repositories with a backup and some log, as an archiver left them that was stopped.
  [[nodiscard]] BackupSteps with_backup() {
    const fs::path base = directory_ / "base";
    if (!fs::exists(base)) {
      const BackupSteps steps(base);
      write_some();
      archive_all(steps);
      static_cast<void>(take(steps));
    }
    const fs::path copy = directory_ / ("copy" + std::to_string(++copies_));
    fs::copy(base, copy, fs::copy_options::recursive);
    return BackupSteps(copy);
  }

  /// One line, in both repositories the same, without a gap, and with each transaction once.
  void expect_whole_log(const BackupSteps& steps) {
    EXPECT_THAT(steps.leftovers(), IsEmpty());
    expect_verified(steps);
    const std::string line = steps.line();
    sql::GtidPosition reached;
    for (const backup::Repository* repository : steps.repositories().all()) {
      const auto objects = repository->storage().list("log/");
      ASSERT_TRUE(objects.has_value());
      for (const auto& object : *objects) EXPECT_TRUE(object.name.starts_with("log/" + line + "/")) << object.name;
      const auto start = backup::read_line_start(*repository, line);
      ASSERT_TRUE(start.has_value()) << to_text(start.error());
      const auto numbers = backup::segments_of(*repository, line);
      ASSERT_TRUE(numbers.has_value());
      std::uint64_t next = start->first_number;
      reached = start->after;
      for (const std::uint64_t number : *numbers) {
        EXPECT_EQ(number, next++);
        auto opener = repository->open_sealed(backup::segment_name(line, number));
        ASSERT_TRUE(opener.has_value()) << to_text(opener.error());
        const auto end = backup::end_of_segment(*opener, false);
        ASSERT_TRUE(end.has_value()) << to_text(end.error());
        EXPECT_EQ(end->label.before, reached) << number;
        EXPECT_GT(end->groups, 0U);
        const auto& before = reached.domains().contains(0) ? reached.domains().at(0).sequence : 0;
        EXPECT_EQ(end->after.domains().at(0).sequence, before + end->groups) << number;
        reached = end->after;
      }
      EXPECT_EQ(reached.to_text(), now()) << repository->name();
    }
  }

  static void expect_verified(const BackupSteps& steps) {
    for (const backup::Repository* repository : steps.repositories().all()) {
      const auto found = backup::verify_repository(*repository, [](std::uint64_t, std::uint64_t) {});
      ASSERT_TRUE(found.has_value()) << to_text(found.error());
      for (const Error& fault : found->faults) ADD_FAILURE() << to_text(fault);
      EXPECT_THAT(found->unreferenced, IsEmpty());
    }
  }

  /// The end of the archive, restored, is what the server has now.
  void expect_restorable(BackupSteps& steps, const std::string& target = "latest") {
    auto restored = restore_to(steps.repositories().all(), target, steps.top() / "restored");
    ASSERT_TRUE(restored.has_value()) << to_text(restored.error());
    auto connection = connect(restored->server.administrator());
    EXPECT_EQ(sums_of(connection), sums_of(admin_));
  }

  TempDirectory directory_;
  embedded::Database server_{start_logging_server(directory_ / "server")};
  sql::Connection admin_{connect(server_.administrator())};
  int rounds_ = 0;
  int copies_ = 0;
};

// F2
TEST_F(BackupKilled, ArchiverGoesOnWhereItWas) {
  const std::string killed_before = "archive.after_sync:2";  // two groups at least
  for (const std::string& point : points_of({"archive.", "deliver."})) {
    const bool anew = point == "archive.line_begun";
    // What is passed after a kill, and not otherwise.
    const bool second = point.starts_with("archive.salvag") || point.starts_with("deliver.cop");
    for (const char* pass : {":1", ":2"}) {
      const bool once = anew || point == "archive.salvaged";
      if (once && std::string_view(pass) == ":2") continue;
      SCOPED_TRACE(point + pass);
      BackupSteps steps = anew ? BackupSteps(directory_ / "anew") : with_backup();
      write_some();
      if (second) {
        archive_killed_at(steps, killed_before);
      }
      archive_killed_at(steps, point + pass);
      write_some();
      archive_all(steps);
      for (const backup::Repository* repository : steps.repositories().all())
        EXPECT_TRUE(repository->storage().sweep(std::chrono::seconds(0)).has_value());
      if (anew) {
        // Its first segment comes after what there was before: a backup is taken now.
        write_some();
        static_cast<void>(take(steps));
        write_some();
        archive_all(steps);
      }
      expect_whole_log(steps);
      if (std::string_view(pass) == ":1") expect_restorable(steps);
    }
  }
}

// F2
TEST_F(BackupKilled, ArchiverGoesOnAfterKillsAtRandomTimes) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  BackupSteps steps = with_backup();
  for (int kills = 0; kills < 10; ++kills) {
    write_some();
    auto child = process::Child::spawn(steps.archive(server_.administrator(), ""));
    ASSERT_TRUE(child.has_value()) << to_text(child.error());
    static_cast<void>(child->wait(std::chrono::milliseconds(20 + random() % 400)));
    write_some();
    static_cast<void>(child->wait(std::chrono::milliseconds(random() % 100)));
    child->kill();
  }
  archive_all(steps);
  for (const backup::Repository* repository : steps.repositories().all())
    EXPECT_TRUE(repository->storage().sweep(std::chrono::seconds(0)).has_value());
  expect_whole_log(steps);
  expect_restorable(steps);
}

// F2: the server's history ends, and another begins, while the archiver is away.
TEST_F(BackupKilled, ArchiverDeliversWhatALineThatEndedLeftBehind) {
  BackupSteps steps = with_backup();
  const std::string line = steps.line();
  write_some();
  const auto end = position_of(admin_).to_text();
  archive_killed_at(steps, "archive.spooled:3");
  run("RESET MASTER;\n");
  write_some();
  archive_new_line(steps);
  write_some();
  // Of the new line, an unfinished segment without a group; then a third line.
  archive_killed_at(steps, "archive.segment_begun");
  // Shorter than what was read of the last one: GTIDs alone tell histories apart.
  run("RESET MASTER;\nINSERT INTO desk.note (text) VALUES ('the first');\n");
  archive_new_line(steps);
  for (const backup::Repository* repository : steps.repositories().all()) {
    const auto segments = backup::segments_of(*repository, line);
    ASSERT_TRUE(segments.has_value());
    EXPECT_EQ(segments->size(), *segments->rbegin()) << repository->name();
  }
  EXPECT_THAT(steps.leftovers(), IsEmpty());
  expect_verified(steps);
  // The last backup is of the first line; what came with the second is another history, to which it does not lead.
  const auto latest = restore_to(steps.repositories().all(), "latest", steps.top() / "latest");
  EXPECT_EQ(latest ? Code::internal : latest.error().code, Code::not_found);
  auto restored = restore_to(steps.repositories().all(), end, steps.top() / "restored");
  ASSERT_TRUE(restored.has_value()) << to_text(restored.error());
}

// A35
TEST_F(BackupKilled, TakingLeavesAWholeBackupOrNone) {
  for (const std::string& point : points_of({"take."})) {
    for (const bool incremental : {false, true}) {
      SCOPED_TRACE(point + (incremental ? " of an incremental" : " of a full backup"));
      BackupSteps steps = with_backup();
      const auto& even = steps.repositories().even();
      const auto before = even.backups();
      ASSERT_TRUE(before.has_value() && before->backups.size() == 1);
      const std::string parent = incremental ? before->backups[0].id : "";
      write_some();
      const auto killed = run_step(steps.take(server_, directory_ / "server", steps.line(), parent, {.point = point}));
      ASSERT_EQ(killed.exit_status, kKilled) << killed.err;
      const auto after = even.backups();
      ASSERT_TRUE(after.has_value());
      EXPECT_THAT(after->faults, IsEmpty());
      EXPECT_EQ(after->backups.size(), point == "take.published" ? 2U : 1U);
      const Timestamp later = SystemClock().now() + std::chrono::hours(1);
      EXPECT_TRUE(even.storage().sweep(std::chrono::seconds(0)).has_value());
      EXPECT_TRUE(backup::remove_unpublished(even, later, std::chrono::seconds(0)).has_value());
      EXPECT_THAT(steps.leftovers(), IsEmpty());
      const auto objects = even.storage().list("backups/");
      ASSERT_TRUE(objects.has_value());
      for (const auto& object : *objects)
        EXPECT_TRUE(std::ranges::any_of(after->backups, [&](const backup::Manifest& manifest) {
          return object.name.starts_with(backup::backup_folder(manifest.id));
        })) << object.name;
      const std::string id = take(steps, parent);
      EXPECT_FALSE(fs::exists(steps.top() / "take-work"));
      expect_restorable(steps, id);
    }
  }
}

// A35
// mariadb-backup itself dies, in the middle of its output: once is borne, and not twice.
TEST_F(BackupKilled, ACrashOfMariadbBackupIsBegunAnew) {
  const BackupSteps steps = with_backup();
  const fs::path real = *process::find_program("mariadb-backup");
  const fs::path false_one = directory_ / "bin" / "mariadb-backup";
  fs::create_directories(false_one.parent_path());
  write_file(false_one, "#!/bin/sh\nrm \"$CRASHES/$(ls \"$CRASHES\" | head -n 1)\" 2>&- || exec " + real.string() +
                            " \"$@\"\n" + real.string() + " \"$@\" | head -c 300000\nkill -SEGV $$\n");
  fs::permissions(false_one, fs::perms::owner_all);
  auto command = steps.take(server_, directory_ / "server", steps.line(), "");
  command.environment["PATH"] = false_one.parent_path().string() + ":/usr/bin:/bin";
  command.environment["CRASHES"] = (directory_ / "crashes").string();
  fs::create_directories(directory_ / "crashes");

  write_file(directory_ / "crashes" / "first", "");
  const auto borne = run_step(command);
  EXPECT_EQ(borne.exit_status, 0) << borne.err;
  EXPECT_TRUE(fs::is_empty(directory_ / "crashes"));
  expect_verified(steps);

  write_file(directory_ / "crashes" / "first", "");
  write_file(directory_ / "crashes" / "second", "");
  const auto whole = steps.repositories().even().storage().list("backups/");
  auto failed = run_step(command);
  while (failed.exit_status == traits(Code::in_use).exit_status) failed = run_step(command);
  EXPECT_EQ(failed.exit_status, traits(Code::unavailable).exit_status) << failed.err;
  EXPECT_EQ(steps.repositories().even().storage().list("backups/")->size(), whole->size());
  EXPECT_THAT(steps.leftovers(), IsEmpty());
}

TEST_F(BackupKilled, CopyingLeavesAWholeCopyOrNoneAndIsGoneOnWith) {
  for (const std::string& point : points_of({"copy."})) {
    SCOPED_TRACE(point);
    const BackupSteps steps = with_backup();
    const std::string id = steps.repositories().even().backups()->backups.front().id;
    const auto killed = run_step(steps.copy(id, {.point = point}));
    ASSERT_EQ(killed.exit_status, kKilled) << killed.err;
    EXPECT_EQ(steps.repositories().odd().backup(id).has_value(), point == "copy.published");
    const auto again = run_step(steps.copy(id));
    ASSERT_EQ(again.exit_status, 0) << again.err;
    EXPECT_THAT(steps.leftovers(), IsEmpty());
    expect_verified(steps);
    EXPECT_TRUE(steps.repositories().odd().backup(id).has_value());
  }
}

// A37
TEST_F(BackupKilled, RestoringIsBegunAnew) {
  BackupSteps steps = with_backup();
  write_some();
  archive_all(steps);
  const fs::path into = steps.top() / "restored";
  for (const std::string& point : points_of({"restore."})) {
    SCOPED_TRACE(point);
    const auto killed = run_step(steps.restore("latest", into, {.point = point}));
    ASSERT_EQ(killed.exit_status, kKilled) << killed.err;
  }
  expect_restorable(steps);
  EXPECT_FALSE(fs::exists(into / "work"));
  EXPECT_THAT(steps.leftovers(), IsEmpty());
}

}  // namespace
}  // namespace slipway::test
