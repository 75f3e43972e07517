// The same rows on both sides: counted and summed by the servers themselves, chunk by chunk.
#pragma once

#include "migrate/engine/table_key.hpp"

namespace slipway::migrate {

/// What a server says of the rows of a range.
struct ChunkSum {
  std::uint64_t rows = 0;
  std::uint64_t sum = 0;  ///< of the rows' checksums; independent of their order
  bool operator==(const ChunkSum&) const = default;
};

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
