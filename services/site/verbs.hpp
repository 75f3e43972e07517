// The verbs of `slipway site`.
#pragma once

#include "appliance/command/command.hpp"

namespace slipway::site {

/// slipway site status | promote | demote | join | witness | rejoin
void register_site(command::Verbs& verbs);
/// The last of them, below `group`.
void register_rejoin(command::Verbs& verbs, CLI::App& group);

}  // namespace slipway::site
