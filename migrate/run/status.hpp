// How far a migration is, from its state file alone: while it runs, after a kill, after its end.
#pragma once

#include "migrate/run/state_file.hpp"

namespace slipway::migrate {

struct MigrationStatus {
  MigrationState state;
  std::filesystem::path file;
  int process = 0;  ///< that works on it; 0: none
};

/// Error: not_found (no migration into the account), those of read_state.
[[nodiscard]] Result<MigrationStatus> find_status(const std::filesystem::path& file);

/// What to do next, for a person; never empty.
[[nodiscard]] std::string way_out(const MigrationStatus& status);

/// Seconds until the step under way ends, by its rate so far; nothing when that cannot be said.
[[nodiscard]] std::optional<double> seconds_left(const Live& live);

[[nodiscard]] nlohmann::ordered_json to_json(const MigrationStatus& status);
/// For a terminal, 80 columns.
[[nodiscard]] std::string to_text(const MigrationStatus& status);

}  // namespace slipway::migrate
