#include "services/backup/agent.hpp"

namespace slipway::backup {

using nlohmann::ordered_json;

ordered_json to_json(const AgentStatus& status) {
  ordered_json alerts = ordered_json::array();
  for (const Alert& alert : status.alerts)
    alerts.push_back(
        {{"name", alert.name}, {"repository", alert.repository}, {"account", alert.account}, {"reason", alert.reason}});
  return {{"enabled", status.enabled},
          {"looked_at", status.looked_at ? ordered_json(to_iso8601(*status.looked_at)) : ordered_json()},
          {"doing", status.doing},
          {"doing_in", status.doing_in},
          {"archived_until", status.log.safe_at ? ordered_json(to_iso8601(*status.log.safe_at)) : ordered_json()},
          {"alerts", std::move(alerts)}};
}

}  // namespace slipway::backup
