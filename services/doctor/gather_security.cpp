// Confinement, jails, automatic updates, users; and what this machine is called.
#include <sys/resource.h>

#include <algorithm>

#include "services/doctor/gather_parts.hpp"
#include "services/doctor/host.hpp"
#include "services/doctor/host_json_rules.hpp"
#include "services/doctor/host_text_rules.hpp"

namespace slipway::doctor {
namespace {

namespace fs = std::filesystem;

void gather_confinement(Security& security) {
  if (in_container()) {
    security.apparmor = of_the_host();
    security.confined = of_the_host();
    security.unconfined = of_the_host();
    return;
  }
  const auto enabled = text_of("/sys/module/apparmor/parameters/enabled");
  security.apparmor = enabled.known() && trimmed(*enabled) == "Y";
  if (!is_root()) {
    security.confined = Unknown{"only root sees the profiles"};
    security.unconfined = Unknown{"only root sees the profiles"};
    return;
  }
  // Exit status 2: there are none.
  const auto found =
      then<Confinement>(output_of({.argv = {"aa-status", "--json"}, .any_status = true}), parse_apparmor);
  security.confined = then<Settings>(found, [](const Confinement& all) -> Fact<Settings> { return all.profiles; });
  security.unconfined = then<Names>(found, [](const Confinement& all) -> Fact<Names> {
    Names ours;
    for (const auto& program : all.unconfined)
      if (program.find("mariadbd") != std::string::npos || program.find("nginx") != std::string::npos)
        ours.push_back(program);
    return ours;
  });
}

Fact<Settings> automatic_upgrades() {
  auto settings = then<Settings>(output_of({.argv = {"apt-config", "dump", "APT::Periodic"}}),
                                 [](const std::string& text) -> Fact<Settings> { return parse_periodic(text); });
  if (!settings.known()) return settings;
  const auto timer = output_of({.argv = {"systemctl", "is-active", "apt-daily-upgrade.timer"}, .any_status = true});
  if (timer.known()) (*settings)["timer"] = trimmed(*timer);
  return settings;
}

/// Whether a program that crashes leaves its memory on the disk.
Fact<bool> core_dumps() {
  const auto pattern = text_of("/proc/sys/kernel/core_pattern");
  if (!pattern.known()) return pattern.as<bool>();
  const auto text = trimmed(*pattern);
  if (text == "|/bin/false" || text == "|/usr/bin/false" || text == "|/bin/true") return false;
  rlimit limit{};
  return ::getrlimit(RLIMIT_CORE, &limit) != 0 || limit.rlim_max != 0;
}

Fact<bool> sudo_asks() {
  if (!is_there("/etc/sudoers")) return true;
  if (!is_root()) return Unknown{"only root reads /etc/sudoers"};
  std::vector<fs::path> files{"/etc/sudoers"};
  std::error_code failure;
  for (const auto& entry : fs::directory_iterator("/etc/sudoers.d", failure)) files.push_back(entry.path());
  return std::ranges::none_of(files, [](const fs::path& file) {
    const auto text = text_of(file);
    return text.known() && grants_without_password(*text);
  });
}

Fact<Names> host_keys() {
  Names kinds;
  std::error_code failure;
  for (const auto& entry : fs::directory_iterator("/etc/ssh", failure)) {
    const std::string name = entry.path().filename().string();
    constexpr std::string_view begin = "ssh_host_";
    constexpr std::string_view end = "_key.pub";
    if (name.starts_with(begin) && name.ends_with(end) && name.size() > begin.size() + end.size())
      kinds.push_back(name.substr(begin.size(), name.size() - begin.size() - end.size()));
  }
  std::ranges::sort(kinds);
  return kinds;
}

/// "status: done" and, on further lines, details.
Fact<std::string> cloud_init() {
  if (!is_there("/usr/bin/cloud-init")) return Absent{"cloud-init is not installed"};
  return then<std::string>(
      output_of({.argv = {"cloud-init", "status"}, .limit = std::chrono::seconds(20), .any_status = true}),
      [](const std::string& text) -> Fact<std::string> {
        for (const auto line : lines_of(text))
          if (line.starts_with("status:")) return std::string(trimmed(line.substr(7)));
        return Unknown{"cloud-init status: not understood"};
      });
}

}  // namespace

void gather_security(const Sources& sources, Security& security) {
  if (sources.embedded) {
    const Absent absent = of_the_machine();
    security = {absent, absent, absent, absent, absent, absent, absent, absent, absent, absent};
    return;
  }
  gather_confinement(security);
  security.jails = is_root() ? then<Names>(output_of({.argv = {"fail2ban-client", "status"}}),
                                           [](const std::string& text) -> Fact<Names> { return parse_jails(text); })
                             : Fact<Names>(Unknown{"only root asks fail2ban"});
  security.automatic_upgrades = runs_systemd() ? automatic_upgrades() : Fact<Settings>(no_systemd());
  security.core_dumps = core_dumps();
  security.without_password =
      is_root() ? then<Names>(text_of("/etc/shadow"),
                              [](const std::string& text) -> Fact<Names> { return without_password_in(text); })
                : Fact<Names>(Unknown{"only root reads /etc/shadow"});
  security.administrators = then<Names>(text_of("/etc/passwd"),
                                        [](const std::string& text) -> Fact<Names> { return administrators_in(text); });
  security.tmp_options = then<std::string>(text_of("/proc/mounts"), [](const std::string& text) -> Fact<std::string> {
    return mount_options(text, "/tmp");
  });
  security.sudo_asks = sudo_asks();
}

void gather_identity(const Sources& sources, Identity& identity) {
  identity.backup_server_id = static_cast<std::uint64_t>(sources.config.integer("backup.server_id"));
  if (sources.embedded) {
    identity.machine_id = of_the_machine();
    identity.host_name = of_the_machine();
    identity.host_name_resolves = of_the_machine();
    identity.host_keys = of_the_machine();
    identity.cloud_init = of_the_machine();
    return;
  }
  identity.machine_id = then<std::string>(text_of("/etc/machine-id"), [](const std::string& text) -> Fact<std::string> {
    return std::string(trimmed(text));
  });
  identity.host_name = host_name();
  identity.host_name_resolves =
      output_of({.argv = {"getent", "hosts", host_name()}, .limit = std::chrono::seconds(8)}).known();
  identity.host_keys = host_keys();
  identity.cloud_init = cloud_init();
}

}  // namespace slipway::doctor
