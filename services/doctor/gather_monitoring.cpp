// Prometheus, Alertmanager, exporters.
#include <array>
#include <utility>

#include "services/doctor/gather_parts.hpp"
#include "services/doctor/host.hpp"
#include "services/doctor/host_json_rules.hpp"

namespace slipway::doctor {
namespace {

constexpr const char* kPrometheus = "http://127.0.0.1:9090";
constexpr const char* kAlertmanager = "http://127.0.0.1:9093";
constexpr std::array<std::pair<const char*, int>, 4> kExporters{
    {{"node", 9100}, {"mysqld", 9104}, {"blackbox", 9115}, {"process", 9256}}};

Fact<std::string> body_of(const std::string& url) {
  return then<std::string>(fetch_page({.url = url}), [&](const Fetched& page) -> Fact<std::string> {
    if (page.status != 200) return Unknown{url + ": answers with " + std::to_string(page.status), "look at its log"};
    return page.body;
  });
}

}  // namespace

void gather_monitoring(const Sources& sources, Monitoring& monitoring) {
  if (sources.embedded) {
    const Absent absent{"an embedded installation has no monitoring of its own"};
    monitoring = {absent, absent, absent, absent, absent, absent, absent, absent, absent, {}};
    for (const auto& [name, port] : kExporters) monitoring.exporters[name] = absent;
    return;
  }
  const std::string prometheus(kPrometheus);
  monitoring.prometheus = answer_of({.url = prometheus + "/-/ready"});
  monitoring.alertmanager = answer_of({.url = std::string(kAlertmanager) + "/-/ready"});
  const auto targets = then<WatchedTargets>(body_of(prometheus + "/api/v1/targets?state=active"), parse_targets);
  monitoring.targets =
      then<std::uint64_t>(targets, [](const WatchedTargets& all) -> Fact<std::uint64_t> { return all.count; });
  monitoring.targets_down = then<Names>(targets, [](const WatchedTargets& all) -> Fact<Names> { return all.down; });
  const auto rules = then<LoadedRules>(body_of(prometheus + "/api/v1/rules"), parse_rules);
  monitoring.rules =
      then<std::uint64_t>(rules, [](const LoadedRules& all) -> Fact<std::uint64_t> { return all.count; });
  monitoring.rules_failing = then<Names>(rules, [](const LoadedRules& all) -> Fact<Names> { return all.failing; });
  monitoring.alerts_firing = then<Names>(body_of(prometheus + "/api/v1/alerts"), parse_alerts);
  monitoring.configuration_loaded =
      then<bool>(then<double>(body_of(prometheus + "/api/v1/query?query=min(prometheus_config_last_reload_successful)"),
                              parse_query),
                 [](double value) -> Fact<bool> { return value > 0.5; });
  monitoring.notification_ways =
      then<std::uint64_t>(body_of(std::string(kAlertmanager) + "/api/v2/status"), parse_receivers);
  for (const auto& [name, port] : kExporters)
    monitoring.exporters[name] = answer_of({.url = "http://127.0.0.1:" + std::to_string(port) + "/metrics"});
}

}  // namespace slipway::doctor
