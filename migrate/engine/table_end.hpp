// What tables wait for until all rows and keys are there.
#pragma once

#include "migrate/engine/objects.hpp"

namespace slipway::migrate {

/// Gives tables back how their statistics are kept, and their foreign keys into other databases; one whose database the
/// target lacks is a problem in `report`. May be called again. Errors: those of the connection.
[[nodiscard]] Status finish_tables(sql::Connection& target, const Catalog& catalog, const std::set<std::string>& skip,
                                   ObjectsReport& report);

}  // namespace slipway::migrate
