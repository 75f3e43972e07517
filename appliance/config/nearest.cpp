#include "appliance/config/nearest.hpp"

#include <algorithm>
#include <vector>

namespace slipway::config {

std::size_t edit_distance(std::string_view a, std::string_view b) {
  // Three rows of the usual table: the one being filled, the one above, and the one above that for swaps.
  std::vector<std::size_t> before(b.size() + 1);
  std::vector<std::size_t> above(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) above[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = above[j - 1] + (a[i - 1] == b[j - 1] ? 0U : 1U);
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, replaced});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    std::swap(before, above);
    std::swap(above, row);
  }
  return above[b.size()];
}

std::optional<std::string> nearest(std::string_view text, std::span<const std::string> known) {
  constexpr std::size_t kLongest = 200;  // keeps the work bounded whatever stands in a file
  if (text.size() > kLongest) return std::nullopt;
  const std::string* best = nullptr;
  std::size_t least = 0;
  for (const std::string& candidate : known) {
    const std::size_t distance = edit_distance(text, candidate);
    if (distance * 3 > std::max(text.size(), candidate.size())) continue;
    if (best == nullptr || distance < least) {
      best = &candidate;
      least = distance;
    }
  }
  return best == nullptr ? std::nullopt : std::optional(*best);
}

std::string unknown_name(std::string_view what, std::string_view name, std::span<const std::string> known) {
  const auto suggestion = nearest(name, known);
  return "unknown " + std::string(what) + " '" + std::string(name) + "'" +
         (suggestion ? "; did you mean '" + *suggestion + "'?" : "");
}

}  // namespace slipway::config
