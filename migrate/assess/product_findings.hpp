// What the profile of a known product says of its database.
#pragma once

#include <filesystem>

#include "appliance/sql/connection.hpp"
#include "migrate/assess/finding.hpp"
#include "migrate/products/recognise.hpp"

namespace slipway::migrate::assess {

struct ProductFindings {
  std::string title;       ///< "Request Tracker 5"; empty: no product that is known
  bool transform = false;  ///< its rows are transformed after the copy
  Findings findings;
};

/// Recognises the product of `database`, looks for statuses without a counterpart, and asks the profile's own questions
/// (its file `assess`), each for at most `limit`; none at all when that is 0. Errors: those of status_map; unavailable.
[[nodiscard]] Result<ProductFindings> judge_product(sql::Connection& source, const std::string& database,
                                                    const KnownProfiles& known,
                                                    const std::filesystem::path& status_map_file,
                                                    std::chrono::seconds limit);

}  // namespace slipway::migrate::assess
