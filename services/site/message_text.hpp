// Messages between members, and a member's record, as JSON.
#pragma once

#include <string>
#include <string_view>

#include "appliance/base/result.hpp"
#include "services/site/agent_rules.hpp"

namespace slipway::site {

/// One object on one line.
[[nodiscard]] std::string message_text(const Message& message);
/// Errors: invalid_argument naming what is wrong. A member of another format, with what it does not know, is refused as
/// a whole: half a message could be another promise.
[[nodiscard]] Result<Message> parse_message(std::string_view text);

/// Without `free_at`, which means nothing after a restart.
[[nodiscard]] std::string ballot_text(const Ballot& ballot);
/// Errors: corrupt.
[[nodiscard]] Result<Ballot> parse_ballot(std::string_view text);

}  // namespace slipway::site
