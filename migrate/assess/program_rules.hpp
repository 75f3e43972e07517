// What happens to views, sequences, triggers, routines and events, and to names.
#pragma once

#include "migrate/assess/facts.hpp"
#include "migrate/assess/finding.hpp"

namespace slipway::migrate::assess {

[[nodiscard]] Findings judge_programs(const Database& database, const Server& server);

/// Tables, views and databases whose names differ in case only.
[[nodiscard]] Findings judge_case(const Facts& facts);

}  // namespace slipway::migrate::assess
