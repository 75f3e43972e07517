// One copy at a time into a database, and none of the sessions that a killed one left behind.
#pragma once

#include "appliance/sql/connection.hpp"

namespace slipway::migrate {

/// The most streams a copy may have.
inline constexpr std::size_t kMostStreams = 16;

/// Makes `target`'s session the one that copies into its database, as long as it lives. The server may still be working
/// for sessions of a program that was killed, and a statement of theirs must not come to an end behind our back: they
/// are ended. Errors: in_use when another copy into the database runs; timeout when such a session does not end.
[[nodiscard]] Status claim_target(sql::Connection& target);

/// Marks a further session of the copy, so that a later claim_target() finds it. `number`: below 2 * kMostStreams.
[[nodiscard]] Status mark_session(sql::Connection& target, std::size_t number);

}  // namespace slipway::migrate
