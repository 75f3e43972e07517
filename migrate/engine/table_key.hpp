// By what a table is cut: its primary key, when both servers order it alike, and the lanes that streams take.
#pragma once

#include "migrate/engine/catalog.hpp"
#include "migrate/engine/key_rules.hpp"

namespace slipway::migrate {

/// The columns of the primary key, or none when the table has to travel in one piece: no primary key, a key over
/// prefixes, of a type whose literals do not order like the column (ENUM, FLOAT, BIT …), under a collation that the
/// target replaces, or a table that keeps its row history.
[[nodiscard]] Result<std::vector<KeyColumn>> read_key(sql::Connection& source, const std::string& database,
                                                      const Table& table);

/// Ranges of about `lane_bytes` that cover every key: the first has no lower and the last no upper bound, so a wrong
/// estimate costs balance and never a row. Integer keys are cut evenly and then where the server's own estimate says
/// that a range is too full; others at keys found by walking the index once.
[[nodiscard]] Result<std::vector<Range>> plan_lanes(sql::Connection& source, const Table& table,
                                                    const std::vector<KeyColumn>& key, std::uint64_t lane_bytes);

/// " FROM `table` [WHERE range]" as copies and checksums read it.
[[nodiscard]] Result<std::string> range_clause(const Table& table, const std::vector<KeyColumn>& key,
                                               const Range& range);

}  // namespace slipway::migrate
