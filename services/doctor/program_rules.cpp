// The programs: run, healthy, watched, bounded.
#include <array>

#include "services/doctor/check_rules.hpp"

namespace slipway::doctor {
namespace {

Outcome about_unit(const Facts& facts, const std::string& name, const std::function<Outcome(const Unit&)>& look) {
  const auto found = facts.programs.units.find(name);
  if (found == facts.programs.units.end()) return {Verdict::unknown, name + ": was not looked at", "report it"};
  return about(found->second, look);
}

std::string start_it(const Facts& facts, const std::string& name) {
  if (facts.place.embedded) return "slipway status names its log; slipway up starts it";
  return "journalctl -u " + name + " -e says why; systemctl restart " + name;
}

Outcome active(const Facts& facts, const std::string& name) {
  return about_unit(facts, name, [&](const Unit& unit) -> Outcome {
    if (unit.load != "loaded")
      return failure("unit is " + unit.load, "install the package that brings it: apt install --reinstall slipway");
    std::string text = unit.active + " (" + unit.sub + ")";
    if (unit.since)
      text += " for " + span_text(std::chrono::duration_cast<std::chrono::seconds>(facts.place.now - *unit.since));
    if (unit.active == "active") return ok(text);
    if (unit.active == "activating" || unit.active == "reloading") return warning(text, start_it(facts, name));
    if (unit.result != "success") text += ", result " + unit.result;
    return failure(text, start_it(facts, name));
  });
}

Outcome restarts(const Facts& facts, const std::string& name) {
  return about_unit(facts, name, [&](const Unit& unit) -> Outcome {
    if (unit.restarts == 0) return ok("none");
    const std::string text = std::to_string(unit.restarts) + " since it was started by hand or with the machine";
    if (unit.restarts < 3) return note(text, start_it(facts, name));
    return warning(text, start_it(facts, name));
  });
}

Outcome at_boot(const Facts& facts, const std::string& name) {
  if (facts.place.embedded) return not_applicable("an embedded installation is started by hand: slipway up");
  return about_unit(facts, name, [&](const Unit& unit) -> Outcome {
    if (unit.at_boot == "enabled" || unit.at_boot == "static" || unit.at_boot == "generated") return ok(unit.at_boot);
    return failure(unit.at_boot.empty() ? "not enabled" : unit.at_boot, "systemctl enable " + name);
  });
}

Outcome watchdog(const Facts& facts, const std::string& name) {
  if (facts.place.embedded) return not_applicable("the supervisor of an embedded installation has no watchdog");
  return about_unit(facts, name, [&](const Unit& unit) -> Outcome {
    if (unit.watchdog_us > 0) return ok("after " + std::to_string(unit.watchdog_us / 1'000'000) + " s of silence");
    return warning("a program that hangs goes unnoticed", "remove what unsets WatchdogSec: systemctl cat " + name);
  });
}

Outcome memory(const Facts& facts, const std::string& name) {
  if (facts.place.embedded) return not_applicable("an embedded installation sets no limits");
  return about_unit(facts, name, [&](const Unit& unit) -> Outcome {
    if (unit.active != "active") return not_applicable("it does not run");
    if (unit.memory_limit_bytes == 0)
      return warning("it may take all the memory", "remove what unsets MemoryMax: systemctl cat " + name);
    const std::string text = size_text(unit.memory_bytes) + " of " + size_text(unit.memory_limit_bytes);
    if (unit.memory_bytes * 10 > unit.memory_limit_bytes * 9)
      return warning(text + ": nine tenths or more", "watch it; give the machine more memory, or raise MemoryMax");
    return ok(text);
  });
}

Outcome file_current(const Facts& facts, const std::string& name) {
  return about_unit(facts, name, [&](const Unit& unit) {
    if (!unit.file_replaced) return ok("what runs is what is installed");
    return warning("its file was replaced since it was started",
                   facts.place.embedded ? "slipway down && slipway up" : "systemctl restart " + name);
  });
}

Outcome about_answer(const Facts& facts, const std::map<std::string, Fact<Answer>>& answers, const std::string& name,
                     const std::string& way_out) {
  const auto found = answers.find(name);
  if (found == answers.end()) return {Verdict::unknown, name + ": was not asked", "report it"};
  const Fact<Answer>& fact = found->second;
  if (fact.unknown()) return no_answer(facts, *fact.unknown(), way_out);
  return about(fact, [&](const Answer& answer) -> Outcome {
    if (answer.status == 200) return ok("answers with 200");
    std::string text = "answers with " + std::to_string(answer.status);
    if (!answer.detail.empty()) text += ": " + answer.detail;
    return failure(text, way_out);
  });
}

Outcome health(const Facts& facts, const std::string& name) {
  return about_answer(facts, facts.programs.health, name, start_it(facts, "slipway-" + name));
}

Outcome ready(const Facts& facts, const std::string& name) {
  const Outcome outcome = about_answer(facts, facts.programs.ready, name, start_it(facts, "slipway-" + name));
  // The agent's readiness is its list of alerts: what they are, and how bad, the area backups says.
  if (name == "backupd" && outcome.verdict == Verdict::failure)
    return warning(outcome.reason, "slipway doctor --area backups");
  return outcome;
}

Outcome front(const Facts& facts) {
  return about_answer(facts, facts.programs.health, "front", "nginx -t; journalctl -u nginx -u slipway-webd -e");
}

Outcome nginx_valid(const Facts& facts) {
  return about(facts.programs.nginx_fault, [](const std::string& fault) {
    if (fault.empty()) return ok("nginx reads it");
    return failure(fault, "correct what 'nginx -t' names, then: systemctl reload nginx");
  });
}

using Look = Outcome (*)(const Facts&, const std::string&);

Check of(const std::string& program, const std::string& unit, const std::string& what, const std::string& title,
         Look look) {
  return {"programs." + program + "." + what, Area::programs, title,
          [=](const Facts& facts) { return look(facts, unit); }};
}

}  // namespace

Checks program_checks() {
  struct Program {
    const char* name;
    const char* unit;
    const char* called;
  };
  static constexpr std::array<Program, 3> ours{{{"webd", "slipway-webd", "The web server"},
                                                {"jobd", "slipway-jobd", "Background work"},
                                                {"backupd", "slipway-backupd", "The backup agent"}}};
  Checks checks{of("setup", "slipway-setup", "active", "The machine was set up", active),
                of("nginx", "nginx", "active", "nginx runs", active),
                of("nginx", "nginx", "at_boot", "nginx comes back after a restart", at_boot),
                of("mariadb", "mariadb", "active", "The database server runs", active),
                of("mariadb", "mariadb", "at_boot", "The database server comes back after a restart", at_boot),
                of("mariadb", "mariadb", "restarts", "The database server was not restarted", restarts),
                of("mariadb", "mariadb", "file", "The database server runs as it is installed", file_current),
                of("target", "slipway.target", "at_boot", "Slipway comes back after a restart", at_boot),
                {"programs.nginx.configuration", Area::programs, "nginx's configuration can be read", nginx_valid},
                {"programs.front", Area::programs, "Slipway answers through nginx", front}};
  for (const auto& [name, unit, called] : ours) {
    const std::string title(called);
    checks.push_back(of(name, unit, "active", title + " runs", active));
    checks.push_back(of(name, unit, "restarts", title + " was not restarted", restarts));
    checks.push_back(of(name, unit, "watchdog", title + " is watched", watchdog));
    checks.push_back(of(name, unit, "memory", title + " keeps to its memory", memory));
    checks.push_back(of(name, unit, "file", title + " runs as it is installed", file_current));
    checks.push_back(of(name, name, "health", title + " answers", health));
    checks.push_back(of(name, name, "ready", title + " has what it needs", ready));
  }
  return checks;
}

}  // namespace slipway::doctor
