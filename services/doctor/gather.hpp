// From the machine to facts. Nothing here decides anything, changes anything, or goes on without end: whatever is asked
// has a time limit, and what does not answer is unknown.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>

#include "appliance/command/command.hpp"
#include "services/doctor/check_rules.hpp"

namespace slipway::doctor {

/// Where to look: the installation that is meant.
struct Sources {
  bool embedded = false;
  std::filesystem::path config_file;
  std::filesystem::path state_dir;      ///< of an embedded installation
  config::Config config;                ///< the defaults where the file cannot be read
  std::string configuration_fault;      ///< why it cannot; empty: it can
  sql::Endpoint database;               ///< the administrator's
  std::optional<Error> database_fault;  ///< why there is no way to it

  /// Errors: not_found when there is no installation at all.
  [[nodiscard]] static Result<Sources> of(const command::Context& context);
};

/// What the checks of these areas (none: all) are about, by four threads at most. `progress` is told what is begun, by
/// one thread at a time.
[[nodiscard]] Facts gather(const Sources& sources, std::span<const Area> areas,
                           const std::function<void(const std::string&)>& progress);

}  // namespace slipway::doctor
