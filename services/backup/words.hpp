// How the verbs put things to a person. Inside this folder only.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "appliance/base/file_lock.hpp"
#include "appliance/command/command.hpp"

namespace slipway::backup {

/// "1.4 GiB", "312 KiB", "17 bytes".
[[nodiscard]] std::string size_text(std::uint64_t bytes);

/// The text and at least one blank, `width` wide.
[[nodiscard]] std::string column(std::string_view text, std::size_t width);

/// A scratch folder for one run of a verb. Two runs of one verb would clear each other's files: the second is refused.
/// The lock goes with the process, however it ends, and what a killed run left is cleared by the next one.
class Workshop {
 public:
  /// Errors: in_use (the verb is at work), permission.
  [[nodiscard]] static Result<Workshop> open(const config::Config& config, const std::string& verb);
  Workshop(Workshop&& other) noexcept;
  Workshop(const Workshop&) = delete;
  Workshop& operator=(const Workshop&) = delete;
  Workshop& operator=(Workshop&&) = delete;
  ~Workshop();

  /// Not there yet; gone when this object is.
  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }

 private:
  Workshop(std::filesystem::path folder, FileLock lock) : folder_(std::move(folder)), lock_(std::move(lock)) {}
  std::filesystem::path folder_;
  FileLock lock_;
};

/// Lines of progress with rate and time left, at most one a second; nothing with --json. Not thread-safe.
class ProgressLines {
 public:
  explicit ProgressLines(const command::Context& context) : context_(context) {}
  /// `of` 0: nobody knows.
  void tell(const std::string& step, std::uint64_t done, std::uint64_t of);
  /// In counts instead of bytes.
  void tell_count(const std::string& step, std::uint64_t done, std::uint64_t of, const std::string& what);

 private:
  [[nodiscard]] bool is_time(const std::string& step);
  [[nodiscard]] std::string remaining(std::uint64_t done, std::uint64_t of) const;
  const command::Context& context_;
  std::string step_;
  std::chrono::steady_clock::time_point begun_;
  std::chrono::steady_clock::time_point told_;
};

}  // namespace slipway::backup
