#include "migrate/verbs/progress_views.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <nlohmann/json.hpp>

#include "appliance/base/time.hpp"
#include "migrate/run/state.hpp"

namespace slipway::migrate {
namespace {

constexpr std::chrono::milliseconds kBetweenPictures{200};
constexpr std::chrono::seconds kBetweenEvents{1};

bool speaks_utf8() {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nothing here sets variables
    if (value == nullptr || *value == '\0') continue;
    const std::string_view text(value);
    return text.find("UTF-8") != std::string_view::npos || text.find("utf8") != std::string_view::npos;
  }
  return false;
}

struct Size {
  std::size_t width = 80;
  std::size_t height = 24;
};

Size terminal_size() {
  winsize size{};
  if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col < 20 || size.ws_row < 4) return {};
  return {size.ws_col, size.ws_row};
}

LiveTable::State state_of(TableProgress::State state) {
  switch (state) {
    case TableProgress::State::copying:
      return LiveTable::State::copying;
    case TableProgress::State::keys:
      return LiveTable::State::keys;
    case TableProgress::State::done:
      return LiveTable::State::done;
    case TableProgress::State::waiting:
      break;
  }
  return LiveTable::State::waiting;
}

void put(const nlohmann::ordered_json& event) {
  std::cout << event.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) << '\n' << std::flush;
}

double seconds_between(std::chrono::steady_clock::time_point from, std::chrono::steady_clock::time_point to) {
  return std::chrono::duration<double>(to - from).count();
}

}  // namespace

LiveProgress::LiveProgress() : utf8_(speaks_utf8()), began_(Clock::now()), looked_(began_), drawn_(began_) {}

LiveProgress::~LiveProgress() { end_step(); }

void LiveProgress::begin(std::string_view step) {
  end_step();
  figures_ = {};
  figures_.step = step;
  first_seen_.clear();
  began_ = Clock::now();
  looked_ = began_;
  draw(true);
}

void LiveProgress::advance(std::uint64_t rows, std::uint64_t bytes, std::uint64_t rows_expected) {
  figures_.rows = rows;
  figures_.bytes = bytes;
  figures_.rows_expected = rows_expected;
  draw(false);
}

void LiveProgress::advance_bytes(std::uint64_t bytes, std::uint64_t bytes_expected) {
  figures_.bytes = bytes;
  figures_.bytes_expected = bytes_expected;
  draw(false);
}

void LiveProgress::tables(const std::vector<TableProgress>& tables) {
  const auto now = Clock::now();
  figures_.tables.clear();
  for (const TableProgress& table : tables) {
    double seconds = 0;
    // Its rows came since we looked last, when it had none.
    if (table.rows > 0) seconds = seconds_between(first_seen_.try_emplace(table.name, looked_).first->second, now);
    figures_.tables.push_back(
        {table.name, state_of(table.state), table.rows, table.bytes, table.rows_expected, seconds});
  }
  looked_ = now;
  draw(false);
}

void LiveProgress::note(std::string_view text) {
  std::string out = lines_ > 0 ? "\x1b[" + std::to_string(lines_) + "A\r\x1b[J" : std::string();
  lines_ = 0;
  out.append("  ").append(text).append("\n");
  std::fwrite(out.data(), 1, out.size(), stderr);
  draw(true);
}

void LiveProgress::draw(bool at_once) {
  const auto now = Clock::now();
  if (!at_once && now - drawn_ < kBetweenPictures) return;
  drawn_ = now;
  figures_.seconds = seconds_between(began_, now);
  const Size size = terminal_size();
  // One write of the whole picture, each line cleared behind its end: nothing is ever blank in between. The last column
  // stays free, so that no terminal wraps.
  const auto frame = live_frame(figures_, size.width - 1, size.height - 1, utf8_);
  std::string out = lines_ > 0 ? "\x1b[" + std::to_string(lines_) + "A\r" : std::string();
  for (const std::string& line : frame) out.append(line).append("\x1b[K\n");
  out += "\x1b[J";
  std::fwrite(out.data(), 1, out.size(), stderr);
  std::fflush(stderr);
  lines_ = frame.size();
}

