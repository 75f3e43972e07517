// The same rows on both sides: counted and summed by the servers themselves, chunk by chunk.
#pragma once

#include <optional>

#include "migrate/engine/table_key.hpp"

namespace slipway::migrate {

/// What a server says of the rows of a range.
struct ChunkSum {
  std::uint64_t rows = 0;
  std::uint64_t sum = 0;  ///< of the rows' checksums; independent of their order
  bool operator==(const ChunkSum&) const = default;
};

/// What a server says of a whole table.
struct TableSum {
  std::uint64_t rows = 0;
  std::uint64_t checksum = 0;  ///< CHECKSUM TABLE: a CRC-32 per row, added up in 32 bits
};

/// The server's own sum over a table, without an expression to evaluate: two to three times as fast as sum_range(), but
/// by one reader, and told by equal servers alone in equal words: of two releases the same rows may have two sums. Not
/// for tables with generated columns, of which a virtual one is summed as it happens to lie in memory. Nothing: the
/// server cannot say.
[[nodiscard]] Result<std::optional<std::uint64_t>> checksum_of(sql::Connection& connection, const Table& table);

/// checksum_of() and the number of rows.
[[nodiscard]] Result<std::optional<TableSum>> sum_table(sql::Connection& connection, const Table& table);

/// The expression that gives a row's checksum: a CRC-32 over its cells. Under SET NAMES binary both sides see bytes.
[[nodiscard]] std::string row_sum(const Table& table);

/// Computes it on one side. The session must be a reader or a loader.
[[nodiscard]] Result<ChunkSum> sum_range(sql::Connection& connection, const Table& table,
                                         const std::vector<KeyColumn>& key, const Range& range);

/// Asks both sides; what both say. Error: corrupt naming the table, the range and the first key that differs.
[[nodiscard]] Result<ChunkSum> compare_range(sql::Connection& source, sql::Connection& target, const Table& table,
                                             const std::vector<KeyColumn>& key, const Range& range);

/// The error of a range whose sums differ; asks both sides for the first key that does.
[[nodiscard]] Error describe_difference(sql::Connection& source, sql::Connection& target, const Table& table,
                                        const std::vector<KeyColumn>& key, const Range& range, const ChunkSum& there,
                                        const ChunkSum& here);

}  // namespace slipway::migrate
