// What the server, its settings and the user's rights mean for a move.
#pragma once

#include "migrate/assess/facts.hpp"
#include "migrate/assess/finding.hpp"

namespace slipway::migrate::assess {

/// "10.11.19-MariaDB-log" → 10 and 11 into `server`; 0 and 0 for nonsense.
void read_version(Server& server);

[[nodiscard]] Findings judge_server(const Facts& facts);

}  // namespace slipway::migrate::assess
