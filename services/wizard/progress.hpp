// How the first boot goes, as `slipway first-boot status --json` tells it.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "appliance/base/result.hpp"

namespace slipway::wizard {

struct Step {
  std::string name;   ///< "hostname"
  std::string state;  ///< "done", "running", "failed", "pending"
};

struct Progress {
  enum class Stage { pending, running, failed, done };
  Stage stage = Stage::pending;
  std::vector<Step> steps = {};
  std::string what = {};     ///< of a failure
  std::string way_out = {};  ///< likewise
};

/// Error: corrupt. Pure.
[[nodiscard]] Result<Progress> parse_progress(std::string_view json);

/// Nothing has begun where there is no such file. Errors: permission, corrupt.
[[nodiscard]] Result<Progress> read_progress(const std::filesystem::path& state_dir);

}  // namespace slipway::wizard
