// A desk of OTRS 6 as its users see it: read from the product's tables row by row, by what their columns mean; nothing
// of the profile is used for it.
#pragma once

#include "tests/support/moved_desk.hpp"

namespace slipway::migrate {

/// Writes what the case keeps as files below `directory`.
void write_otrs_files(const std::filesystem::path& directory);

/// What the account must hold after the move of tests/migration_cases/otrs.
[[nodiscard]] test::Facts facts_of_otrs(const sql::Endpoint& source);

}  // namespace slipway::migrate
