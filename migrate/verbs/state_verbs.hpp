// `status` and `report`: what the state file knows.
#pragma once

#include "migrate/verbs/options.hpp"

namespace slipway::migrate {

/// Each adds its verb; `result` gets what came of it and must outlive `app`.
void add_state_verbs(CLI::App& app, VerbResult& result);

}  // namespace slipway::migrate
