// The console's page of drills (F3, A40): what the last one came to, the trend, and the report of each.
#pragma once

#include <nlohmann/json.hpp>

#include "services/console/drill_files.hpp"
#include "services/console/viewer.hpp"

namespace slipway::console {

/// The values of template "console_drills". A drill older than `limit_days`, one that missed a goal, and a report that
/// is not as it was signed are warned of; what is not verified stays out of the trend. Pure.
[[nodiscard]] nlohmann::json drills_page(const DrillShelf& shelf, const Viewer& viewer, std::int64_t limit_days);

/// The same where the reports cannot be read. Pure.
[[nodiscard]] nlohmann::json no_drills_page(const Viewer& viewer);

}  // namespace slipway::console
