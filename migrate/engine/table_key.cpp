#include "migrate/engine/table_key.hpp"

#include <algorithm>
#include <charconv>
#include <set>

namespace slipway::migrate {
namespace {

constexpr std::uint64_t kMostLanes = 20'000;

std::optional<KeyColumn::Form> form_of(const std::string& type) {
  static const std::set<std::string, std::less<>> integers{"tinyint", "smallint", "mediumint", "int", "bigint", "year"};
  static const std::set<std::string, std::less<>> plain{"date", "datetime", "timestamp", "decimal"};
  if (integers.contains(type)) return KeyColumn::Form::number;
  if (plain.contains(type)) return KeyColumn::Form::plain;
  if (type == "char" || type == "varchar") return KeyColumn::Form::text;
  if (type == "binary" || type == "varbinary") return KeyColumn::Form::bytes;
  if (type == "uuid") return KeyColumn::Form::uuid;
  return std::nullopt;
}

Result<std::string> key_list(const std::vector<KeyColumn>& key, const Table& table, bool values) {
  std::string text;
  for (const KeyColumn& column : key)
    text.append(text.empty() ? "" : ",").append(values ? table.columns[column.index].selected : column.quoted);
  return text;
}

/// How many rows the server expects in a range; it looks at the index only.
Result<std::uint64_t> rows_in(sql::Connection& source, const std::string& from, const std::vector<KeyColumn>& key,
                              const Range& range) {
  SLIPWAY_TRY(const auto row, source.query_one("EXPLAIN SELECT 1" + from + " WHERE " + condition(key, range)));
  const std::size_t column = source.is_mariadb() ? 8 : 9;
  if (!row || row->size() <= column || row->is_null(column)) return std::uint64_t{0};
  return row->natural(column);
}

struct Bounds {
  std::vector<std::int64_t> bounds;
  std::int64_t least = 0;
  std::int64_t greatest = 0;
};

/// Cuts ranges that hold far more rows than planned in halves, until they do not or cannot be cut.
Status refine(sql::Connection& source, const std::string& from, const std::vector<KeyColumn>& key, std::uint64_t most,
              Bounds& cut) {
  std::vector<std::int64_t> refined;
  std::int64_t after = cut.least;
  std::vector<std::int64_t> ends = cut.bounds;
  ends.push_back(cut.greatest);
  std::reverse(ends.begin(), ends.end());  // the next end is the last
  while (!ends.empty() && refined.size() < kMostLanes) {
    const std::int64_t end = ends.back();
    SLIPWAY_TRY(const std::uint64_t rows, rows_in(source, from, key, {{std::to_string(after)}, {std::to_string(end)}}));
    const auto span = static_cast<std::uint64_t>(end) - static_cast<std::uint64_t>(after);
    if (rows > 2 * most && span > 1) {
      ends.push_back(static_cast<std::int64_t>(static_cast<std::uint64_t>(after) + span / 2));
      continue;
    }
    ends.pop_back();
    if (!ends.empty()) refined.push_back(end);
    after = end;
  }
  cut.bounds = std::move(refined);
  return {};
}

std::vector<Range> ranges_between(const std::vector<Position>& bounds) {
  std::vector<Range> ranges;
  Position after;
  for (const Position& bound : bounds) {
    ranges.push_back({after, bound});
    after = bound;
  }
  ranges.push_back({after, {}});
  return ranges;
}

/// Nothing when the leading column has too few values to be cut by it.
Result<std::optional<std::vector<Range>>> cut_numbers(sql::Connection& source, const std::string& from,
                                                      const std::vector<KeyColumn>& key, std::uint64_t lanes,
                                                      std::uint64_t rows_per_lane) {
  const std::string& column = key.front().quoted;
  SLIPWAY_TRY(const auto ends, source.query_one("SELECT MIN(" + column + "), MAX(" + column + "), COALESCE(MAX(" +
                                                column + ") <= 9223372036854775807, 0)" + from));
  if (!ends || ends->is_null(0) || !ends->boolean(2)) return std::optional<std::vector<Range>>{};
  Bounds cut{even_bounds(ends->integer(0), ends->integer(1), lanes), ends->integer(0), ends->integer(1)};
  if (key.size() > 1 && cut.bounds.size() + 1 < lanes) return std::optional<std::vector<Range>>{};
  const std::vector<KeyColumn> leading{key.front()};
  SLIPWAY_CHECK(refine(source, from, leading, rows_per_lane, cut));
  // Bounds name the leading column only, and condition() compares as many columns as a bound has.
  std::vector<Position> bounds;
  for (const std::int64_t bound : cut.bounds) bounds.push_back({std::to_string(bound)});
  return std::optional{ranges_between(bounds)};
}

/// Walks the index once and takes every n-th key.
Result<std::vector<Range>> cut_by_walking(sql::Connection& source, const std::string& from, const Table& table,
                                          const std::vector<KeyColumn>& key, std::uint64_t rows_per_lane) {
  SLIPWAY_TRY(const std::string values, key_list(key, table, true));
  SLIPWAY_TRY(const std::string order, key_list(key, table, false));
  std::vector<Position> bounds;
  while (bounds.size() < kMostLanes) {
    const std::string where = bounds.empty() ? "" : " WHERE " + condition(key, {bounds.back(), {}});
    SLIPWAY_TRY(const auto row, source.query_one("SELECT " + values + from + where + " ORDER BY " + order + " LIMIT " +
                                                 std::to_string(rows_per_lane - 1) + ", 1"));
    if (!row) break;
    Position bound;
    for (std::size_t i = 0; i < key.size(); ++i) bound.push_back(literal(key[i], row->text(i)));
    bounds.push_back(std::move(bound));
  }
  return ranges_between(bounds);
}

}  // namespace

Result<std::vector<KeyColumn>> read_key(sql::Connection& source, const std::string& database, const Table& table) {
  std::vector<KeyColumn> key;
  if (table.history) return key;
  // The table is named for both sides: joined by its name, the server would open every table that it has.
  SLIPWAY_TRY(const auto rows,
              source.query("SELECT s.column_name, LOWER(c.data_type), c.character_set_name, c.collation_name, "
                           "s.sub_part, s.collation FROM information_schema.statistics s "
                           "JOIN information_schema.columns c ON c.column_name = s.column_name "
                           "WHERE s.index_name = 'PRIMARY' AND s.table_schema = ? AND s.table_name = ? "
                           "AND c.table_schema = ? AND c.table_name = ? ORDER BY s.seq_in_index",
                           {database, table.name, database, table.name}));
  for (const auto& row : rows) {
    const auto form = form_of(row.text(1));
    const auto column = std::find_if(table.columns.begin(), table.columns.end(),
                                     [&](const Column& c) { return c.name == row.text(0); });
    const bool replaced = row.optional_text(3).value_or("").find("0900") != std::string::npos;
    const bool descending = row.optional_text(5).value_or("A") == "D";
    if (!form || column == table.columns.end() || !row.is_null(4) || replaced || descending)
      return std::vector<KeyColumn>{};
    key.push_back({column->quoted, *form, row.optional_text(2).value_or(""),
                   static_cast<std::size_t>(column - table.columns.begin())});
  }
  return key;
}

Result<std::vector<Range>> plan_lanes(sql::Connection& source, const Table& table, const std::vector<KeyColumn>& key,
                                      std::uint64_t lane_bytes) {
  const std::uint64_t lanes = std::min(kMostLanes, table.bytes_estimate / std::max<std::uint64_t>(lane_bytes, 1) + 1);
  if (key.empty() || lanes < 2) return std::vector<Range>{Range{}};
  SLIPWAY_TRY(const std::string name, sql::quote_identifier(table.name));
  const std::string from = " FROM " + name + " FORCE INDEX (PRIMARY)";
  const std::uint64_t rows_per_lane = std::max<std::uint64_t>(table.rows_estimate / lanes, 1);
  if (key.front().form == KeyColumn::Form::number) {
    SLIPWAY_TRY(auto ranges, cut_numbers(source, from, key, lanes, rows_per_lane));
    if (ranges) return std::move(*ranges);
  }
  return cut_by_walking(source, from, table, key, rows_per_lane);
}

Result<std::string> range_clause(const Table& table, const std::vector<KeyColumn>& key, const Range& range) {
  SLIPWAY_TRY(std::string clause, sql::quote_identifier(table.name));
  clause = " FROM " + clause;
  if (table.history) clause += " FOR SYSTEM_TIME ALL";
  if (key.empty()) return clause;
  clause += " FORCE INDEX (PRIMARY)";
  if (const std::string where = condition(key, range); !where.empty()) clause += " WHERE " + where;
  return clause;
}

}  // namespace slipway::migrate
