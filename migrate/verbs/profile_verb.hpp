// `slipway-migrate profile …`: the products that can be taken over, and help for who writes a profile.
#pragma once

#include <CLI/CLI.hpp>

#include "appliance/base/result.hpp"

namespace slipway::migrate {

/// Adds the verb with list, show, export and check; `done` gets what came of it and must outlive `app`.
void add_profile_verb(CLI::App& app, Status& done);

}  // namespace slipway::migrate
