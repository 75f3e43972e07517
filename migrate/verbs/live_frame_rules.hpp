// What the live view of a migration shows, as lines: from figures alone, for any width.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::migrate {

/// One table of a copy, as the view shows it.
struct LiveTable {
  enum class State { waiting, copying, keys, done };
  std::string name;
  State state = State::waiting;
  std::uint64_t rows = 0;
  std::uint64_t bytes = 0;
  std::uint64_t rows_expected = 0;
  double seconds = 0;  ///< since its first row was seen
};

struct LiveFigures {
  std::string step;
  double seconds = 0;  ///< since the step began
  std::uint64_t rows = 0;
  std::uint64_t bytes = 0;
  std::uint64_t rows_expected = 0;
  std::uint64_t bytes_expected = 0;  ///< of a step that reads files: how far it is counts by bytes, not by rows
  std::vector<LiveTable> tables;
};

/// "1.2k", "34M": four characters at most, for a column.
[[nodiscard]] std::string short_count(double value);

/// The lines of one picture: a line per table under way (those that do not fit are counted), and one in all. Each is at
/// most `width` columns wide (no more than a line needs, however wide the terminal is), and there are at most `height`
/// of them. `utf8` false draws bars with ASCII.
[[nodiscard]] std::vector<std::string> live_frame(const LiveFigures& figures, std::size_t width, std::size_t height,
                                                  bool utf8);

/// What stays of a step that has ended, in at most `width` columns: its name, shortened as far as it must, and what it
/// `did`.
[[nodiscard]] std::string finished_line(std::string_view step, std::string_view did, std::size_t width);

}  // namespace slipway::migrate
