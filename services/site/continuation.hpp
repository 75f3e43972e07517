// Whether the log of the site that has the writes goes on from a position: what a copy needs before it takes the place
// of anything.
#pragma once

#include "appliance/sql/connection.hpp"
#include "appliance/sql/gtid.hpp"

namespace slipway::site {

/// Reads the log of `writer` as a replica at `position` would, to its first transaction or its end. Errors: conflict
/// where the two histories part before that, not_found where the log begins later; those of the connection.
[[nodiscard]] Status check_log_goes_on(const sql::Endpoint& writer, const sql::GtidPosition& position);

}  // namespace slipway::site
