// What a running instance says of itself, in run/state.json: for `slipway status`, `up` and `down`.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "appliance/embedded/leftovers.hpp"
#include "appliance/embedded/state_directory.hpp"
#include "appliance/embedded/supervisor.hpp"

namespace slipway::embedded {

struct InstanceState {
  std::string version;
  std::uint16_t port = 0;
  Identity supervisor;
  std::vector<ProgramStatus> programs;
  std::vector<Identity> processes;  ///< of the programs that run

  [[nodiscard]] bool ready() const;
  [[nodiscard]] std::string url() const { return "https://127.0.0.1:" + std::to_string(port); }
};

/// Replaces the file in one step. Errors: permission, no_space.
[[nodiscard]] Status write_instance_state(const StateDirectory& directory, const InstanceState& state);

/// Errors: not_found (never started, or stopped in order), corrupt.
[[nodiscard]] Result<InstanceState> read_instance_state(const StateDirectory& directory);

void remove_instance_state(const StateDirectory& directory);

/// {"name","state","pid","starts",…} of each program: the form of the file and of `status --json`.
[[nodiscard]] nlohmann::ordered_json to_json(const std::vector<ProgramStatus>& programs);

/// Whether a supervisor holds the directory.
[[nodiscard]] bool is_supervised(const StateDirectory& directory);

}  // namespace slipway::embedded
