#include "appliance/config/notation.hpp"

#include <array>
#include <charconv>
#include <limits>
#include <span>

namespace slipway::config {
namespace {

struct Unit {
  std::string_view suffix;
  std::int64_t factor;
};

// The number before one of `units` times its factor; no negative numbers, no fractions.
std::optional<std::int64_t> parse_with_unit(std::string_view text, std::span<const Unit> units) {
  const std::size_t end = std::min(text.find_first_not_of("0123456789"), text.size());
  const auto number = parse_integer(text.substr(0, end));
  const std::string_view suffix = text.substr(end);
  for (const Unit& unit : units) {
    if (unit.suffix != suffix) continue;
    if (!number || *number > std::numeric_limits<std::int64_t>::max() / unit.factor) return std::nullopt;
    return *number * unit.factor;
  }
  return std::nullopt;
}

std::string write_bytes(std::int64_t bytes) {
  static constexpr std::array<Unit, 3> units{{{"GiB", 1LL << 30}, {"MiB", 1LL << 20}, {"KiB", 1LL << 10}}};
  for (const Unit& unit : units)
    if (bytes >= unit.factor && bytes % unit.factor == 0)
      return std::to_string(bytes / unit.factor) + std::string(unit.suffix);
  return std::to_string(bytes);
}

std::string write_duration(std::int64_t ms) {
  static constexpr std::array<Unit, 3> units{{{"h", 3'600'000}, {"m", 60'000}, {"s", 1000}}};
  for (const Unit& unit : units)
    if (ms >= unit.factor && ms % unit.factor == 0) return std::to_string(ms / unit.factor) + std::string(unit.suffix);
  return std::to_string(ms) + "ms";
}

std::string write_number(const Option& option, std::int64_t number) {
  if (option.type == Type::duration) return write_duration(number);
  if (option.type == Type::bytes) return write_bytes(number);
  return std::to_string(number);
}

std::optional<std::string> fault_of_number(const Option& option, std::optional<std::int64_t> number,
                                           std::string_view expected) {
  if (!number) return "is not " + std::string(expected);
  const bool bounded = option.least != 0 || option.most != 0;
  if (bounded && (*number < option.least || (option.most != 0 && *number > option.most)))
    return "must be " + describe_bounds(option);
  return std::nullopt;
}

std::optional<std::string> fault_of_choice(const Option& option, std::string_view text) {
  std::string_view rest = option.choices;
  while (!rest.empty()) {
    const std::size_t bar = std::min(rest.find('|'), rest.size());
    if (rest.substr(0, bar) == text) return std::nullopt;
    rest.remove_prefix(std::min(bar + 1, rest.size()));
  }
  return "must be " + describe_bounds(option);
}

std::string name_with(std::string_view key, char separator, bool upper) {
  std::string name;
  for (const char c : key) {
    if (c == '.' || c == '_')
      name += separator;
    else
      name += upper && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return name;
}

}  // namespace

std::optional<std::int64_t> parse_integer(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<std::int64_t> parse_duration_ms(std::string_view text) {
  static constexpr std::array<Unit, 5> units{{{"", 1}, {"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}}};
  return parse_with_unit(text, units);
}

std::optional<std::int64_t> parse_bytes(std::string_view text) {
  static constexpr std::array<Unit, 5> units{
      {{"", 1}, {"KiB", 1LL << 10}, {"MiB", 1LL << 20}, {"GiB", 1LL << 30}, {"TiB", 1LL << 40}}};
  return parse_with_unit(text, units);
}

std::optional<bool> parse_boolean(std::string_view text) {
  if (text == "true") return true;
  if (text == "false") return false;
  return std::nullopt;
}

std::optional<std::string> fault_of(const Option& option, std::string_view text) {
  switch (option.type) {
    case Type::text:
    case Type::path:
      if (text.find_first_of(std::string_view("\0\n\r", 3)) != std::string_view::npos)
        return "must be one line without NUL";
      return std::nullopt;
    case Type::integer:
      return fault_of_number(option, parse_integer(text), "a whole number");
    case Type::duration:
      return fault_of_number(option, parse_duration_ms(text), "a duration such as 250ms, 30s, 5m or 2h");
    case Type::bytes:
      return fault_of_number(option, parse_bytes(text), "a size such as 512KiB, 64MiB or 2GiB");
    case Type::boolean:
      return parse_boolean(text) ? std::nullopt : std::optional<std::string>("is neither true nor false");
    case Type::choice:
      return fault_of_choice(option, text);
  }
  return std::nullopt;
}

bool same_value(const Option& option, std::string_view a, std::string_view b) {
  switch (option.type) {
    case Type::integer:
      return parse_integer(a) == parse_integer(b);
    case Type::duration:
      return parse_duration_ms(a) == parse_duration_ms(b);
    case Type::bytes:
      return parse_bytes(a) == parse_bytes(b);
    default:
      return a == b;
  }
}

std::string describe_bounds(const Option& option) {
  if (option.type == Type::choice) {
    std::string text(option.choices);
    const std::size_t last = text.rfind('|');
    if (last != std::string::npos) text.replace(last, 1, " or ");
    for (std::size_t bar = text.find('|'); bar != std::string::npos; bar = text.find('|')) text.replace(bar, 1, ", ");
    return text;
  }
  if (option.least == 0 && option.most == 0) return "";
  if (option.most == 0) return write_number(option, option.least) + " or more";
  return write_number(option, option.least) + " to " + write_number(option, option.most);
}

std::string environment_name(std::string_view key) { return "SLIPWAY_" + name_with(key, '_', true); }

std::string flag_name(std::string_view key) { return "--" + name_with(key, '-', false); }

}  // namespace slipway::config
