#include "appliance/process/process.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <thread>

#include "tests/support/eventually.hpp"
#include "tests/support/temp_directory.hpp"

namespace slipway::process {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using test::eventually;

bool alive(int pid) { return ::kill(pid, 0) == 0; }

/// No child of this program has ended without being reaped.
bool no_zombies() { return ::waitpid(-1, nullptr, WNOHANG) <= 0; }

/// The number that a child wrote into a file.
int written_pid(const std::filesystem::path& file) {
  const std::string text = test::read_file(file);
  return text.empty() || text.back() != '\n' ? 0 : std::stoi(text);
}

TEST(ProcessRun, GivesOutputAndExitStatus) {
  const auto finished = run({.argv = {"sh", "-c", "echo out; echo err >&2; exit 3"}});
  ASSERT_TRUE(finished.has_value());
  EXPECT_EQ(finished->exit_status, 3);
  EXPECT_EQ(finished->out, "out\n");
  EXPECT_EQ(finished->err, "err\n");
  EXPECT_TRUE(no_zombies());
}

TEST(ProcessRun, BoundsTheMemoryOfAChild) {
  const auto finished = run({.argv = {"sh", "-c", "ulimit -v"}, .memory_bytes = std::uint64_t{1} << 30U});
  ASSERT_TRUE(finished.has_value());
  EXPECT_EQ(finished->out, "1048576\n");
}

TEST(ProcessRun, PassesArgumentsWithoutAShell) {
  const auto finished = run({.argv = {"printf", "[%s]", "a b", "$HOME", "'; rm -rf x", ""}});
  ASSERT_TRUE(finished.has_value());
  EXPECT_EQ(finished->out, "[a b][$HOME]['; rm -rf x][]");
}

TEST(ProcessRun, PassesInputEnvironmentAndDirectory) {
  const test::TempDirectory directory;
  const std::string input(300'000, 'x');
  const auto counted = run({.argv = {"wc", "-c"}, .stdin_data = input});
  ASSERT_TRUE(counted.has_value());
  EXPECT_EQ(counted->out, "300000\n");
  const auto told = run({.argv = {"sh", "-c", "echo $FLAVOUR; pwd"},
                         .environment = {{"FLAVOUR", "plain"}},
                         .directory = directory.path()});
  ASSERT_TRUE(told.has_value());
  EXPECT_EQ(told->out, "plain\n" + directory.path().string() + "\n");
}

TEST(ProcessRun, ChildSeesNoDescriptorOfOurs) {
  const int ours = ::dup(STDOUT_FILENO);  // not close-on-exec
  const auto listed = run({.argv = {"sh", "-c", "ls /proc/$$/fd | tr '\\n' ' '"}});
  ::close(ours);
  ASSERT_TRUE(listed.has_value());
  EXPECT_EQ(listed->out.find("0 1 2 "), 0U) << listed->out;
  EXPECT_EQ(listed->out.find(' ' + std::to_string(ours) + ' '), std::string::npos) << listed->out;
}

TEST(ProcessRun, NamesAMissingProgramAndDirectory) {
  const auto program = run({.argv = {"no-such-program-here"}});
  ASSERT_FALSE(program.has_value());
  EXPECT_EQ(program.error().code, Code::not_found);
  EXPECT_NE(program.error().message.find("no-such-program-here"), std::string::npos);
  const auto directory = run({.argv = {"true"}, .directory = "/no/such/directory"});
  ASSERT_FALSE(directory.has_value());
  EXPECT_EQ(directory.error().code, Code::not_found);
  EXPECT_TRUE(no_zombies());
}

TEST(ProcessRun, EndsTheWholeGroupAtTheTimeLimit) {
  const test::TempDirectory directory;
  const auto begin = std::chrono::steady_clock::now();
  const auto finished =
      run({.argv = {"sh", "-c", "sleep 1000 & echo $! > grandchild; wait"}, .directory = directory.path()},
          {.time = milliseconds(300)});
  ASSERT_FALSE(finished.has_value());
  EXPECT_EQ(finished.error().code, Code::timeout);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, seconds(10));
  const int grandchild = written_pid(directory / "grandchild");
  ASSERT_GT(grandchild, 0);
  EXPECT_TRUE(eventually(seconds(5), [&] { return !alive(grandchild); }));
  EXPECT_TRUE(no_zombies());
}

TEST(ProcessRun, KillsAChildThatIgnoresTermination) {
  const auto finished =
      run({.argv = {"sh", "-c", "trap '' TERM; while :; do sleep 0.05; done"}}, {.time = milliseconds(100)});
  ASSERT_FALSE(finished.has_value());
  EXPECT_EQ(finished.error().code, Code::timeout);
  EXPECT_TRUE(no_zombies());
}

TEST(ProcessRun, EndsAChildThatWritesTooMuch) {
  const auto finished = run({.argv = {"yes"}}, {.output_bytes = 100'000});
  ASSERT_FALSE(finished.has_value());
  EXPECT_EQ(finished.error().code, Code::too_large);
  EXPECT_TRUE(no_zombies());
}

TEST(ProcessRun, DoesNotWaitForWhatTheCommandLeavesBehind) {
  const test::TempDirectory directory;
  const auto finished =
      run({.argv = {"sh", "-c", "sleep 1000 & echo $! > left; echo done"}, .directory = directory.path()},
          {.time = seconds(20)});
  ASSERT_TRUE(finished.has_value());
  EXPECT_EQ(finished->out, "done\n");
  const int left = written_pid(directory / "left");
  ASSERT_GT(left, 0);
  EXPECT_TRUE(eventually(seconds(5), [&] { return !alive(left); }));
}

TEST(ProcessRun, WorksFromManyThreads) {
  std::vector<std::thread> threads;
  std::atomic<int> right{0};
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&right, i] {
      for (int j = 0; j < 5; ++j) {
        const auto finished = run({.argv = {"echo", std::to_string(i * 100 + j)}});
        if (finished && finished->out == std::to_string(i * 100 + j) + "\n") ++right;
      }
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(right, 40);
  EXPECT_TRUE(no_zombies());
}

TEST(ProcessChild, TellsItsEnd) {
  const test::TempDirectory directory;
  auto child = Child::spawn({.argv = {"sh", "-c", "echo hello; exit 7"}, .log_file = directory / "log"});
  ASSERT_TRUE(child.has_value());
  EXPECT_EQ(child->wait(seconds(10)), 7);
  EXPECT_EQ(child->exit_status(), 7);
  EXPECT_EQ(test::read_file(directory / "log"), "hello\n");
  EXPECT_TRUE(no_zombies());
}

/// Everything that comes until the end of the stream.
std::string read_to_end(int descriptor) {
  std::string all;
  std::array<char, 4096> buffer{};
  for (ssize_t count = 0; (count = ::read(descriptor, buffer.data(), buffer.size())) > 0;)
    all.append(buffer.data(), static_cast<std::size_t>(count));
  return all;
}

TEST(ProcessChild, SpeaksThroughItsPipes) {
  const test::TempDirectory directory;
  auto child = Child::spawn({.argv = {"sh", "-c", "echo begun >&2; tr a-z A-Z; echo ended >&2; exit 5"},
                             .log_file = directory / "log",
                             .pipe_stdin = true,
                             .pipe_stdout = true});
  ASSERT_TRUE(child.has_value());
  for (const std::string& part : {std::string("one "), std::string("two")})
    ASSERT_EQ(::write(child->input(), part.data(), part.size()), static_cast<ssize_t>(part.size()));
  EXPECT_FALSE(child->exit_status().has_value());  // it waits for more
  child->close_input();
  child->close_input();
  EXPECT_EQ(child->input(), -1);
  EXPECT_EQ(read_to_end(child->output()), "ONE TWO");
  EXPECT_EQ(child->wait(seconds(10)), 5);
  EXPECT_EQ(test::read_file(directory / "log"), "begun\nended\n");
}

TEST(ProcessChild, PipesOneStreamWithoutTheOther) {
  auto reading = Child::spawn({.argv = {"cat"}, .pipe_stdin = true});
  ASSERT_TRUE(reading.has_value());
  EXPECT_EQ(reading->output(), -1);
  // A child that is started later must not hold the pipe of an earlier one open.
  auto writing = Child::spawn({.argv = {"sh", "-c", "echo out; exec sleep 1000"}, .pipe_stdout = true});
  ASSERT_TRUE(writing.has_value());
  EXPECT_EQ(writing->input(), -1);
  reading->close_input();
  EXPECT_EQ(reading->wait(seconds(10)), 0);
  std::array<char, 4> first{};
  ASSERT_EQ(::read(writing->output(), first.data(), first.size()), 4);
  EXPECT_EQ(std::string(first.data(), first.size()), "out\n");
  EXPECT_EQ(writing->stop(seconds(10)), 128 + SIGTERM);
  EXPECT_EQ(read_to_end(writing->output()), "");
}

TEST(ProcessChild, StopsOneThatIsBlockedOnAFullPipe) {
  auto child = Child::spawn({.argv = {"yes"}, .pipe_stdout = true});
  ASSERT_TRUE(child.has_value());
  EXPECT_EQ(child->stop(seconds(10)), 128 + SIGTERM);
  EXPECT_TRUE(no_zombies());
}

TEST(ProcessChild, StopsGentlyThenByForce) {
  auto gentle = Child::spawn({.argv = {"sleep", "1000"}});
  ASSERT_TRUE(gentle.has_value());
  EXPECT_FALSE(gentle->exit_status().has_value());
  EXPECT_EQ(gentle->stop(seconds(10)), 128 + SIGTERM);
  EXPECT_EQ(gentle->stop(seconds(10)), 128 + SIGTERM);

  const test::TempDirectory directory;
  auto deaf = Child::spawn(
      {.argv = {"sh", "-c", "trap '' TERM; echo ready; while :; do sleep 0.05; done"}, .log_file = directory / "log"});
  ASSERT_TRUE(deaf.has_value());
  ASSERT_TRUE(eventually(seconds(10), [&] { return test::read_file(directory / "log") == "ready\n"; }));
  EXPECT_EQ(deaf->stop(milliseconds(100)), 128 + SIGKILL);
  EXPECT_TRUE(no_zombies());
}

TEST(ProcessChild, DestructionLeavesNobody) {
  int pid = 0;
  {
    auto child = Child::spawn({.argv = {"sleep", "1000"}});
    ASSERT_TRUE(child.has_value());
    pid = child->pid();
    EXPECT_EQ(::getpgid(pid), pid);
    Child moved = std::move(child).value();
    EXPECT_TRUE(alive(moved.pid()));
  }
  EXPECT_FALSE(alive(pid));
  EXPECT_TRUE(no_zombies());
}

TEST(ProcessChild, LivesOnWhenReleased) {
  int pid = 0;
  {
    auto child = Child::spawn({.argv = {"sleep", "1000"}});
    ASSERT_TRUE(child.has_value());
    pid = child->pid();
    child->release();
  }
  EXPECT_TRUE(alive(pid));
  ::kill(pid, SIGKILL);
  EXPECT_EQ(::waitpid(pid, nullptr, 0), pid);
}

TEST(ProcessChild, EndsWithItsStarterWhenAsked) {
  int pid = 0;
  std::thread starter([&pid] {
    auto child = Child::spawn({.argv = {"sleep", "1000"}, .ends_with_starter = true});
    if (!child) return;
    pid = child->pid();
    child->release();
  });
  starter.join();
  ASSERT_GT(pid, 0);
  int status = 0;
  ASSERT_EQ(::waitpid(pid, &status, 0), pid);
  EXPECT_EQ(WTERMSIG(status), SIGKILL);
}

}  // namespace
}  // namespace slipway::process
