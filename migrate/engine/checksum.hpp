// The same rows on both sides: counted and summed by the servers themselves, chunk by chunk.
#pragma once

#include "migrate/engine/catalog.hpp"
#include "migrate/engine/chunk_rules.hpp"

namespace slipway::migrate {

/// What a server says of the rows of a chunk.
struct ChunkSum {
  std::string rows;
  std::string sum;  ///< sum over rows of a CRC-32 of their cells' CRC-32s; independent of the order of rows
  bool operator==(const ChunkSum&) const = default;
};

/// Computes it on one side. The session must be a reader or a loader (SET NAMES binary), so that both sides see bytes.
[[nodiscard]] Result<ChunkSum> sum_chunk(sql::Connection& connection, const Table& table, const Chunk& chunk);

/// Error: corrupt naming table and range when the two sides differ.
[[nodiscard]] Status compare_chunk(sql::Connection& source, sql::Connection& target, const Table& table,
                                   const Chunk& chunk);

}  // namespace slipway::migrate
