// What a person sees while a migration runs.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::migrate {

/// How far one table is.
struct TableProgress {
  enum class State { waiting, copying, keys, done };
  std::string name;
  State state = State::waiting;
  std::uint64_t rows = 0;
  std::uint64_t bytes = 0;
  std::uint64_t rows_expected = 0;  ///< the source's own estimate
};

/// Told how far the work is. Called by one thread at a time.
class Progress {
 public:
  Progress() = default;
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  virtual ~Progress() = default;
  /// A step begins: "copy", "keys", "transform", "verify", "publish".
  virtual void begin(std::string_view step) = 0;
  /// Rows and bytes done so far of about `rows_expected` in the current step.
  virtual void advance(std::uint64_t rows, std::uint64_t bytes, std::uint64_t rows_expected) = 0;
  /// All tables of a copy, largest first; called about as often as advance(), and once more when all are done.
  virtual void tables(const std::vector<TableProgress>& /*tables*/) {}
  /// Bytes read so far of `bytes_expected` in a step that knows how many there are: the part done and the time left.
  virtual void advance_bytes(std::uint64_t bytes, std::uint64_t /*bytes_expected*/) { advance(0, bytes, 0); }
  /// A remark for the person.
  virtual void note(std::string_view text) = 0;
};

/// Says nothing.
class NoProgress final : public Progress {
 public:
  void begin(std::string_view) override {}
  void advance(std::uint64_t, std::uint64_t, std::uint64_t) override {}
  void note(std::string_view) override {}
};

/// Writes to standard error: one line rewritten in place on a terminal, else a plain line at most every two seconds.
class TerminalProgress final : public Progress {
 public:
  TerminalProgress();
  ~TerminalProgress() override;
  void begin(std::string_view step) override;
  void advance(std::uint64_t rows, std::uint64_t bytes, std::uint64_t rows_expected) override;
  void advance_bytes(std::uint64_t bytes, std::uint64_t bytes_expected) override;
  void note(std::string_view text) override;

 private:
  using Clock = std::chrono::steady_clock;
  /// Whether enough time has passed since the last line; seconds since the step began.
  [[nodiscard]] std::optional<double> due();
  void write(const std::string& line);
  void end_line();
  bool terminal_;
  bool open_line_ = false;
  std::string step_;
  Clock::time_point began_;
  Clock::time_point written_;
};

/// "12,345"; "1.4 GB"; "3 min 20 s".
[[nodiscard]] std::string count_text(std::uint64_t count);
[[nodiscard]] std::string bytes_text(std::uint64_t bytes);
[[nodiscard]] std::string duration_text(double seconds);

}  // namespace slipway::migrate
