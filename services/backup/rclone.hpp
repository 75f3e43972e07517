// Debian's rclone as a child process: one remote, one command at a time. No shell; secrets go by its environment, which
// only the user of this program can read, never by its arguments.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "appliance/process/process.hpp"

namespace slipway::backup {

/// A file without a name, in memory; gone with this object.
class MemoryFile {
 public:
  explicit MemoryFile(const char* name);
  MemoryFile(MemoryFile&& other) noexcept;
  MemoryFile& operator=(MemoryFile&&) = delete;
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  ~MemoryFile();

  [[nodiscard]] int number() const { return number_; }
  /// By which this program, and no child, opens it anew.
  [[nodiscard]] std::string path() const { return "/proc/self/fd/" + std::to_string(number_); }
  /// What it begins with, at most 64 KiB.
  [[nodiscard]] std::string text() const;

 private:
  int number_;
};

/// An rclone whose stdin or stdout is ours. Not thread-safe. Destruction ends it.
class RcloneStream {
 public:
  RcloneStream(process::Child child, MemoryFile log, std::string object);
  RcloneStream(RcloneStream&&) noexcept = default;
  RcloneStream& operator=(RcloneStream&&) = delete;
  RcloneStream(const RcloneStream&) = delete;
  RcloneStream& operator=(const RcloneStream&) = delete;
  ~RcloneStream() = default;

  /// Errors: timeout when it takes nothing for minutes, else as rclone_failure().
  [[nodiscard]] Status write(std::string_view bytes);
  /// Up to `most` bytes; empty at the end of the stream, whatever ended it. Error: timeout.
  [[nodiscard]] Result<std::string> read(std::size_t most);
  /// Closes its stdin and waits for its end. Errors: timeout, else as rclone_failure().
  [[nodiscard]] Status finish(std::string_view what);
  /// Ends it; it takes back what it has begun.
  void stop();

 private:
  [[nodiscard]] bool ready(int descriptor, short events) const;

  process::Child child_;
  MemoryFile log_;  // its stderr
  std::string object_;
};

/// A remote and how to reach it. Thread-safe.
class Rclone {
 public:
  /// `options`: of the remote, as rclone's documentation names them, upper case ("TYPE", "HOST"). `authority`: a file
  /// with certificates that are trusted; empty: the system's.
  explicit Rclone(const std::map<std::string, std::string>& options, const std::string& authority = {});

  /// Runs "rclone ARGUMENT…" to its end; its stdout. Errors: timeout, too_large, else as rclone_failure().
  [[nodiscard]] Result<process::Finished> run(const std::vector<std::string>& arguments, const std::string& object,
                                              std::string_view what,
                                              std::chrono::milliseconds limit = std::chrono::minutes(5)) const;
  /// As run(), with all of `bytes` as its stdin from the beginning: however this program ends, it gets no part of them.
  [[nodiscard]] Status put(const std::vector<std::string>& arguments, std::string_view bytes, const std::string& object,
                           std::string_view what) const;
  /// Errors: not_found (no rclone), internal.
  [[nodiscard]] Result<RcloneStream> write_to(const std::vector<std::string>& arguments,
                                              const std::string& object) const;
  [[nodiscard]] Result<RcloneStream> read_from(const std::vector<std::string>& arguments,
                                               const std::string& object) const;

  /// How rclone calls a path of the remote.
  [[nodiscard]] static std::string at(const std::string& path) { return "R:" + path; }

 private:
  [[nodiscard]] static Result<process::Finished> run(const process::Command& command, const std::string& object,
                                                     std::string_view what, std::chrono::milliseconds limit);
  [[nodiscard]] process::Command command(const std::vector<std::string>& arguments) const;
  [[nodiscard]] Result<RcloneStream> spawn(process::Command command, const std::string& object) const;

  std::map<std::string, std::string> environment_;
};

}  // namespace slipway::backup
