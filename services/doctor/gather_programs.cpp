// The programs, as systemd or the supervisor runs them, and as they answer.
#include <array>
#include <cstdlib>
#include <utility>

#include "appliance/embedded/instance.hpp"
#include "services/doctor/gather_parts.hpp"
#include "services/doctor/host.hpp"
#include "services/doctor/host_text_rules.hpp"

namespace slipway::doctor {
namespace {

namespace fs = std::filesystem;

constexpr std::array<const char*, 7> kUnits{"slipway-setup", "slipway-webd", "slipway-jobd",  "slipway-backupd",
                                            "nginx",         "mariadb",      "slipway.target"};

bool file_was_replaced(int pid) {
  if (pid <= 0) return false;
  std::error_code failure;
  const auto file = fs::read_symlink("/proc/" + std::to_string(pid) + "/exe", failure);
  return !failure && file.string().ends_with(" (deleted)");
}

void gather_units_of_systemd(Programs& programs) {
  std::vector<std::string> argv{
      "systemctl", "show", "--timestamp=unix", "-p",
      "Id,LoadState,ActiveState,SubState,Result,UnitFileState,NRestarts,MemoryCurrent,MemoryMax,"
      "WatchdogUSec,MainPID,ActiveEnterTimestamp"};
  for (const char* name : kUnits)
    argv.push_back(std::string(name) + (std::string(name).ends_with(".target") ? "" : ".service"));
  const auto shown = then<std::map<std::string, ShownUnit>>(
      output_of({.argv = std::move(argv)}),
      [](const std::string& text) -> Fact<std::map<std::string, ShownUnit>> { return parse_units(text); });
  for (const char* name : kUnits) {
    if (!shown.known()) {
      programs.units[name] = shown.as<Unit>();
      continue;
    }
    const auto found = shown->find(name);
    if (found == shown->end()) {
      programs.units[name] = Unknown{std::string(name) + ": systemctl does not tell of it"};
      continue;
    }
    Unit unit = found->second.unit;
    unit.file_replaced = file_was_replaced(found->second.pid);
    programs.units[name] = unit;
  }
}

Unit unit_of(const embedded::ProgramStatus& status) {
  Unit unit;
  unit.active = status.state == embedded::ProgramState::ready ? "active" : "inactive";
  unit.sub = embedded::to_text(status.state);
  unit.since = status.since;
  unit.restarts = status.starts > 1 ? static_cast<std::uint64_t>(status.starts - 1) : 0;
  unit.file_replaced = file_was_replaced(status.pid);
  if (status.last_exit && *status.last_exit != 0) unit.result = "exit status " + std::to_string(*status.last_exit);
  return unit;
}

void gather_units_of_supervisor(const Sources& sources, Programs& programs) {
  const Absent absent{"an embedded installation has none"};
  for (const char* name : {"slipway-setup", "nginx", "slipway.target"}) programs.units[name] = absent;
  const bool backups = sources.config.boolean("backup.enabled");
  const auto instance = embedded::running_instance(sources.state_dir);
  for (const auto& [name, program] :
       {std::pair{"mariadb", "mariadbd"}, std::pair{"slipway-webd", "slipway-webd"},
        std::pair{"slipway-jobd", "slipway-jobd"}, std::pair{"slipway-backupd", "slipway-backupd"}}) {
    if (!backups && std::string_view(program) == "slipway-backupd") {
      programs.units[name] = Absent{"backups are off: slipway up --backup"};
      continue;
    }
    Unit stopped;
    stopped.active = "inactive";
    stopped.sub = "stopped";
    programs.units[name] = stopped;
    if (!instance) programs.units[name] = because(instance.error());
    if (!instance || !*instance) continue;
    for (const auto& status : (*instance)->programs)
      if (status.name == program) programs.units[name] = unit_of(status);
  }
}

/// Through nginx, over TLS, as everybody else comes; its certificate is another check's matter.
Fact<Answer> front(const Sources& sources) {
  const std::string request = "GET /health HTTP/1.1\r\nHost: " + host_name() + "\r\nConnection: close\r\n\r\n";
  return then<Answer>(output_of({.argv = {"openssl", "s_client", "-quiet", "-connect", front_address(sources)},
                                 .limit = std::chrono::seconds(10),
                                 .any_status = true,
                                 .input = request}),
                      [&](const std::string& said) -> Fact<Answer> {
                        const auto status = parse_http_status(said);
                        if (!status) return Unknown{front_address(sources) + ": no answer", "systemctl status nginx"};
                        return Answer{*status, ""};
                      });
}

Fact<std::string> nginx_fault() {
  if (!is_root()) return Unknown{"only root reads nginx's configuration"};
  return then<std::string>(
      output_of({.argv = {"nginx", "-t", "-q"}, .any_status = true, .errors_too = true}),
      [](const std::string& said) -> Fact<std::string> {
        for (const auto line : lines_of(said))
          if (line.find("[emerg]") != std::string_view::npos || line.find("[crit]") != std::string_view::npos)
            return std::string(trimmed(line));
        return std::string();
      });
}

void ask(Programs& programs, const std::string& name, Page page) {
  const std::string base = page.url;
  page.url = base + "/health";
  programs.health[name] = answer_of(page);
  page.url = base + "/ready";
  programs.ready[name] = answer_of(page);
}

void skip(Programs& programs, const std::string& name, const Absent& absent) {
  programs.health[name] = absent;
  programs.ready[name] = absent;
}

}  // namespace

void gather_programs(const Sources& sources, Programs& programs) {
  const config::Config& config = sources.config;
  const std::string local = "http://localhost";
  if (sources.embedded) {
    gather_units_of_supervisor(sources, programs);
    programs.nginx_fault = Absent{"an embedded installation has no nginx"};
    programs.health["front"] = Absent{"an embedded installation has no nginx"};
    ask(programs, "webd", {.url = "https://" + front_address(sources), .ca_file = certificate_file(sources)});
  } else {
    if (runs_systemd()) {
      gather_units_of_systemd(programs);
    } else {
      for (const char* name : kUnits) programs.units[name] = no_systemd();
    }
    programs.nginx_fault = nginx_fault();
    programs.health["front"] = front(sources);
    ask(programs, "webd", {.url = local, .unix_socket = config.path("web.socket")});
  }
  ask(programs, "jobd", {.url = local, .unix_socket = config.path("jobs.socket")});
  if (sources.embedded && !config.boolean("backup.enabled")) {
    skip(programs, "backupd", Absent{"backups are off: slipway up --backup"});
  } else {
    ask(programs, "backupd", {.url = local, .unix_socket = config.path("backup.socket")});
  }
}

}  // namespace slipway::doctor
