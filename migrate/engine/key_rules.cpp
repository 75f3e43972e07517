#include "migrate/engine/key_rules.hpp"

#include <algorithm>

namespace slipway::migrate {
namespace {

constexpr char kBetween = '\n';

std::string hex(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text.push_back(kDigits[byte >> 4U]);
    text.push_back(kDigits[byte & 15U]);
  }
  return text;
}

std::string quoted_text(std::string_view before, std::string_view text) {
  return std::string(before).append(1, '\'').append(text).append(1, '\'');
}

/// key > bound, or key >= bound when `inclusive`: by columns, the way range optimisers know.
std::string beyond(const std::vector<KeyColumn>& key, const Position& bound, std::size_t from, bool lower,
                   bool inclusive) {
  const std::string compare = lower ? " > " : " < ";
  if (from + 1 == bound.size()) {
    return key[from].quoted + (inclusive ? (lower ? " >= " : " <= ") : compare) + bound[from];
  }
  return key[from].quoted + (lower ? " >= " : " <= ") + bound[from] + " AND (" + key[from].quoted + compare +
         bound[from] + " OR (" + beyond(key, bound, from + 1, lower, inclusive) + "))";
}

}  // namespace

std::string literal(const KeyColumn& column, std::string_view cell) {
  switch (column.form) {
    case KeyColumn::Form::number:
      return std::string(cell);
    case KeyColumn::Form::plain:
      return quoted_text({}, cell);
    case KeyColumn::Form::text:
      return quoted_text("_" + column.charset + " X", hex(cell));
    case KeyColumn::Form::bytes:
      return quoted_text("X", hex(cell));
    case KeyColumn::Form::uuid: {
      std::string text = hex(cell);
      for (const std::size_t at : {20U, 16U, 12U, 8U})
        if (text.size() > at) text.insert(at, 1, '-');
      return quoted_text("_latin1", text);  // bytes without a character set would be taken as the 16 of a UUID
    }
  }
  return {};
}

std::string condition(const std::vector<KeyColumn>& key, const Range& range) {
  std::string text;
  if (!range.after.empty()) text = beyond(key, range.after, 0, true, false);
  if (!range.upto.empty()) text += (text.empty() ? "" : " AND ") + beyond(key, range.upto, 0, false, true);
  return text;
}

std::string to_line(const Position& position) {
  std::string text;
  for (const std::string& part : position) text.append(text.empty() ? "" : std::string(1, kBetween)).append(part);
  return text;
}

Position from_line(std::string_view line) {
  Position position;
  while (!line.empty()) {
    const auto end = std::min(line.find(kBetween), line.size());
    position.emplace_back(line.substr(0, end));
    line.remove_prefix(std::min(end + 1, line.size()));
  }
  return position;
}

std::vector<std::int64_t> even_bounds(std::int64_t least, std::int64_t greatest, std::uint64_t lanes) {
  std::vector<std::int64_t> bounds;
  if (greatest <= least) return bounds;
  // Unsigned difference: right for any two signed keys.
  const auto span = static_cast<std::uint64_t>(greatest) - static_cast<std::uint64_t>(least);
  const std::uint64_t count = std::min(std::max<std::uint64_t>(lanes, 1), span);
  const std::uint64_t width = span / count + 1;
  for (std::uint64_t i = 1; i < count && i * width <= span; ++i)
    bounds.push_back(static_cast<std::int64_t>(static_cast<std::uint64_t>(least) + i * width - 1));
  return bounds;
}

}  // namespace slipway::migrate
