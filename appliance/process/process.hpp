// Child processes: an argument vector, limits, one process group per child, no zombies. The only folder that includes
// boost/process.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "appliance/base/result.hpp"

namespace slipway::process {

struct Command {
  std::vector<std::string> argv;  ///< argv[0] is looked up in PATH unless it has a slash; no shell ever
  std::map<std::string, std::string> environment = {};  ///< added to ours
  std::filesystem::path directory = {};                 ///< empty: ours
  std::filesystem::path stdin_file = {};                ///< empty: /dev/null
  std::string stdin_data = {};                          ///< used when not empty (run() only)
  std::filesystem::path log_file = {};  ///< spawn(): stdout and stderr are appended here; empty: /dev/null
  bool pipe_stdin = false;              ///< spawn(): the child reads what is written to Child::input()
  bool pipe_stdout = false;  ///< spawn(): its stdout is read from Child::output(), stderr alone goes to log_file
  /// spawn(): the child gets SIGKILL when the thread that started it ends, however that happens (kill -9 included). Not
  /// SIGTERM: a mariadbd that is only starting may ignore that, and would hold its data directory for good.
  /// Not for children that are released or started by short-lived threads. run() always does so.
  bool ends_with_starter = false;
  std::uint64_t memory_bytes = 0;  ///< address space that the child, and each of its own, may take; 0: no limit
};

struct Limits {
  std::chrono::milliseconds time{60'000};  ///< then the group gets SIGTERM, and SIGKILL 2 s later
  std::size_t output_bytes = 1U << 20U;    ///< of stdout and of stderr each; more is an error (too_large)
};

struct Finished {
  int exit_status = 0;  ///< 128 + signal number when a signal ended it
  std::string out;
  std::string err;
};

/// Runs a command to its end; what its group still runs then is killed. A non-zero exit status is not an error here.
/// Errors: not_found (no such program or directory), permission, timeout, too_large. Thread-safe.
[[nodiscard]] Result<Finished> run(const Command& command, const Limits& limits = {});

/// What a program said last in its log that sounds like an error, else its last line; at most 300 bytes, for a message.
[[nodiscard]] std::string last_words(const std::filesystem::path& log);

/// Where a program is: in PATH, else in the sbin directories that PATH lacks for ordinary users. Error: not_found.
[[nodiscard]] Result<std::filesystem::path> find_program(const std::string& name);

/// A running child that leads its own session and process group. Destruction terminates the group (SIGKILL after 2 s);
/// when the child ends by itself, what it left in its group is killed as it is reaped. Not thread-safe.
class Child {
 public:
  /// Errors: as run().
  [[nodiscard]] static Result<Child> spawn(const Command& command);
  Child(Child&&) noexcept;
  Child& operator=(Child&&) noexcept;
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child();

  [[nodiscard]] int pid() const noexcept;
  /// Our end of the child's stdin and stdout: blocking, close-on-exec, owned by this object; -1 when not piped. Writing
  /// to a child that has ended raises SIGPIPE unless the program ignores it. A child that waits for its pipes can be
  /// stopped.
  [[nodiscard]] int input() const noexcept;
  [[nodiscard]] int output() const noexcept;
  /// The child meets the end of its stdin. Idempotent.
  void close_input() noexcept;
  /// Its exit status when it has ended, reaping it. Never blocks.
  [[nodiscard]] std::optional<int> exit_status();
  /// Waits up to `limit` for the end.
  [[nodiscard]] std::optional<int> wait(std::chrono::milliseconds limit);
  /// SIGTERM to the group, after `grace` SIGKILL; returns the exit status. Idempotent.
  int stop(std::chrono::milliseconds grace);
  /// SIGKILL to the group at once.
  void kill();
  /// Lets it live on after this object (a daemon's start-up); this process must end before it to leave no zombie.
  void release() noexcept;

 private:
  struct State;
  explicit Child(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace slipway::process
