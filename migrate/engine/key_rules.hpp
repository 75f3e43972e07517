// Positions in a table's primary key and the ranges between them, as SQL. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace slipway::migrate {

/// A column of a primary key whose values can be written as literals that order like the column itself.
struct KeyColumn {
  enum class Form {
    number,  ///< as its digits
    plain,   ///< dates, times and decimals: quoted text
    text,    ///< the bytes of a string, with its character set in front
    bytes,   ///< BINARY, VARBINARY
    uuid     ///< 16 bytes, written as a UUID
  };
  std::string quoted;
  Form form = Form::number;
  std::string charset;    ///< of text
  std::size_t index = 0;  ///< of the column in Table::columns
};

/// One literal per key column; empty: no bound.
using Position = std::vector<std::string>;

/// Rows with after < key <= upto. Without bounds: the whole table.
struct Range {
  Position after;
  Position upto;
  bool operator==(const Range&) const = default;
};

/// The literal of a value as it was read under SET NAMES binary.
[[nodiscard]] std::string literal(const KeyColumn& column, std::string_view cell);

/// The condition of a range, without WHERE; empty for the whole table. Servers turn it into one range of the key.
[[nodiscard]] std::string condition(const std::vector<KeyColumn>& key, const Range& range);

/// A position on one line, and back: for checkpoints. Literals hold no line ends and no spaces but inside quotes.
[[nodiscard]] std::string to_line(const Position& position);
[[nodiscard]] Position from_line(std::string_view line);

/// Bounds that cut the whole numbers from `least` to `greatest` into `lanes` ranges of equal width, ascending, fewer
/// when there are not so many numbers. Each bound is the last number of its range; the last range has none.
[[nodiscard]] std::vector<std::int64_t> even_bounds(std::int64_t least, std::int64_t greatest, std::uint64_t lanes);

}  // namespace slipway::migrate
