// What can be restored, for programs: `slipway backup timeline --json`, and the agent's /timeline.
#pragma once

#include <nlohmann/json.hpp>

#include "services/backup/timeline_rules.hpp"

namespace slipway::backup {

/// {"spans": what all repositories can do together,
///  "repositories": [{"name", "available", "spans": what it can do alone}],
///  "backups": [{"id", "repository", "kind", "parent", "account", "taken_at", "bytes", "proof"}]}; times in ISO 8601.
[[nodiscard]] nlohmann::ordered_json timeline_json(const TimelineFacts& facts);

}  // namespace slipway::backup
