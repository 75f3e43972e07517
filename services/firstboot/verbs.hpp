// The verbs of `slipway first-boot`.
#pragma once

#include "appliance/command/command.hpp"

namespace slipway::firstboot {

void register_first_boot(command::Verbs& verbs);

}  // namespace slipway::firstboot
