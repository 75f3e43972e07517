// Operations of the backup agent as processes of their own, to be killed. (tests/programs/backup_step.cpp)
#pragma once

#include "tests/support/backed_up_server.hpp"

namespace slipway::test {

/// What has a name in the environment, so that it ends (or stops) there.
struct FailAt {
  std::string point;  ///< NAME or NAME:PASS; empty: nowhere
  bool stop = false;
};

/// A directory with two repositories, their key and a spool, and the commands that work on it.
class BackupSteps {
 public:
  explicit BackupSteps(std::filesystem::path top) : top_(std::move(top)), repositories_(top_) {}

  [[nodiscard]] const TwoRepositories& repositories() const { return repositories_; }
  [[nodiscard]] const std::filesystem::path& top() const { return top_; }
  [[nodiscard]] std::filesystem::path spool() const { return top_ / "spool"; }

  /// Archives until everything up to `until` is safe; empty: until SIGTERM. `sync`: after how many milliseconds, or
  /// "acknowledge".
  [[nodiscard]] process::Command archive(const sql::Endpoint& server, const std::string& until, const FailAt& fail = {},
                                         const std::string& sync = "20") const;
  /// Takes a backup into "even", of the server whose directory this is; full when there is no parent.
  [[nodiscard]] process::Command take(const embedded::Database& server, const std::filesystem::path& directory,
                                      const std::string& line, const std::string& parent,
                                      const FailAt& fail = {}) const;
  [[nodiscard]] process::Command restore(const std::string& target, const std::filesystem::path& into,
                                         const FailAt& fail = {}) const;

  /// Copies a backup from "even" into "odd".
  [[nodiscard]] process::Command copy(const std::string& backup, const FailAt& fail = {}) const;
  /// Keeps the fulls of so many days, in both repositories.
  [[nodiscard]] process::Command prune(int days, const FailAt& fail = {}) const;

  /// The line of the log that the repositories have last.
  [[nodiscard]] std::string line() const;
  /// Every file in the repositories and the spool that is neither an object nor the spool's notes.
  [[nodiscard]] std::vector<std::string> leftovers() const;

 private:
  [[nodiscard]] process::Command command(std::vector<std::string> arguments, const FailAt& fail) const;
  std::filesystem::path top_;
  TwoRepositories repositories_;
};

/// Runs a command to its end, at most two minutes. Fails the test when it cannot be started.
process::Finished run_step(const process::Command& command);

}  // namespace slipway::test
