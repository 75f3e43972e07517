// What a dump that was read through holds: which database is taken, and what the report says of the rest.
#pragma once

#include <vector>

#include "migrate/dumps/findings.hpp"

namespace slipway::migrate {

/// The database to load: `wanted`, or the only one there is (the server's own never count). It keeps its name, so that
/// what names it in full still works; a dump that names none gets that of its header, or "dump". Errors, without the
/// file's name: invalid_argument naming several, not_found, corrupt when there is nothing to load.
[[nodiscard]] Result<std::string> choose_database(const DumpFindings& findings, const std::string& header_database,
                                                  const std::string& wanted);

/// A line each for what was left out or changed.
[[nodiscard]] std::vector<std::string> notes_of(const DumpFindings& findings);

}  // namespace slipway::migrate
