#include "migrate/run/recorded_progress.hpp"

#include "appliance/base/time.hpp"

namespace slipway::migrate {
namespace {

constexpr std::chrono::seconds kBetweenWrites{2};

}  // namespace

void RecordedProgress::enter(std::string_view step) {
  state_.live = {};
  state_.live.step = step;
  state_.live.began_at = to_iso8601(SystemClock().now());
  state_.live.seen_at = state_.live.began_at;
  began_ = Clock::now();
}

void RecordedProgress::begin(std::string_view step) {
  state_.live.rows = 0;
  state_.live.bytes = 0;
  state_.live.rows_expected = 0;
  began_ = Clock::now();
  shown_.begin(step);
}

void RecordedProgress::advance(std::uint64_t rows, std::uint64_t bytes, std::uint64_t rows_expected) {
  state_.live.rows = rows;
  state_.live.bytes = bytes;
  state_.live.rows_expected = rows_expected;
  write();
  shown_.advance(rows, bytes, rows_expected);
}

void RecordedProgress::tables(const std::vector<TableProgress>& tables) {
  state_.live.tables = tables;
  write();
  shown_.tables(tables);
}

void RecordedProgress::write() {
  const auto now = Clock::now();
  if (now - written_ < kBetweenWrites) return;
  written_ = now;
  state_.live.seconds = std::chrono::duration<double>(now - began_).count();
  state_.live.seen_at = to_iso8601(SystemClock().now());
  // Only for people who look; a file that cannot be written stops the run at the end of its step.
  static_cast<void>(file_.save(state_));
}

}  // namespace slipway::migrate
