#include "services/backup/agent_metrics.hpp"

#include "appliance/telemetry/metrics.hpp"

namespace slipway::backup {
namespace {

using telemetry::set_gauge;

double seconds_of(Timestamp time) { return std::chrono::duration<double>(time.time_since_epoch()).count(); }

void tell_backups(const ScheduleFacts& facts, const std::string& repository, const std::vector<ChainLink>& links) {
  const auto newest = newest_in(repository, facts.backups, links);
  const auto set = [&](const char* which, const std::optional<std::size_t>& index) {
    set_gauge("slipway_backup_newest_timestamp_seconds",
              "When the newest backup was taken: a full, any of its chain, a proven full; 0: there is none",
              {{"repository", repository}, {"which", which}}, index ? seconds_of(facts.backups[*index].taken_at) : 0);
  };
  set("full", newest.full);
  set("any", newest.tip);
  set("proven_full", newest.proven);
}

}  // namespace

void AgentMetrics::tell(const ScheduleFacts& facts, const LogStatus& log, const std::vector<Alert>& alerts) {
  const auto links = link_chains(facts.backups);
  for (const RepositoryState& repository : facts.repositories) {
    const telemetry::Labels labels{{"repository", repository.name}};
    set_gauge("slipway_backup_repository_up", "Whether the repository answers", labels, repository.available ? 1 : 0);
    if (!repository.available) continue;
    tell_backups(facts, repository.name, links);
    const auto until = restorable_until(repository, facts, links);
    set_gauge("slipway_backup_restorable_until_timestamp_seconds",
              "The newest moment that this repository alone can restore; 0: nothing", labels,
              until ? seconds_of(*until) : 0);
  }
  for (const auto& at : log.repositories)
    set_gauge("slipway_backup_log_segments_waiting", "Finished segments of the log that the repository lacks",
              {{"repository", at.repository}}, static_cast<double>(at.waiting));
  set_gauge("slipway_backup_log_reading", "Whether the agent is connected to the server's binary log", {},
            log.reading ? 1 : 0);
  set_gauge("slipway_backup_log_safe_timestamp_seconds",
            "When everything that the server had logged was last in a repository", {},
            log.safe_at ? seconds_of(*log.safe_at) : 0);
  tell_alerts(alerts);
}

void AgentMetrics::tell_alerts(const std::vector<Alert>& alerts) {
  for (const auto& [name, repository] : alerted_)
    set_gauge("slipway_backup_alert", "Whether the alert stands", {{"name", name}, {"repository", repository}}, 0);
  for (const Alert& alert : alerts) {
    alerted_.emplace(alert.name, alert.repository);
    set_gauge("slipway_backup_alert", "Whether the alert stands",
              {{"name", alert.name}, {"repository", alert.repository}}, 1);
  }
}

void count_work(WorkKind kind, bool succeeded, double seconds) {
  const telemetry::Labels labels{{"work", std::string(to_text(kind))}, {"outcome", succeeded ? "succeeded" : "failed"}};
  telemetry::count("slipway_backup_work_total", "Pieces of work that ended", labels);
  telemetry::count("slipway_backup_work_seconds_total", "Time that they took", labels, seconds);
}

}  // namespace slipway::backup
