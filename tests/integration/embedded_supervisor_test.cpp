#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>

#include "appliance/embedded/leftovers.hpp"
#include "appliance/embedded/supervisor.hpp"
#include "tests/support/temp_directory.hpp"

namespace slipway::embedded {
namespace {

using Statuses = std::vector<ProgramStatus>;
using Time = std::chrono::steady_clock;
using std::chrono::milliseconds;
using std::chrono::seconds;

/// A program that serves, by making a file, after a moment.
Program server(const test::TempDirectory& directory, const std::string& name) {
  const auto file = directory / (name + ".ready");
  return {name,
          {.argv = {"sh", "-c", "rm -f $0; sleep 0.05; touch $0; exec sleep 1000", file.string()},
           .log_file = directory / (name + ".log")},
          [file] { return std::filesystem::exists(file); },
          seconds(5)};
}

Program failing(const test::TempDirectory& directory) {
  return {"failing", {.argv = {"sh", "-c", "exit 3"}, .log_file = directory / "log"}, [] { return false; }, seconds(1)};
}

/// Each change as "name state", once.
void note(std::vector<std::string>& story, const Statuses& statuses) {
  static Statuses before;
  if (story.empty()) before.clear();
  for (std::size_t i = 0; i < statuses.size(); ++i)
    if (i >= before.size() || before[i].state != statuses[i].state)
      story.push_back(statuses[i].name + " " + std::string(to_text(statuses[i].state)));
  before = statuses;
}

bool all_ready(const Statuses& statuses) {
  for (const auto& status : statuses)
    if (status.state != ProgramState::ready) return false;
  return true;
}

TEST(EmbeddedSupervisor, StartsInOrderAndStopsInReverse) {
  const test::TempDirectory directory;
  std::vector<std::string> story;
  Supervisor* running = nullptr;
  Supervisor supervisor({server(directory, "first"), server(directory, "second")}, Backoff{},
                        [&](const Statuses& statuses) {
                          note(story, statuses);
                          if (all_ready(statuses)) running->request_stop();
                        });
  running = &supervisor;
  ASSERT_TRUE(supervisor.run().has_value());
  EXPECT_EQ(story, (std::vector<std::string>{"first starting", "second waiting", "first ready", "second starting",
                                             "second ready", "second stopped", "first stopped"}));
  EXPECT_LE(::waitpid(-1, nullptr, WNOHANG), 0) << "an ended child was not reaped";
}

TEST(EmbeddedSupervisor, StartsAKilledProgramAgain) {
  const test::TempDirectory directory;
  Supervisor* running = nullptr;
  std::optional<Time::time_point> killed;
  std::optional<milliseconds> back_after;
  int first_pid = 0;
  Supervisor supervisor({server(directory, "first"), server(directory, "second")}, Backoff{},
                        [&](const Statuses& statuses) {
                          if (!all_ready(statuses)) return;
                          if (!killed) {
                            first_pid = statuses[0].pid;
                            killed = Time::now();
                            ::kill(first_pid, SIGKILL);
                            return;
                          }
                          if (statuses[0].starts < 2) return;
                          back_after = std::chrono::duration_cast<milliseconds>(Time::now() - *killed);
                          EXPECT_NE(statuses[0].pid, first_pid);
                          EXPECT_EQ(statuses[0].last_exit, 128 + SIGKILL);
                          EXPECT_EQ(statuses[1].starts, 1) << "the other one was left alone";
                          running->request_stop();
                        });
  running = &supervisor;
  ASSERT_TRUE(supervisor.run().has_value());
  ASSERT_TRUE(back_after.has_value());
  EXPECT_LT(*back_after, seconds(5));
}

TEST(EmbeddedSupervisor, WaitsLongerAfterEachFailure) {
  const test::TempDirectory directory;
  Supervisor* running = nullptr;
  const Backoff backoff{milliseconds(20), milliseconds(80), seconds(5)};
  Supervisor supervisor({failing(directory), server(directory, "second")}, backoff, [&](const Statuses& statuses) {
    EXPECT_EQ(statuses[1].starts, 0) << "started before the one it waits for";
    if (statuses[0].failures_in_row == 5) running->request_stop();
  });
  running = &supervisor;
  const auto begin = Time::now();
  ASSERT_TRUE(supervisor.run().has_value());
  EXPECT_GE(Time::now() - begin, milliseconds(20 + 40 + 80 + 80));
}

TEST(EmbeddedSupervisor, GoesOnWhenAProgramIsMissing) {
  const test::TempDirectory directory;
  Supervisor* running = nullptr;
  Program missing{"missing", {.argv = {"/no/such/program"}}, [] { return false; }, seconds(1)};
  Supervisor supervisor({missing}, Backoff{milliseconds(1), milliseconds(2), seconds(5)},
                        [&](const Statuses& statuses) {
                          if (statuses[0].failures_in_row == 3) running->request_stop();
                        });
  running = &supervisor;
  EXPECT_TRUE(supervisor.run().has_value());
}

TEST(EmbeddedSupervisor, EndsOnSigterm) {
  const test::TempDirectory directory;
  bool stopped = false;
  Supervisor supervisor({server(directory, "only")}, Backoff{}, [&](const Statuses& statuses) {
    if (all_ready(statuses)) ::raise(SIGTERM);
    stopped = statuses[0].state == ProgramState::stopped;
  });
  ASSERT_TRUE(supervisor.run().has_value());
  EXPECT_TRUE(stopped);
}

TEST(EmbeddedLeftovers, EndsOnlyTheProcessThatWasMeant) {
  auto meant = process::Child::spawn({.argv = {"sleep", "1000"}});
  auto other = process::Child::spawn({.argv = {"sleep", "1000"}});
  ASSERT_TRUE(meant.has_value() && other.has_value());
  const Identity right = identity_of(meant->pid());
  ASSERT_NE(right.start_ticks, 0U);
  Identity stale = identity_of(other->pid());
  ++stale.start_ticks;  // the number was used again
  end_processes({right, stale, Identity{}}, seconds(10));
  EXPECT_EQ(meant->wait(seconds(10)), 128 + SIGTERM);
  EXPECT_FALSE(other->exit_status().has_value());
}

}  // namespace
}  // namespace slipway::embedded
