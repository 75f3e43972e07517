#include "migrate/engine/load_warning_rules.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace slipway::migrate {
namespace {

/// "… for column 'v' at row 3", "Column 'v' cannot be null", "… for column `d`.`t`.`v` at row 3": what follows the
/// last "column ".
std::string_view place_of(std::string_view message) {
  const auto found = std::max({message.rfind("olumn '") + 1, message.rfind("olumn `") + 1, std::size_t{0}});
  return found == 0 ? std::string_view{} : message.substr(found + std::string_view("olumn ").size() - 1);
}

}  // namespace

bool is_about_column(std::string_view message, std::string_view column) {
  const std::string_view place = place_of(message);
  const std::string plain = std::string("'").append(column).append("'");
  const std::string full = std::string(".`").append(column).append("`");
  if (place.starts_with(plain)) return true;
  if (!place.starts_with('`')) return false;
  const std::string_view path = place.substr(0, place.rfind('`') + 1);
  return path.ends_with(full);
}

bool comes_from_expression(unsigned code, std::string_view message) {
  // Truncated value, too long a result, division by zero, values a function does not take, overflow, casts.
  constexpr std::array<unsigned, 7> kCodes{1292, 1301, 1365, 1411, 1441, 1916, 1918};
  constexpr unsigned kFirstOfJson = 4035;
  constexpr unsigned kLastOfJson = 4044;
  if (!place_of(message).empty()) return false;
  return std::find(kCodes.begin(), kCodes.end(), code) != kCodes.end() || (code >= kFirstOfJson && code <= kLastOfJson);
}

}  // namespace slipway::migrate
