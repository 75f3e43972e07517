// An upgrade that somebody asks for: looked at without changing anything, then ordered.
#pragma once

#include <functional>

#include "appliance/command/command.hpp"
#include "services/upgrade/state.hpp"

namespace slipway::upgrade {

/// What an upgrade would do.
struct Plan {
  State state;                   ///< as it would be recorded, without files and sums
  std::uint64_t free_bytes = 0;  ///< where the databases are
};

/// Everything that can be known beforehand. Changes nothing. Error: whatever stands in the way, all of it at once, one
/// a line.
[[nodiscard]] Result<Plan> look_ahead(const command::Context& context, const Places& places,
                                      const std::vector<std::filesystem::path>& files);

/// Keeps the packages of both versions, writes the unit, records the upgrade, and starts the unit. Killed before the
/// record is written, nothing has happened; after it, the unit carries the order out, at the latest with the next boot.
/// Errors: in_use (another is under way), those of keeping.
[[nodiscard]] Status order(const Places& places, const std::vector<std::filesystem::path>& files, Plan plan,
                           const Clock& clock, const std::function<void(const std::string&)>& progress);

}  // namespace slipway::upgrade
