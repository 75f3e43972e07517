// Orders, positions and search words of the request list. Pure.
//
// A page is found by its position, not by counting: the cursor holds the sort value and number of the row it stands at,
// and the next page is what follows in the order (value, number). Rows that come or go meanwhile shift nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "appliance/base/result.hpp"

namespace slipway::desk {

enum class SortField { updated, created, number, severity, status };

struct Sort {
  SortField field = SortField::updated;
  bool descending = true;
  bool operator==(const Sort&) const = default;
};

/// "updated", "-updated", …: a minus is descending. Names of sort parameters.
[[nodiscard]] std::optional<Sort> parse_sort(std::string_view text);
[[nodiscard]] std::string to_text(Sort sort);

/// A place between two rows of a list.
struct Position {
  Sort sort;
  bool backwards = false;  ///< the page before the place, not after it
  std::int64_t value = 0;  ///< µs since 1970, number, severity, or the status's place in B4's order
  std::int64_t number = 0;
  bool operator==(const Position&) const = default;
};

/// Position ↔ text of URL-safe characters. Signed by the caller.
[[nodiscard]] std::string encode_position(const Position& position);
[[nodiscard]] std::optional<Position> decode_position(std::string_view text);

/// What a search text asks for.
struct SearchTerms {
  std::optional<std::int64_t> number;  ///< "4711" or "#4711"
  /// A boolean full-text expression of required prefixes ("+print* +jam*"), made of letters, digits and _ only, so
  /// no operator of the searcher's gets through. "" when no word is long enough to be indexed.
  std::string full_text;
  /// The words that are not indexed because they are short; looked for in the subject when there is nothing else.
  std::vector<std::string> short_words;
  [[nodiscard]] bool empty() const { return !number && full_text.empty() && short_words.empty(); }
};
inline constexpr std::size_t kMostSearchWords = 10;
[[nodiscard]] SearchTerms parse_search(std::string_view text);

/// `text` as the middle of a LIKE pattern: %, _ and \ stand for themselves.
[[nodiscard]] std::string like_contains(std::string_view text);

}  // namespace slipway::desk
