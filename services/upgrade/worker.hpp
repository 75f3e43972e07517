// The work of an upgrade, phase by phase, from wherever the record says it stands.
#pragma once

#include <functional>

#include "services/upgrade/state.hpp"

namespace slipway::upgrade {

/// What the worker needs to know beside the record.
struct Surroundings {
  Places places;
  std::filesystem::path config_file;
  const Clock& clock;
};

/// Works until the upgrade is over, and returns how it ended. An upgrade that another process left in the middle is
/// settled: the old version comes back, or the new one goes on, as phase_rules say. Also without any upgrade: a hold
/// that nobody answers for is removed. Errors: in_use (another works on it), not_found (there is none), those of a
/// phase that has no other way out; a later call goes on there.
[[nodiscard]] Result<State> work(const Surroundings& around);

}  // namespace slipway::upgrade
