// The verbs of `slipway site`.
#pragma once

#include "appliance/command/command.hpp"

namespace slipway::site {

/// slipway site status | promote | demote | join | witness
void register_site(command::Verbs& verbs);

}  // namespace slipway::site
