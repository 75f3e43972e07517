// A desk of GLPI as its users see it: read from the product's tables row by row, by what their columns mean; nothing of
// the profile is used for it.
#pragma once

#include "tests/support/moved_desk.hpp"

namespace slipway::migrate {

/// Writes the files of the case's documents below `directory`, except "missing.TXT".
void write_glpi_files(const sql::Endpoint& source, const std::filesystem::path& directory);

/// What the account must hold after the move of tests/migration_cases/glpi.
[[nodiscard]] test::Facts facts_of_glpi(const sql::Endpoint& source);

}  // namespace slipway::migrate
