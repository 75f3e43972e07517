#include "migrate/engine/checksum.hpp"

namespace slipway::migrate {
namespace {

std::string position_text(const std::vector<KeyColumn>& key, const Position& position) {
  std::string text;
  for (std::size_t i = 0; i < position.size(); ++i)
    text.append(i == 0 ? "" : ", ").append(key[i].quoted + " " + position[i]);
  return text;
}

std::string range_text(const std::vector<KeyColumn>& key, const Range& range) {
  if (range.after.empty() && range.upto.empty()) return "all rows";
  return "rows after " + (range.after.empty() ? "the beginning" : position_text(key, range.after)) + " up to " +
         (range.upto.empty() ? "the end" : position_text(key, range.upto));
}

/// Keys and checksums of a range in order.
Result<sql::Rows> rows_of(sql::Connection& connection, const Table& table, const std::vector<KeyColumn>& key,
                          const Range& range) {
  std::string columns;
  std::string order;
  for (const KeyColumn& column : key) {
    columns += table.columns[column.index].selected + ",";
    order.append(order.empty() ? " ORDER BY " : ",").append(column.quoted);
  }
  SLIPWAY_TRY(const std::string clause, range_clause(table, key, range));
  return connection.query("SELECT " + columns + row_sum(table) + clause + order);
}

/// Empty when none is found.
std::string first_difference(sql::Connection& source, sql::Connection& target, const Table& table,
                             const std::vector<KeyColumn>& key, const Range& range) {
  if (key.empty()) return {};
  const auto there = rows_of(source, table, key, range);
  const auto here = rows_of(target, table, key, range);
  if (!there || !here) return {};
  for (std::size_t i = 0; i < std::max(there->size(), here->size()); ++i) {
    const bool both = i < there->size() && i < here->size();
    bool equal = both;
    for (std::size_t column = 0; equal && column <= key.size(); ++column)
      equal = (*there)[i].text(column) == (*here)[i].text(column);
    if (equal) continue;
    // A row that the target lacks shifts all after it: the smaller key is the one that differs.
    const sql::Row& row = i < there->size() ? (*there)[i] : (*here)[i];
    Position position;
    for (std::size_t column = 0; column < key.size(); ++column)
      position.push_back(literal(key[column], row.text(column)));
    return position_text(key, position);
  }
  return {};
}

/// The sum of a double. MySQL writes an expression of type double in at most 22 characters and then chooses another
/// form, or fewer digits, than MariaDB. Scaled by a power of two, which is exact, and without its sign every number
/// fits.
std::string real_sum(const std::string& value) {
  std::string sum("CRC32(ABS((");
  sum.append(value).append(")*CASE WHEN ABS(").append(value);
  sum.append(") BETWEEN 1e-16 AND 1e-3 THEN 1152921504606846976e0 WHEN ABS(").append(value);
  sum.append(") < 1e-99 THEN 2.582249878086909e120 ELSE 1e0 END))+(").append(value).append("<0)");
  return sum;
}

/// Long and binary values become their CRC first: a row of any size stays a short string, and no two character sets
/// meet.
std::string cell_sum(const Column& column) {
  if (column.carry == Carry::real) return real_sum(column.selected);
  // Columns of different collations do not join by themselves.
  if (column.short_text && column.kind == Column::Kind::text) return column.quoted + " COLLATE utf8mb4_bin";
  if (column.carry != Carry::text || column.short_text) return column.selected;
  return std::string("CRC32(").append(column.selected).append(")");
}

}  // namespace

/// CONCAT_WS leaves NULLs out; which they were follows at the end.
std::string row_sum(const Table& table) {
  std::string cells;
  std::string nulls;
  for (const Column& column : table.columns) {
    cells.append(",").append(cell_sum(column));
    if (column.nullable) nulls.append(nulls.empty() ? "" : ",").append("ISNULL(").append(column.quoted).append(")");
  }
  if (!nulls.empty()) cells.append(",CONCAT(").append(nulls).append(")");
  return std::string("CRC32(CONCAT_WS(','").append(cells).append("))");
}

Result<ChunkSum> sum_range(sql::Connection& connection, const Table& table, const std::vector<KeyColumn>& key,
                           const Range& range) {
  SLIPWAY_TRY(const std::string clause, range_clause(table, key, range));
  SLIPWAY_TRY(const auto row, connection.query_one("SELECT COUNT(*), CAST(COALESCE(SUM(" + row_sum(table) +
                                                   "), 0) AS UNSIGNED)" + clause));
  if (!row) return Error{Code::internal, "table '" + table.name + "': no answer to a count"};
  return ChunkSum{row->natural(0), row->natural(1)};
}

Result<std::optional<std::uint64_t>> checksum_of(sql::Connection& connection, const Table& table) {
  SLIPWAY_TRY(const std::string name, sql::quote_identifier(table.name));
  SLIPWAY_TRY(const auto row, connection.query_one("CHECKSUM TABLE " + name));
  if (!row || row->is_null(1)) return std::optional<std::uint64_t>();
  return std::optional(row->natural(1));
}

Result<std::optional<TableSum>> sum_table(sql::Connection& connection, const Table& table) {
  SLIPWAY_TRY(const auto checksum, checksum_of(connection, table));
  if (!checksum) return std::optional<TableSum>();
  SLIPWAY_TRY(const std::string clause, range_clause(table, {}, {}));
  SLIPWAY_TRY(const auto row, connection.query_one("SELECT COUNT(*)" + clause));
  if (!row) return std::optional<TableSum>();
  return std::optional(TableSum{row->natural(0), *checksum});
}

Error describe_difference(sql::Connection& source, sql::Connection& target, const Table& table,
                          const std::vector<KeyColumn>& key, const Range& range, const ChunkSum& there,
                          const ChunkSum& here) {
  const std::string first = first_difference(source, target, table, key, range);
  return {Code::corrupt,
          "table '" + table.name + "': " + range_text(key, range) + " differ (" + std::to_string(there.rows) +
              " rows on the source, " + std::to_string(here.rows) + " on the target)" +
              (first.empty() ? "" : "; the first that differs has " + first),
          "run the command again; when it stays so, check the disks and memory of both machines"};
}

Result<ChunkSum> compare_range(sql::Connection& source, sql::Connection& target, const Table& table,
                               const std::vector<KeyColumn>& key, const Range& range) {
  SLIPWAY_TRY(const ChunkSum there, sum_range(source, table, key, range));
  SLIPWAY_TRY(const ChunkSum here, sum_range(target, table, key, range));
  if (there == here) return here;
  return describe_difference(source, target, table, key, range, there, here);
}

}  // namespace slipway::migrate
