// The watchers themselves.
#include <array>

#include "services/doctor/check_rules.hpp"

namespace slipway::doctor {
namespace {

Outcome answers(const Fact<Answer>& fact, const std::string& unit) {
  const std::string way_out = "journalctl -u " + unit + " -e; systemctl restart " + unit;
  if (fact.unknown()) return failure(fact.unknown()->reason, way_out);
  return about(fact, [&](const Answer& answer) -> Outcome {
    if (answer.status == 200) return ok("answers with 200");
    return failure("answers with " + std::to_string(answer.status), way_out);
  });
}

Outcome exporter(const Facts& facts, const std::string& name) {
  const auto found = facts.monitoring.exporters.find(name);
  if (found == facts.monitoring.exporters.end()) return {Verdict::unknown, name + ": was not asked", "report it"};
  return answers(found->second, "prometheus-" + name + "-exporter");
}

Outcome targets(const Facts& facts) {
  return about(facts.monitoring.targets, [](std::uint64_t count) -> Outcome {
    if (count == 0)
      return failure("Prometheus watches nothing", "promtool check config /etc/prometheus/prometheus.yml");
    return ok(std::to_string(count) + " targets");
  });
}

Outcome targets_up(const Facts& facts) {
  return none_of(facts.monitoring.targets_down, "all answer", Verdict::failure, "no answer from",
                 "systemctl status of what is named; http://127.0.0.1:9090/targets shows the error");
}

Outcome rules(const Facts& facts) {
  return about(facts.monitoring.rules, [](std::uint64_t count) -> Outcome {
    if (count == 0)
      return failure("no rule is loaded: nothing alerts",
                     "promtool check rules /etc/prometheus/rules/*.yml; systemctl reload prometheus");
    return ok(std::to_string(count) + " rules");
  });
}

Outcome rules_work(const Facts& facts) {
  return none_of(facts.monitoring.rules_failing, "all can be worked out", Verdict::failure, "cannot be worked out",
                 "http://127.0.0.1:9090/rules shows the error");
}

Outcome firing(const Facts& facts) {
  return none_of(facts.monitoring.alerts_firing, "none", Verdict::warning, "firing",
                 "http://127.0.0.1:9093 shows each with its description");
}

Outcome configuration(const Facts& facts) {
  return about(facts.monitoring.configuration_loaded, [](bool loaded) {
    if (loaded) return ok("the file's configuration is in force");
    return failure("the last reading of the configuration failed: the former one is in force",
                   "promtool check config /etc/prometheus/prometheus.yml; systemctl reload prometheus");
  });
}

Outcome ways(const Facts& facts) {
  return about(facts.monitoring.notification_ways, [](std::uint64_t count) -> Outcome {
    if (count == 0) return warning("alerts reach nobody", "name a receiver in /etc/prometheus/alertmanager.yml");
    return ok(std::to_string(count) + " ways to tell somebody");
  });
}

}  // namespace

Checks monitoring_checks() {
  constexpr Area area = Area::monitoring;
  Checks checks{{"monitoring.prometheus", area, "Prometheus answers",
                 [](const Facts& facts) { return answers(facts.monitoring.prometheus, "prometheus"); }},
                {"monitoring.alertmanager", area, "Alertmanager answers",
                 [](const Facts& facts) { return answers(facts.monitoring.alertmanager, "prometheus-alertmanager"); }},
                {"monitoring.targets", area, "Something is watched", targets},
                {"monitoring.targets_up", area, "All that is watched answers", targets_up},
                {"monitoring.rules", area, "There are rules to alert by", rules},
                {"monitoring.rules_work", area, "Every rule can be worked out", rules_work},
                {"monitoring.alerts", area, "No alert is firing", firing},
                {"monitoring.configuration", area, "Prometheus has read its configuration", configuration},
                {"monitoring.receivers", area, "Alerts reach somebody", ways}};
  static constexpr std::array<std::array<const char*, 2>, 4> exporters{
      {{"node", "The machine's figures are there"},
       {"mysqld", "The database's figures are there"},
       {"blackbox", "Slipway is looked at from outside"},
       {"process", "The processes' figures are there"}}};
  for (const auto& [name, title] : exporters)
    checks.push_back({std::string("monitoring.exporter.") + name, area, title,
                      [name = std::string(name)](const Facts& facts) { return exporter(facts, name); }});
  return checks;
}

}  // namespace slipway::doctor
