#include "migrate/engine/progress.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace slipway::migrate {
namespace {

std::string format(const char* pattern, double value) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), pattern, value);
  return text.data();
}

}  // namespace

std::string count_text(std::uint64_t count) {
  const std::string digits = std::to_string(count);
  std::string text;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) text += ',';
    text += digits[i];
  }
  return text;
}

std::string bytes_text(std::uint64_t bytes) {
  constexpr std::array<const char*, 5> units{"%.0f B", "%.0f kB", "%.1f MB", "%.1f GB", "%.1f TB"};
  auto value = static_cast<double>(bytes);
  std::size_t unit = 0;
  for (; value >= 1000 && unit + 1 < units.size(); ++unit) value /= 1000;
  return format(units[unit], value);
}

std::string duration_text(double seconds) {
  if (seconds < 10) return format("%.1f s", seconds);
  if (seconds < 120) return format("%.0f s", seconds);
  const auto whole = static_cast<std::uint64_t>(std::llround(seconds));
  if (whole < 7200) return std::to_string(whole / 60) + " min " + std::to_string(whole % 60) + " s";
  return std::to_string(whole / 3600) + " h " + std::to_string(whole % 3600 / 60) + " min";
}

TerminalProgress::TerminalProgress() : terminal_(isatty(STDERR_FILENO) == 1) {}

TerminalProgress::~TerminalProgress() { end_line(); }

void TerminalProgress::end_line() {
  if (open_line_) std::fputc('\n', stderr);
  open_line_ = false;
}

void TerminalProgress::begin(std::string_view step) {
  end_line();
  step_ = step;
  began_ = Clock::now();
  written_ = began_;
  std::fprintf(stderr, "%s\n", step_.c_str());
}

void TerminalProgress::advance(std::uint64_t rows, std::uint64_t bytes, std::uint64_t rows_expected) {
  const auto seconds = due();
  if (!seconds) return;
  const double rate = *seconds > 0 ? static_cast<double>(rows) / *seconds : 0;
  std::string line = "  " + bytes_text(bytes);
  if (rows > 0)
    line = "  " + count_text(rows) + " rows, " + bytes_text(bytes) + ", " +
           count_text(static_cast<std::uint64_t>(rate)) + " rows/s";
  if (rows_expected > rows && rate > 0)
    line += ", about " + duration_text(static_cast<double>(rows_expected - rows) / rate) + " left";
  write(line);
}

void TerminalProgress::advance_bytes(std::uint64_t bytes, std::uint64_t bytes_expected) {
  const auto seconds = due();
  if (!seconds) return;
  std::string line = "  " + bytes_text(bytes) + " of " + bytes_text(std::max(bytes, bytes_expected));
  const double rate = *seconds > 0 ? static_cast<double>(bytes) / *seconds : 0;
  if (bytes_expected > bytes && rate > 0)
    line += ", about " + duration_text(static_cast<double>(bytes_expected - bytes) / rate) + " left";
  write(line);
}

std::optional<double> TerminalProgress::due() {
  const auto now = Clock::now();
  if (now - written_ < (terminal_ ? std::chrono::milliseconds(200) : std::chrono::milliseconds(2000))) return {};
  written_ = now;
  return std::chrono::duration<double>(now - began_).count();
}

void TerminalProgress::write(const std::string& line) {
  if (terminal_) {
    std::fprintf(stderr, "\r\x1b[2K%s", line.c_str());
    open_line_ = true;
  } else {
    std::fprintf(stderr, "%s\n", line.c_str());
  }
  std::fflush(stderr);
}

void TerminalProgress::note(std::string_view text) {
  end_line();
  std::fprintf(stderr, "  %.*s\n", static_cast<int>(text.size()), text.data());
}

}  // namespace slipway::migrate
