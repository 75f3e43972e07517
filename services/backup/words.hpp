// How the verbs put things to a person. Inside this folder only.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "appliance/command/command.hpp"

namespace slipway::backup {

/// "1.4 GiB", "312 KiB", "17 bytes".
[[nodiscard]] std::string size_text(std::uint64_t bytes);

/// The text and at least one blank, `width` wide.
[[nodiscard]] std::string column(std::string_view text, std::size_t width);

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
