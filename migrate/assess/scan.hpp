// Looks at the rows of a source, one pass per table at most, within a time.
#pragma once

#include "appliance/sql/connection.hpp"
#include "migrate/assess/facts.hpp"
#include "migrate/assess/finding.hpp"
#include "migrate/engine/progress.hpp"

namespace slipway::migrate::assess {

struct Scan {
  Findings findings;
  std::size_t tables_wanted = 0;   ///< that hold anything worth looking at
  std::size_t tables_scanned = 0;  ///< from the first row to the last
  double seconds = 0;
};

/// Small tables first, so that most are done when the time is up; large ones piece by piece along their key, so that
/// the time is never passed by more than a moment. Tables that were scanned get their exact number of rows in `facts`.
/// What was not looked at is a finding. Errors: unavailable.
[[nodiscard]] Result<Scan> scan_rows(sql::Connection& source, Facts& facts, std::chrono::seconds limit,
                                     Progress& progress, std::uint64_t piece_bytes = 64U << 20U);

}  // namespace slipway::migrate::assess
