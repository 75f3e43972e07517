// Values too large to travel with their row: how they are told, read piece by piece, and written past any packet. No
// I/O.
#pragma once

#include "migrate/engine/catalog.hpp"
#include "migrate/engine/key_rules.hpp"

namespace slipway::migrate {

/// More than this does not travel as one value: as many bytes are in memory several times over. A smaller limit would
/// make the source read more values twice.
inline constexpr std::uint64_t kHugeBytes = 4U << 20U;

/// Which columns of a table may hold huge values, and from which length on a value is one. Together the values that
/// stay in their row are no larger than kHugeBytes, and than a quarter of the target's packet.
struct HugeColumns {
  std::vector<std::size_t> columns;  ///< indexes into Table::columns; empty: none
  std::uint64_t most_bytes = 0;      ///< of a value that stays in its row

  [[nodiscard]] bool contains(std::size_t column) const;
};

/// None for a table without a usable key: its rows cannot be found again and travel whole.
[[nodiscard]] HugeColumns huge_columns(const Table& table, const std::vector<KeyColumn>& key,
                                       std::uint64_t packet_bytes);

/// The expression that reads a column: NULL in the place of a huge value.
[[nodiscard]] std::string short_value(const Table& table, const HugeColumns& huge, std::size_t column);

/// The expression that is NULL for ordinary rows, else the lengths of all `huge.columns` with commas between, 0 for
/// NULL.
[[nodiscard]] std::string huge_lengths(const Table& table, const HugeColumns& huge);

/// What huge_lengths() gave, by column of the table; 0 for values that stay in the row. Nothing when it is no such
/// list.
[[nodiscard]] std::optional<std::vector<std::uint64_t>> read_lengths(const Table& table, const HugeColumns& huge,
                                                                     std::string_view text);

/// The expression that reads `bytes` of a column's bytes from `offset` on.
[[nodiscard]] std::string piece_of(const Column& column, std::uint64_t offset, std::uint64_t bytes);

/// How much of a value of `length` bytes is read at a time. The server reads the whole value for every piece, so their
/// number is bounded, and so is their size.
[[nodiscard]] std::uint64_t piece_bytes(std::uint64_t length);

/// The condition for one row: `position` names all columns of the key.
[[nodiscard]] std::string is_row(const std::vector<KeyColumn>& key, const Position& position);

/// Appends a value as LOAD DATA reads it: tab, line end and backslash escaped.
void append_escaped(std::string_view bytes, std::string& text);

/// The LOAD DATA LOCAL statement that takes one row in such text. Numbers of ENUM and SET go through a variable: as
/// text they could be names of members.
[[nodiscard]] Result<std::string> load_statement(const Table& table, bool replaces);

}  // namespace slipway::migrate
