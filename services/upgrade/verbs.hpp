// The verbs of `slipway upgrade`.
#pragma once

#include "appliance/command/command.hpp"

namespace slipway::upgrade {

/// slipway upgrade, and status, resume, test below it
void register_upgrade(command::Verbs& verbs);

}  // namespace slipway::upgrade
