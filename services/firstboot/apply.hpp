// Carrying answers out, step after step, so that a kill at any moment and a new start end in the same state. Inside
// this folder only.
#pragma once

#include "appliance/command/command.hpp"
#include "appliance/firstboot/progress.hpp"
#include "services/firstboot/machine.hpp"

namespace slipway::firstboot {

/// Reads, checks and carries out the answers of `places`; on a machine that does not run, those steps alone that are
/// files. What is done is recorded behind each step and not done again for the same answers. Errors: invalid_argument
/// (faults of the answers, nothing was done), in_use (somebody is at it), those of the step that failed, with its name
/// in front.
[[nodiscard]] Result<Progress> apply(const Places& places, const Machine& machine, const command::Context& context);

}  // namespace slipway::firstboot
