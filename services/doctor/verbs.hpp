// The doctor's verbs of the `slipway` command.
#pragma once

#include "appliance/command/command.hpp"

namespace slipway::doctor {

/// slipway doctor
void register_doctor(command::Verbs& verbs);
/// slipway support-bundle
void register_support_bundle(command::Verbs& verbs);

}  // namespace slipway::doctor
