// How a table is cut into chunks, from nothing but its size and the bounds of its key.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace slipway::migrate {

/// What is known of a table before it is copied. Estimates are the source's own.
struct TableSize {
  std::uint64_t rows = 0;
  std::uint64_t bytes = 0;
  std::optional<std::int64_t> least_key;  ///< of the leading primary-key column when that is an integer
  std::optional<std::int64_t> greatest_key;
};

/// Rows with from <= key < to; without bounds: the whole table.
struct Chunk {
  std::optional<std::int64_t> from;
  std::optional<std::int64_t> to;  ///< absent in the last chunk
};

/// Cuts a table into ranges of about `chunk_bytes` each, never more than `most` of them. The ranges cover every key:
/// the first has no lower and the last no upper bound, so a wrong estimate costs balance and never a row.
[[nodiscard]] std::vector<Chunk> cut(const TableSize& size, std::uint64_t chunk_bytes, std::size_t most = 100'000);

}  // namespace slipway::migrate
