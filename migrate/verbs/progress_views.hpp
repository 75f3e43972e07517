// Who is told how far the work is: a person at a terminal, a log, or a program.
#pragma once

#include <map>
#include <memory>

#include "migrate/engine/progress.hpp"
#include "migrate/verbs/live_frame_rules.hpp"

namespace slipway::migrate {

/// A picture on standard error that is drawn anew in place, a few times a second; finished steps stay as lines.
class LiveProgress final : public Progress {
 public:
  LiveProgress();
  ~LiveProgress() override;
  void begin(std::string_view step) override;
  void advance(std::uint64_t rows, std::uint64_t bytes, std::uint64_t rows_expected) override;
  void advance_bytes(std::uint64_t bytes, std::uint64_t bytes_expected) override;
  void tables(const std::vector<TableProgress>& tables) override;
  void note(std::string_view text) override;

 private:
  using Clock = std::chrono::steady_clock;
  void draw(bool at_once);
  void end_step();
  LiveFigures figures_;
  std::map<std::string, Clock::time_point> first_seen_;
  std::size_t lines_ = 0;  ///< of the picture that stands there
  bool utf8_;
  Clock::time_point began_;
  Clock::time_point looked_;  ///< at the tables, last
  Clock::time_point drawn_;
};

/// One JSON object a line on standard output: "step", "progress" and "tables" at most once a second, "note".
class EventProgress final : public Progress {
 public:
  void begin(std::string_view step) override;
  void advance(std::uint64_t rows, std::uint64_t bytes, std::uint64_t rows_expected) override;
  void advance_bytes(std::uint64_t bytes, std::uint64_t bytes_expected) override;
  void tables(const std::vector<TableProgress>& tables) override;
  void note(std::string_view text) override;

 private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point began_;
  Clock::time_point told_;
  std::map<std::string, TableProgress> known_;  ///< as told last
  Clock::time_point tables_told_;
};

/// Events when a program asks, the live view on a terminal, else plain lines.
[[nodiscard]] std::unique_ptr<Progress> choose_progress(bool events);

}  // namespace slipway::migrate
