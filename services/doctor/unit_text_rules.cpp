// What systemctl says of units.
#include "services/doctor/check_rules.hpp"
#include "services/doctor/host_text_rules.hpp"

namespace slipway::doctor {
namespace {

/// A number of systemd's; "infinity" and "[not set]" are none.
std::uint64_t natural(std::string_view text) {
  const auto number = number_of(text);
  return number && *number > 0 ? static_cast<std::uint64_t>(*number) : 0;
}

/// "1min 30s", "60s", "infinity": what --timestamp=unix leaves as a span of time.
std::uint64_t microseconds(std::string_view text) {
  std::uint64_t sum = 0;
  for (const auto word : words_of(text)) {
    const auto unit_at = word.find_first_not_of("0123456789.");
    if (unit_at == std::string_view::npos) return natural(word);  // plain microseconds
    const auto number = natural(word.substr(0, std::min(word.find('.'), unit_at)));
    const auto unit = word.substr(unit_at);
    if (unit == "d") sum += number * 86'400'000'000ULL;
    if (unit == "h") sum += number * 3'600'000'000ULL;
    if (unit == "min") sum += number * 60'000'000ULL;
    if (unit == "s") sum += number * 1'000'000ULL;
    if (unit == "ms") sum += number * 1'000ULL;
    if (unit == "us") sum += number;
  }
  return sum;
}

void set(ShownUnit& shown, std::string_view key, std::string_view value) {
  Unit& unit = shown.unit;
  if (key == "LoadState") unit.load = value;
  if (key == "ActiveState") unit.active = value;
  if (key == "SubState") unit.sub = value;
  if (key == "Result") unit.result = value;
  if (key == "UnitFileState") unit.at_boot = value;
  if (key == "NRestarts") unit.restarts = natural(value);
  if (key == "MemoryCurrent") unit.memory_bytes = natural(value);
  if (key == "MemoryMax") unit.memory_limit_bytes = natural(value);
  if (key == "WatchdogUSec") unit.watchdog_us = microseconds(value);
  if (key == "MainPID") shown.pid = static_cast<int>(natural(value));
  if (key == "ActiveEnterTimestamp" && value.starts_with('@'))
    if (const auto seconds = natural(value.substr(1)); seconds > 0)
      unit.since = Timestamp(std::chrono::seconds(seconds));
}

}  // namespace

std::map<std::string, ShownUnit> parse_units(std::string_view text) {
  std::map<std::string, ShownUnit> units;
  ShownUnit shown;
  std::string name;
  const auto put = [&] {
    if (!name.empty()) units[name] = shown;
    shown = ShownUnit{};
    name.clear();
  };
  for (const auto line : lines_of(text)) {
    const auto equals = line.find('=');
    if (equals == std::string_view::npos) {
      put();
      continue;
    }
    const auto key = line.substr(0, equals);
    const auto value = line.substr(equals + 1);
    set(shown, key, value);
    if (key == "Id") name = value.ends_with(".service") ? value.substr(0, value.size() - 8) : value;
  }
  put();
  return units;
}

}  // namespace slipway::doctor
