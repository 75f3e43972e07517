// Progress that goes to a person and, every other second, into the state file, where `status` finds it.
#pragma once

#include "migrate/run/state_file.hpp"

namespace slipway::migrate {

class RecordedProgress final : public Progress {
 public:
  /// All must outlive this.
  RecordedProgress(Progress& shown, const StateFile& file, MigrationState& state)
      : shown_(shown), file_(file), state_(state) {}

  /// A step of the run begins; what the engine begins inside it keeps this name.
  void enter(std::string_view step);
  void begin(std::string_view step) override;
  void advance(std::uint64_t rows, std::uint64_t bytes, std::uint64_t rows_expected) override;
  void tables(const std::vector<TableProgress>& tables) override;
  void note(std::string_view text) override { shown_.note(text); }

 private:
  using Clock = std::chrono::steady_clock;
  void write();
  Progress& shown_;
  const StateFile& file_;
  MigrationState& state_;
  Clock::time_point began_ = Clock::now();
  Clock::time_point written_ = Clock::now();
};

}  // namespace slipway::migrate
