// `slipway-migrate assess`: what a move of a source would meet, found out without changing anything.
#pragma once

#include "migrate/verbs/options.hpp"

namespace slipway::migrate {

/// Adds the verb. Its exit status is that of a conflict when something stands in the way of a move.
void add_assess_verb(CLI::App& app, VerbResult& result);

}  // namespace slipway::migrate
