// The Slipway that data moves into, as seen by the tool: its database server and the key of its accounts.
#pragma once

#include <filesystem>

#include "appliance/sql/connection.hpp"

namespace slipway::migrate {

struct Installation {
  sql::Endpoint administrator;  ///< all rights; no database selected
  Secret account_key;
  std::filesystem::path migrations;  ///< folder of the migrations' state files
};

/// An embedded installation by its state directory, or any by its configuration file (`config_file` wins). Errors:
/// not_found with the way to make one; invalid_argument with all faults of the configuration.
[[nodiscard]] Result<Installation> find_installation(const std::filesystem::path& state_dir,
                                                     const std::filesystem::path& config_file);

}  // namespace slipway::migrate
