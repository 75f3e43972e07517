#include "migrate/verbs/live_frame_rules.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace slipway::migrate {
namespace {

constexpr std::size_t kLeastName = 22;
constexpr std::size_t kMostName = 42;
constexpr std::size_t kBesideName = 57;  // the bar and the figures of a line, and the column that stays free
constexpr std::size_t kBarWidth = 16;
constexpr std::size_t kMostTables = 12;

bool begins_character(char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }

std::size_t columns(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), begins_character));
}

/// At most `width` columns, never a part of a character.
std::string cut(std::string_view text, std::size_t width) {
  std::size_t seen = 0;
  std::size_t end = 0;
  for (; end < text.size(); ++end)
    if (begins_character(text[end]) && ++seen > width) break;
  return std::string(text.substr(0, end));
}

std::string left(std::string_view text, std::size_t width) {
  std::string cell = cut(text, width);
  cell.append(width - std::min(width, columns(cell)), ' ');
  return cell;
}

std::string right(const std::string& text, std::size_t width) {
  return std::string(width - std::min(width, columns(text)), ' ') + text;
}

double share(std::uint64_t rows, std::uint64_t expected) {
  if (expected == 0) return 0;
  return std::min(1.0, static_cast<double>(rows) / static_cast<double>(expected));
}

std::string bar(double part, bool utf8) {
  const auto full = static_cast<std::size_t>(std::lround(part * static_cast<double>(kBarWidth)));
  std::string text;
  for (std::size_t i = 0; i < kBarWidth; ++i) {
    if (i < full) {
      text += utf8 ? "█" : "#";
    } else {
      text += utf8 ? "░" : ".";
    }
  }
  return text;
}

std::string percent(double part) {
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), "%3.0f%%", part * 100);
  return text.data();
}

std::string clock(double seconds) {
  const auto whole = static_cast<long>(seconds);
  std::array<char, 32> text{};
  if (whole < 3600) {
    std::snprintf(text.data(), text.size(), "%ld:%02ld", whole / 60, whole % 60);
  } else {
    std::snprintf(text.data(), text.size(), "%ld:%02ld:%02ld", whole / 3600, whole % 3600 / 60, whole % 60);
  }
  return text.data();
}

double rate(std::uint64_t amount, double seconds) { return seconds > 0 ? static_cast<double>(amount) / seconds : 0; }

std::string rates(std::uint64_t rows, std::uint64_t bytes, double seconds) {
  return right(short_count(rate(rows, seconds)), 5) + " rows/s " + right(short_count(rate(bytes, seconds)), 5) + "B/s";
}

std::string table_line(const LiveTable& table, std::size_t name_width, bool utf8) {
  // What is copied is never less than all of it, whatever the estimate said.
  const double part = table.state == LiveTable::State::keys ? 1 : share(table.rows, table.rows_expected);
  std::string line = left(table.name, name_width) + " " + bar(part, utf8) + " " + percent(part) + " " +
                     right(short_count(static_cast<double>(table.rows)), 5) + " rows ";
  return line +
         (table.state == LiveTable::State::keys ? "building keys" : rates(table.rows, table.bytes, table.seconds));
}

/// How far the step is: by bytes where these are known beforehand, else by rows.
struct Extent {
  std::uint64_t done = 0;
  std::uint64_t expected = 0;
};

Extent extent_of(const LiveFigures& figures) {
  if (figures.bytes_expected > 0) return {figures.bytes, figures.bytes_expected};
  return {figures.rows, figures.rows_expected};
}

std::string total_line(const LiveFigures& figures, std::size_t name_width, bool utf8) {
  const Extent extent = extent_of(figures);
  const double part = share(extent.done, extent.expected);
  const std::string line = left("in all", name_width) + " " + bar(part, utf8) + " " + percent(part) + " ";
  if (figures.bytes_expected > 0)
    return line + right(short_count(static_cast<double>(figures.bytes)), 5) + "B of " +
           short_count(static_cast<double>(figures.bytes_expected)) + "B " +
           right(short_count(rate(figures.bytes, figures.seconds)), 5) + "B/s";
  return line + right(short_count(static_cast<double>(figures.rows)), 5) + " rows " +
         rates(figures.rows, figures.bytes, figures.seconds);
}

std::string head_line(const LiveFigures& figures, std::size_t width) {
  std::string time = clock(figures.seconds);
  const Extent extent = extent_of(figures);
  if (extent.done > 0 && extent.expected > extent.done) {
    const double left_seconds =
        figures.seconds * static_cast<double>(extent.expected - extent.done) / static_cast<double>(extent.done);
    time += ", about " + clock(left_seconds) + " left";
  }
  const std::size_t room = width > columns(time) + 1 ? width - columns(time) - 1 : 0;
  return left(figures.step, room) + " " + time;
}

}  // namespace

std::string short_count(double value) {
  constexpr std::array<const char*, 5> units{"", "k", "M", "G", "T"};
  std::size_t unit = 0;
  for (; value >= 999.5 && unit + 1 < units.size(); ++unit) value /= 1000;
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), unit > 0 && value < 9.95 ? "%.1f%s" : "%.0f%s", value, units[unit]);
  return text.data();
}

std::string finished_line(std::string_view step, std::string_view did, std::size_t width) {
  const std::string end = ": " + std::string(did);
  return cut(cut(step, width - std::min(width, columns(end))) + end, width);
}

std::vector<std::string> live_frame(const LiveFigures& figures, std::size_t width, std::size_t height, bool utf8) {
  // A wide terminal shows longer names; the clock stays above the ends of the lines.
  const std::size_t name_width = std::clamp(width > kBesideName ? width - kBesideName : 0, kLeastName, kMostName);
  width = std::min(width, name_width + kBesideName);
  std::vector<std::string> lines{head_line(figures, width)};
  std::size_t done = 0;
  std::size_t hidden = 0;
  const std::size_t room = std::min(kMostTables, height > 3 ? height - 3 : 0);
  for (const LiveTable& table : figures.tables) {
    if (table.state == LiveTable::State::done) ++done;
    if (table.state != LiveTable::State::copying && table.state != LiveTable::State::keys) continue;
    if (lines.size() <= room) {
      lines.push_back(table_line(table, name_width, utf8));
    } else {
      ++hidden;
    }
  }
  if (extent_of(figures).expected > 0) lines.push_back(total_line(figures, name_width, utf8));
  if (!figures.tables.empty()) {
    std::string counts = std::to_string(done) + " of " + std::to_string(figures.tables.size()) + " tables done";
    if (hidden > 0) counts += ", " + std::to_string(hidden) + " more under way";
    lines.push_back(std::move(counts));
  }
  for (std::string& line : lines) line = cut(line, width);
  if (lines.size() > height) lines.resize(height);
  return lines;
}

}  // namespace slipway::migrate
