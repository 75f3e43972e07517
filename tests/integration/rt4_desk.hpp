// A desk of Request Tracker 4 as its users see it: read from the product's tables row by row, by what their columns
// mean; nothing of the profile is used for it.
#pragma once

#include "tests/support/moved_desk.hpp"

namespace slipway::migrate {

/// What the account must hold after the move of tests/migration_cases/rt4.
[[nodiscard]] test::Facts facts_of_rt4(const sql::Endpoint& source);

}  // namespace slipway::migrate
