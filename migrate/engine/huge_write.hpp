// One row that no packet need hold, written to the target piece by piece.
#pragma once

#include <functional>

#include "migrate/engine/catalog.hpp"
#include "migrate/engine/load_warnings.hpp"

namespace slipway::migrate {

/// Whether a row may take the place of others that have a value of a unique key.
enum class Write { insert, replace };

/// Whether a server that wrote so says that it wrote `rows`: rows that gave way count as well.
[[nodiscard]] constexpr bool is_count_of(Write write, std::uint64_t affected, std::uint64_t rows) {
  return write == Write::insert ? affected == rows : affected >= rows;
}

/// A value of the row: its bytes, or where they are to come from.
struct HugeCell {
  const char* bytes = nullptr;  ///< nullptr: NULL, unless `apart`
  std::uint64_t length = 0;
  bool apart = false;  ///< its bytes are asked for piece by piece
};

/// The bytes of column `column` from `offset` on, at least one; they stay until it is called again.
using Pieces = std::function<Result<std::string_view>(std::size_t column, std::uint64_t offset)>;

/// Writes rows of one table. Not thread-safe.
class HugeWriter {
 public:
  /// `packet_bytes`: the target's max_allowed_packet.
  HugeWriter(st_mysql* target, const Table& table, std::uint64_t packet_bytes, Write write, Remarks& remarks);

  /// Inserts a row into the open transaction. When each value fits into the target's packet, by a prepared statement
  /// whose parameters are sent in pieces; else by LOAD DATA LOCAL from memory. `row` names the row in errors. Errors:
  /// too_large (a value above the packet, and a target that takes no LOAD DATA LOCAL), corrupt (the target would change
  /// a value), those of the target and of `pieces`.
  [[nodiscard]] Status write(const std::vector<HugeCell>& cells, const Pieces& pieces, const std::string& row);

 private:
  [[nodiscard]] Status insert(const std::vector<HugeCell>& cells, const Pieces& pieces);
  [[nodiscard]] Status load(const std::vector<HugeCell>& cells, const Pieces& pieces, const std::string& row);
  [[nodiscard]] Status judge(std::uint64_t affected, const std::vector<HugeCell>& cells);

  st_mysql* target_;
  const Table& table_;
  std::uint64_t packet_bytes_;
  Write write_;
  Remarks& remarks_;
  std::string where_;
};

/// "INSERT INTO `t` (…) VALUES (?, …)", or REPLACE, with a mark for each column that is carried.
[[nodiscard]] Result<std::string> insert_statement(const Table& table, Write write);

}  // namespace slipway::migrate
