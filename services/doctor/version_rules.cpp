#include "services/doctor/version_rules.hpp"

#include <compare>
#include <cstddef>

namespace slipway::doctor {
namespace {

bool is_digit(char letter) { return letter >= '0' && letter <= '9'; }

/// Takes the number in front, without leading zeros; as text, so that none is too long.
std::string_view take_number(std::string_view& text) {
  while (text.size() > 1 && text[0] == '0' && is_digit(text[1])) text.remove_prefix(1);
  std::size_t size = 0;
  while (size < text.size() && is_digit(text[size])) ++size;
  const auto number = text.substr(0, size);
  text.remove_prefix(size);
  return number;
}

}  // namespace

bool version_less(std::string_view a, std::string_view b) {
  while (!a.empty() && !b.empty()) {
    if (is_digit(a[0]) && is_digit(b[0])) {
      const auto first = take_number(a);
      const auto second = take_number(b);
      if (first.size() != second.size()) return first.size() < second.size();
      if (first != second) return first < second;
      continue;
    }
    if (a[0] != b[0]) return a[0] < b[0];
    a.remove_prefix(1);
    b.remove_prefix(1);
  }
  return a.size() < b.size();
}

}  // namespace slipway::doctor
