// `copy` and `sample`: the engine alone, and something to try it on.
#pragma once

#include "migrate/verbs/options.hpp"

namespace slipway::migrate {

/// Each adds its verb; `result` gets what came of it and must outlive `app`.
void add_copy_verbs(CLI::App& app, VerbResult& result);

}  // namespace slipway::migrate
