#include "services/doctor/host_json_rules.hpp"

#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "services/doctor/check_rules.hpp"

namespace slipway::doctor {
namespace {

using nlohmann::json;

/// Thrown inside reading() alone, as the reader of JSON throws, too.
struct BadTime {};

/// What `read` makes of the text; unknown where it is not of the form that it was made for.
template <typename T, typename Read>
Fact<T> reading(std::string_view text, const char* whose, Read&& read) {
  const Unknown unreadable{std::string(whose) + ": its answer is not understood",
                           "see that all programs are of one release"};
  try {
    return read(json::parse(text));
  } catch (const json::exception&) {
    return unreadable;
  } catch (const BadTime&) {
    return unreadable;
  }
}

Timestamp time_of(const json& value) {
  const auto time = parse_timestamp(value.get<std::string>());
  if (!time.has_value()) throw BadTime();
  return *time;
}

std::optional<Timestamp> maybe_time(const json& value) {
  return value.is_null() ? std::optional<Timestamp>() : time_of(value);
}

/// Whether the parts of a rule let `port` in from everywhere.
bool admits_everybody(const json& parts, int port) {
  bool names_port = false;
  bool names_source = false;
  bool accepts = false;
  for (const json& part : parts) {
    if (part.contains("accept")) accepts = true;
    if (!part.contains("match")) continue;
    const json& match = part.at("match");
    const json& left = match.at("left");
    if (!left.is_object() || !left.contains("payload")) continue;
    const json& payload = left.at("payload");
    const std::string field = payload.value("field", "");
    if (field == "saddr") names_source = true;
    if (field != "dport") continue;
    const json& right = match.at("right");
    const json ports = right.is_object() && right.contains("set") ? right.at("set") : json::array({right});
    names_port = std::ranges::any_of(ports, [&](const json& one) { return one.is_number() && one.get<int>() == port; });
  }
  return accepts && names_port && !names_source;
}

}  // namespace

Fact<PacketFilter> parse_nft(std::string_view text) {
  return reading<PacketFilter>(text, "nft", [](const json& answer) {
    PacketFilter filter;
    for (const json& entry : answer.at("nftables")) {
      if (entry.contains("chain") && entry.at("chain").contains("hook")) {
        const json& chain = entry.at("chain");
        filter.chains.push_back({chain.at("family"), chain.at("hook"), chain.value("policy", "accept")});
      }
      if (entry.contains("rule") && admits_everybody(entry.at("rule").at("expr"), 22)) filter.ssh_from_anywhere = true;
    }
    return filter;
  });
}

Fact<Confinement> parse_apparmor(std::string_view text) {
  return reading<Confinement>(text, "aa-status", [](const json& answer) {
    Confinement found;
    for (const auto& [name, mode] : answer.at("profiles").items()) found.profiles[name] = mode.get<std::string>();
    for (const auto& [program, processes] : answer.at("processes").items())
      for (const json& process : processes) {
        // A profile may have any name: what counts is what the running program is held by, the weakest of its
        // processes.
        const std::string status = process.at("status");
        if (const auto known = found.profiles.find(program); known == found.profiles.end() || status != "enforce")
          found.profiles[program] = status;
        if (status == "unconfined" && std::ranges::find(found.unconfined, program) == found.unconfined.end())
          found.unconfined.push_back(program);
      }
    return found;
  });
}

Fact<BackupAgent> parse_timeline(std::string_view text) {
  return reading<BackupAgent>(text, "backup agent", [](const json& answer) {
    BackupAgent agent;
    agent.enabled = answer.at("enabled");
    agent.looked_at = maybe_time(answer.at("looked_at"));
    agent.archived_until = maybe_time(answer.at("archived_until"));
    for (const json& span : answer.at("spans")) {
      const Timestamp until = time_of(span.at("until"));
      agent.restorable_until = std::max(agent.restorable_until.value_or(until), until);
    }
    for (const json& alert : answer.at("alerts"))
      agent.alerts.push_back(alert.at("name").get<std::string>() + ": " + alert.at("reason").get<std::string>());
    for (const json& repository : answer.at("repositories"))
      if (!repository.at("available").get<bool>()) agent.unavailable_repositories.push_back(repository.at("name"));
    for (const json& one : answer.at("backups"))
      agent.backups.push_back(
          {one.at("id"), one.at("repository"), one.at("kind"), one.at("proof"), time_of(one.at("taken_at"))});
    return agent;
  });
}

Fact<WatchedTargets> parse_targets(std::string_view text) {
  return reading<WatchedTargets>(text, "Prometheus", [](const json& answer) {
    WatchedTargets targets;
    for (const json& target : answer.at("data").at("activeTargets")) {
      ++targets.count;
      if (target.at("health") != "up")
        targets.down.push_back(target.at("labels").value("job", "?") + " at " +
                               target.at("labels").value("instance", "?"));
    }
    return targets;
  });
}

Fact<LoadedRules> parse_rules(std::string_view text) {
  return reading<LoadedRules>(text, "Prometheus", [](const json& answer) {
    LoadedRules rules;
    for (const json& group : answer.at("data").at("groups"))
      for (const json& rule : group.at("rules")) {
        ++rules.count;
        if (rule.value("health", "ok") == "err") rules.failing.push_back(rule.at("name"));
      }
    return rules;
  });
}

Fact<Names> parse_alerts(std::string_view text) {
  return reading<Names>(text, "Prometheus", [](const json& answer) {
    Names firing;
    for (const json& alert : answer.at("data").at("alerts"))
      if (alert.at("state") == "firing") firing.push_back(alert.at("labels").value("alertname", "?"));
    return firing;
  });
}

Fact<double> parse_query(std::string_view text) {
  return reading<double>(text, "Prometheus", [](const json& answer) {
    const std::string value = answer.at("data").at("result").at(0).at("value").at(1);
    return std::strtod(value.c_str(), nullptr);
  });
}

Fact<std::uint64_t> parse_receivers(std::string_view text) {
  return reading<std::uint64_t>(text, "Alertmanager", [](const json& answer) {
    const std::string configuration = answer.at("config").at("original");
    std::uint64_t ways = 0;
    for (auto at = configuration.find("_configs:"); at != std::string::npos;
         at = configuration.find("_configs:", at + 1))
      ++ways;
    return ways;
  });
}

std::string failing_checks(std::string_view text) {
  const json answer = json::parse(text, nullptr, false);
  if (!answer.is_object() || !answer.contains("checks") || !answer.at("checks").is_array()) return {};
  std::string found;
  for (const json& check : answer.at("checks")) {
    if (!check.is_object() || check.value("status", "") == "ok") continue;
    found += (found.empty() ? "" : "; ") + check.value("name", "?");
    if (const std::string detail = check.value("detail", ""); !detail.empty()) found += ": " + detail;
  }
  return found;
}

}  // namespace slipway::doctor
