// Two databases compared: every row of every table, summed by both servers range by range.
#pragma once

#include <set>

#include "appliance/sql/connection.hpp"
#include "migrate/engine/progress.hpp"

namespace slipway::migrate {

struct CompareOptions {
  std::size_t streams = 3;
  std::uint64_t lane_bytes = 64U << 20U;  ///< what is summed at a time
  std::set<std::string> skip;             ///< tables that are left out
};

struct CompareReport {
  std::uint64_t tables = 0;
  std::uint64_t rows = 0;    ///< of the source
  std::uint64_t ranges = 0;  ///< that were summed on both sides
  double seconds = 0;
  std::string snapshot;                  ///< how one state of the source was held
  std::vector<std::string> differences;  ///< each names the table, and where rows differ the range and its first key
};

/// Reads both, changes neither. Tables that only one side has and columns that differ are differences too; computed
/// columns, keys and other objects are not looked at. The source is read in one state; a target that is written to
/// meanwhile differs. Errors: those of read_catalog, open_snapshot and the
/// connections.
[[nodiscard]] Result<CompareReport> compare_databases(const sql::Endpoint& source, const sql::Endpoint& target,
                                                      const CompareOptions& options, Progress& progress);

}  // namespace slipway::migrate
