// What programs of the machine say in JSON, as values. Pure.
#pragma once

#include <string_view>

#include "services/doctor/facts.hpp"

namespace slipway::doctor {

/// From `nft -j list ruleset`.
[[nodiscard]] Fact<PacketFilter> parse_nft(std::string_view json);

struct Confinement {
  Settings profiles;  ///< name to mode
  Names unconfined;   ///< programs that run outside the profile that is there for them
};
/// From `aa-status --json`.
[[nodiscard]] Fact<Confinement> parse_apparmor(std::string_view json);

/// From the agent's /timeline.
[[nodiscard]] Fact<BackupAgent> parse_timeline(std::string_view json);

struct WatchedTargets {
  std::uint64_t count = 0;
  Names down;  ///< "job at address"
};
/// From Prometheus' /api/v1/targets, /rules, /alerts.
[[nodiscard]] Fact<WatchedTargets> parse_targets(std::string_view json);
struct LoadedRules {
  std::uint64_t count = 0;
  Names failing;
};
[[nodiscard]] Fact<LoadedRules> parse_rules(std::string_view json);
[[nodiscard]] Fact<Names> parse_alerts(std::string_view json);
/// The value of a query with one result.
[[nodiscard]] Fact<double> parse_query(std::string_view json);
/// Ways to tell somebody in the configuration that Alertmanager's /api/v2/status shows.
[[nodiscard]] Fact<std::uint64_t> parse_receivers(std::string_view json);
/// "what: why" of the checks that fail in the answer of /ready.
[[nodiscard]] std::string failing_checks(std::string_view json);

}  // namespace slipway::doctor
