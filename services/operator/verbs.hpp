// The operator's verbs of the `slipway` command: configuration, accounts, embedded mode, an appliance's set-up.
#pragma once

#include "appliance/command/command.hpp"

namespace slipway::operator_ {

void register_config(command::Verbs& verbs);
void register_account(command::Verbs& verbs);
void register_embedded(command::Verbs& verbs);
void register_setup(command::Verbs& verbs);

}  // namespace slipway::operator_
