// What the machine is like, read from where it was written and not from the answers: two machines that were told the
// same in different ways say the same. Inside this folder only.
#pragma once

#include <nlohmann/json.hpp>

#include "appliance/command/command.hpp"
#include "services/firstboot/machine.hpp"

namespace slipway::firstboot {

/// Without anything that differs from machine to machine (keys, addresses by DHCP, times). What cannot be read is null.
[[nodiscard]] nlohmann::ordered_json final_state(const Machine& machine, const command::Context& context);

}  // namespace slipway::firstboot
