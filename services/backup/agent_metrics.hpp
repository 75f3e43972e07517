// What monitoring sees of the agent, as gauges. Inside this folder only.
#pragma once

#include <set>

#include "services/backup/agent.hpp"
#include "services/backup/schedule_rules.hpp"

namespace slipway::backup {

/// Sets every gauge anew; an alert that no longer stands is set to 0. Times are UNIX seconds: how long ago they were is
/// the monitor's to say, so that an agent that hangs is seen, too.
class AgentMetrics {
 public:
  void tell(const ScheduleFacts& facts, const LogStatus& log, const std::vector<Alert>& alerts);
  /// Those alone.
  void tell_alerts(const std::vector<Alert>& alerts);

 private:
  std::set<std::pair<std::string, std::string>> alerted_;  ///< names and repositories, at any time
};

/// Counts one piece of work that ended.
void count_work(WorkKind kind, bool succeeded, double seconds);

}  // namespace slipway::backup
