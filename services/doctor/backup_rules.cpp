// Backups: made, in two places, proven, up to date (A35, D5, D6, F1).
#include <algorithm>

#include "services/doctor/check_rules.hpp"

namespace slipway::doctor {
namespace {

constexpr const char* kOff = "backups are off";
constexpr const char* kLook = "slipway backup list; journalctl -u slipway-backupd -e";

Outcome enabled(const Facts& facts) {
  return about(facts.backups.enabled, [&](bool on) -> Outcome {
    if (on) return ok("on");
    if (facts.place.embedded) return note("off", "slipway up --backup");
    return warning("off: what is lost with this machine is lost",
                   "name two repositories and set backup.enabled in /etc/slipway/slipway.toml, then: systemctl restart "
                   "slipway.target");
  });
}

/// A check that counts only while backups are on.
Outcome while_on(const Facts& facts, const std::function<Outcome()>& look) {
  return about(facts.backups.enabled, [&](bool on) -> Outcome { return on ? look() : not_applicable(kOff); });
}

Outcome with_agent(const Facts& facts, const std::function<Outcome(const BackupAgent&)>& look) {
  return while_on(facts, [&] { return about(facts.backups.agent, look); });
}

Outcome repository(const Facts& facts, const std::string& address, const char* key) {
  return while_on(facts, [&]() -> Outcome {
    if (!address.empty()) return ok(std::string(key) + " is set");
    return failure(std::string(key) + " names none",
                   std::string("set ") + key + " in /etc/slipway/slipway.toml: docs/restore.md");
  });
}

Outcome two_places(const Facts& facts) {
  return while_on(facts, [&]() -> Outcome {
    if (facts.backups.even.empty() || facts.backups.odd.empty()) return not_applicable("fewer than two are named");
    if (facts.backups.even == facts.backups.odd)
      return failure("both are the same", "name another place in backup.odd, best in another data centre");
    return ok("they are two");
  });
}

Outcome elsewhere(const Facts& facts) {
  return while_on(facts, [&]() -> Outcome {
    if (!facts.backups.on_this_machine) return ok("at least one is elsewhere");
    if (facts.place.embedded)
      return note("both lie on this disk, for trying", "an appliance with sftp:// or s3:// keeps them elsewhere");
    return failure("both lie on this machine's own disk, and are lost with it",
                   "name a repository on another machine: sftp://, ftps:// or s3://");
  });
}

Outcome monthly(const Facts& facts) {
  return while_on(facts, [&]() -> Outcome {
    if (!facts.backups.monthly.empty()) return ok("backup.monthly is set");
    return note("the customer gets no copy of each month", "set backup.monthly: docs/restore.md");
  });
}

Outcome agent_answers(const Facts& facts) {
  return while_on(facts, [&]() -> Outcome {
    const auto& agent = facts.backups.agent;
    if (agent.known()) return ok("it tells how it stands");
    if (agent.absent()) return not_applicable(agent.absent()->reason);
    return no_answer(facts, *agent.unknown(), "journalctl -u slipway-backupd -e; systemctl restart slipway-backupd");
  });
}

Outcome alerts(const Facts& facts) {
  return with_agent(facts, [](const BackupAgent& agent) -> Outcome {
    if (agent.alerts.empty()) return ok("none stands");
    return failure(join(agent.alerts, 4), kLook);
  });
}

Outcome repositories_answer(const Facts& facts) {
  return with_agent(facts, [](const BackupAgent& agent) -> Outcome {
    if (agent.unavailable_repositories.empty()) return ok("each answers");
    return failure("no answer from " + join(agent.unavailable_repositories), kLook);
  });
}

std::string ago(Timestamp now, Timestamp then) {
  return span_text(std::chrono::duration_cast<std::chrono::seconds>(now - then)) + " ago";
}

Outcome looked(const Facts& facts) {
  return with_agent(facts, [&](const BackupAgent& agent) -> Outcome {
    if (!agent.looked_at) return note("not yet: it has just started", "ask again in a minute");
    const std::string text = ago(facts.place.now, *agent.looked_at);
    if (facts.place.now - *agent.looked_at > std::chrono::hours(2)) return warning(text + ", more than 2 h", kLook);
    return ok(text);
  });
}

/// When the newest backup that `counts` was taken.
template <typename Counts>
std::optional<Timestamp> newest(const BackupAgent& agent, Counts&& counts) {
  std::optional<Timestamp> at;
  for (const auto& backup : agent.backups)
    if (counts(backup)) at = std::max(at.value_or(backup.taken_at), backup.taken_at);
  return at;
}

Outcome age(Timestamp now, const std::optional<Timestamp>& at, const std::string& what, std::chrono::hours late) {
  if (!at) return failure("there is no " + what, kLook);
  const std::string text = "the newest " + what + " was taken " + ago(now, *at);
  if (now - *at > late) return failure(text + ", more than " + span_text(late), kLook);
  return ok(text);
}

Outcome full(const Facts& facts) {
  return with_agent(facts, [&](const BackupAgent& agent) {
    const auto at = newest(agent, [](const BackupEntry& one) { return one.kind == "full"; });
    return age(facts.place.now, at, "full", std::chrono::hours(26));
  });
}

Outcome any(const Facts& facts) {
  return with_agent(facts, [&](const BackupAgent& agent) {
    const auto at =
        newest(agent, [](const BackupEntry& one) { return one.kind == "full" || one.kind == "incremental"; });
    const auto every = std::chrono::ceil<std::chrono::hours>(facts.backups.incremental_every);
    return age(facts.place.now, at, "backup", std::max(every, std::chrono::hours(1)) + std::chrono::hours(1));
  });
}

Outcome proof(const Facts& facts) {
  return with_agent(facts, [&](const BackupAgent& agent) {
    const auto at = newest(agent, [](const BackupEntry& one) { return one.kind == "full" && one.proof == "proven"; });
    return age(facts.place.now, at, "proven full", std::chrono::hours(50));
  });
}

Outcome proofs_failed(const Facts& facts) {
  return with_agent(facts, [](const BackupAgent& agent) -> Outcome {
    Names failed;
    for (const auto& one : agent.backups)
      if (one.proof == "failed") failed.push_back(one.id + " in " + one.repository);
    if (failed.empty()) return ok("none failed");
    return warning("failed: " + join(failed, 4),
                   "slipway backup list names the fault; take a new one: slipway backup run");
  });
}

Outcome each_repository(const Facts& facts) {
  return with_agent(facts, [](const BackupAgent& agent) -> Outcome {
    Names holding;
    for (const auto& one : agent.backups)
      if (one.kind == "full" && one.proof == "proven" && std::ranges::find(holding, one.repository) == holding.end())
        holding.push_back(one.repository);
    if (holding.size() >= 2) return ok("in " + join(holding));
    return warning(holding.empty() ? "in none" : "only in " + join(holding),
                   "the next fulls go to the two by turns; to have one now: slipway backup run");
  });
}

Outcome log_archived(const Facts& facts) {
  return with_agent(facts, [&](const BackupAgent& agent) -> Outcome {
    if (!agent.archived_until) return failure("nothing of the log is archived yet", kLook);
    const auto behind = facts.place.now - *agent.archived_until;
    const std::string text = "up to " + ago(facts.place.now, *agent.archived_until);
    if (behind > std::chrono::hours(2)) return failure(text + ", more than 2 h", kLook);
    if (behind > std::chrono::minutes(15)) return warning(text + ", more than 15 min", kLook);
    return ok(text);
  });
}

Outcome restorable(const Facts& facts) {
  return with_agent(facts, [&](const BackupAgent& agent) -> Outcome {
    if (!agent.restorable_until) return failure("nothing can be restored", kLook);
    const auto behind = facts.place.now - *agent.restorable_until;
    const std::string text = "up to " + ago(facts.place.now, *agent.restorable_until);
    if (behind > std::chrono::hours(2)) return failure(text + ", more than 2 h", kLook);
    return ok(text);
  });
}

Outcome work_space(const Facts& facts) {
  return while_on(facts, [&] {
    return about(facts.backups.work_available_bytes, [&](std::uint64_t left) {
      return about(facts.backups.database_bytes, [&](std::uint64_t needed) -> Outcome {
        const std::string text = size_text(left) + " left, the database has " + size_text(needed);
        if (left < needed)
          return warning(text + ": no room for a proof", "grow the disk of backup.work_dir, or move it");
        return ok(text);
      });
    });
  });
}

}  // namespace

Checks backup_checks() {
  constexpr Area area = Area::backups;
  return {{"backups.enabled", area, "Backups are made", enabled},
          {"backups.repository.even", area, "The even days have a repository",
           [](const Facts& facts) { return repository(facts, facts.backups.even, "backup.even"); }},
          {"backups.repository.odd", area, "The odd days have a repository",
           [](const Facts& facts) { return repository(facts, facts.backups.odd, "backup.odd"); }},
          {"backups.two_places", area, "The repositories are two", two_places},
          {"backups.elsewhere", area, "A repository is on another machine", elsewhere},
          {"backups.monthly", area, "The customer gets a copy of each month", monthly},
          {"backups.agent", area, "The backup agent answers", agent_answers},
          {"backups.alerts", area, "The agent has no alert", alerts},
          {"backups.repositories", area, "Every repository answers", repositories_answer},
          {"backups.looked", area, "The agent looked at the repositories lately", looked},
          {"backups.full", area, "There is a full of the last day", full},
          {"backups.newest", area, "The newest backup is fresh", any},
          {"backups.proof", area, "A fresh full is proven", proof},
          {"backups.proofs_failed", area, "No backup failed its proof", proofs_failed},
          {"backups.each_repository", area, "Each repository holds a proven full", each_repository},
          {"backups.log", area, "The log is archived", log_archived},
          {"backups.restorable", area, "The last hours can be restored", restorable},
          {"backups.work_space", area, "There is room for proofs", work_space}};
}

}  // namespace slipway::doctor