void LiveProgress::end_step() {
  if (figures_.step.empty()) return;
  std::string out = lines_ > 0 ? "\x1b[" + std::to_string(lines_) + "A\r" : std::string();
  std::string did;
  if (figures_.rows > 0) did += count_text(figures_.rows) + " rows, ";
  if (figures_.rows > 0 || figures_.bytes_expected > 0) did += bytes_text(figures_.bytes) + ", ";
  did += duration_text(seconds_between(began_, Clock::now()));
  out += finished_line(figures_.step, did, terminal_size().width - 1) + "\x1b[K\n\x1b[J";
  std::fwrite(out.data(), 1, out.size(), stderr);
  std::fflush(stderr);
  lines_ = 0;
  figures_ = {};
}

void EventProgress::begin(std::string_view step) {
  began_ = Clock::now();
  told_ = began_;
  tables_told_ = began_;
  known_.clear();
  put({{"event", "step"}, {"step", step}, {"at", to_iso8601(SystemClock().now())}});
}

void EventProgress::advance(std::uint64_t rows, std::uint64_t bytes, std::uint64_t rows_expected) {
  const auto now = Clock::now();
  if (now - told_ < kBetweenEvents) return;
  told_ = now;
  const double seconds = seconds_between(began_, now);
  nlohmann::ordered_json event{{"event", "progress"},
                               {"rows", rows},
                               {"bytes", bytes},
                               {"rows_expected", rows_expected},
                               {"seconds", seconds},
                               {"rows_per_second", static_cast<double>(rows) / seconds},
                               {"bytes_per_second", static_cast<double>(bytes) / seconds}};
  if (rows > 0 && rows_expected > rows)
    event["seconds_left"] = static_cast<double>(rows_expected - rows) * seconds / static_cast<double>(rows);
  put(event);
}

void EventProgress::advance_bytes(std::uint64_t bytes, std::uint64_t bytes_expected) {
  const auto now = Clock::now();
  if (now - told_ < kBetweenEvents) return;
  told_ = now;
  const double seconds = seconds_between(began_, now);
  nlohmann::ordered_json event{
      {"event", "progress"}, {"bytes", bytes}, {"bytes_expected", bytes_expected}, {"seconds", seconds}};
  if (bytes > 0 && bytes_expected > bytes)
    event["seconds_left"] = static_cast<double>(bytes_expected - bytes) * seconds / static_cast<double>(bytes);
  put(event);
}

void EventProgress::tables(const std::vector<TableProgress>& tables) {
  const auto now = Clock::now();
  const bool all_done = std::all_of(tables.begin(), tables.end(), [](const TableProgress& table) {
    return table.state == TableProgress::State::done;
  });
  if (!all_done && now - tables_told_ < kBetweenEvents) return;
  tables_told_ = now;
  auto changed = nlohmann::ordered_json::array();
  for (const TableProgress& table : tables) {
    const auto [known, unseen] = known_.try_emplace(table.name, table);
    if (!unseen && known->second.rows == table.rows && known->second.state == table.state) continue;
    known->second = table;
    changed.push_back({{"table", table.name},
                       {"state", to_text(table.state)},
                       {"rows", table.rows},
                       {"bytes", table.bytes},
                       {"rows_expected", table.rows_expected}});
  }
  if (!changed.empty()) put({{"event", "tables"}, {"tables", std::move(changed)}});
}

void EventProgress::note(std::string_view text) { put({{"event", "note"}, {"text", text}}); }

std::unique_ptr<Progress> choose_progress(bool events) {
  if (events) return std::make_unique<EventProgress>();
  if (::isatty(STDERR_FILENO) == 1) return std::make_unique<LiveProgress>();
  return std::make_unique<TerminalProgress>();
}

}  // namespace slipway::migrate
