// What a profile's own queries answer: the profile may be anybody's, so nothing is taken for granted.
#pragma once

#include <cstdint>
#include <string>

#include "appliance/sql/value.hpp"

namespace slipway::migrate {

/// A whole number, also of a sum (DECIMAL) or a text. `place` names the query: "checks.sql:3". Error: invalid_argument
/// when the column is missing, NULL or anything else.
[[nodiscard]] Result<std::uint64_t> whole_number(const sql::Row& row, std::size_t column, const std::string& place);

}  // namespace slipway::migrate
