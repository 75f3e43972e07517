// The assessment of a source: what it is, what would happen to every object of it, what stands in the way.
#pragma once

#include <filesystem>

#include "migrate/assess/facts.hpp"
#include "migrate/assess/finding.hpp"
#include "migrate/assess/scan.hpp"
#include "migrate/engine/progress.hpp"

namespace slipway::migrate::assess {

struct Options {
  std::string profile = "auto";  ///< "auto", "none" or the directory of a profile
  std::filesystem::path status_map_file;
  std::chrono::seconds scan_limit{60};
};

struct Estimate {
  std::uint64_t rows = 0;
  std::uint64_t data_bytes = 0;
  std::uint64_t index_bytes = 0;
  double seconds = 0;  ///< of the move, on two cores
};

struct Assessment {
  std::string source;  ///< its address
  std::string assessed_at;
  Facts facts;
  std::string product;  ///< "Request Tracker 5"; empty: none that is known
  Findings findings;    ///< sorted
  Scan scan;            ///< its findings have moved to the others
  Estimate estimate;
};

/// Changes nothing: the session may only read. `endpoint.database` alone, or every database of the server when it is
/// empty. Errors: not_found (the database), those of load_profile and status_map, unauthenticated and unavailable (the
/// server).
[[nodiscard]] Result<Assessment> assess_source(const sql::Endpoint& endpoint, const std::string& address,
                                               const Options& options, Progress& progress);

}  // namespace slipway::migrate::assess
