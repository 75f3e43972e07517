// Which rows to look for in a table, all in one pass, and what their number means.
#pragma once

#include "migrate/assess/facts.hpp"
#include "migrate/assess/finding.hpp"

namespace slipway::migrate::assess {

/// A question to every row of a table.
struct Probe {
  std::string_view kind;
  std::string object;
  std::string condition;  ///< SQL over the table as `c`, true, false or NULL for a row
};

/// What is worth asking of `table`; nothing: it need not be read. `facts` also knows the tables it refers to.
[[nodiscard]] std::vector<Probe> probes_of(const Table& table, const Facts& facts);

/// Bounds of a range of keys, both included.
struct KeyRange {
  std::int64_t from = 0;
  std::int64_t to = 0;
};

/// Cuts the keys between `least` and `greatest` into ranges of about `piece_bytes` of the table each.
[[nodiscard]] std::vector<KeyRange> cut_keys(std::int64_t least, std::int64_t greatest, std::uint64_t table_bytes,
                                             std::uint64_t piece_bytes);

}  // namespace slipway::migrate::assess
