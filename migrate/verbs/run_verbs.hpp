// `plan`, `run`, `resume`, `abort`, `demo`: what begins, goes on with and ends a migration.
#pragma once

#include "migrate/verbs/options.hpp"

namespace slipway::migrate {

/// Each adds its verb; `result` gets what came of it and must outlive `app`.
void add_run_verbs(CLI::App& app, VerbResult& result);

}  // namespace slipway::migrate
