// What became of an upgrade, for a person and for a program. Pure.
#pragma once

#include "services/upgrade/order.hpp"

namespace slipway::upgrade {

/// Whether a person has to look: it went back, or something was noted.
[[nodiscard]] bool needs_a_look(const State& state);

/// `now`: what a phase under way is counted to.
[[nodiscard]] std::string report_text(const State& state, Timestamp now);

/// {"versions", "phase", "over", "result": "upgraded" | "returned" | "under_way", "reason", "way_out", "remarks",
/// "steps":
/// [{"phase", "at", "seconds"}], "away_seconds", "kept_data", "packages": [{"name", "old_version", "new_version"}]}
[[nodiscard]] nlohmann::ordered_json report_json(const State& state, Timestamp now);

[[nodiscard]] std::string plan_text(const Plan& plan);
[[nodiscard]] nlohmann::ordered_json plan_json(const Plan& plan);

}  // namespace slipway::upgrade
