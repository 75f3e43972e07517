// What holds up who gets in (A2, A5).
#include <algorithm>

#include "services/doctor/check_rules.hpp"

namespace slipway::doctor {
namespace {

/// A setting of the kernel and the values that are good; the first is the one to set.
struct Wanted {
  const char* id;
  const char* title;
  const char* key;
  Names values;
  Verdict otherwise;
};

const std::vector<Wanted>& wanted_values() {
  static const std::vector<Wanted> table{
      {"address_layout", "Addresses of programs are random", "kernel.randomize_va_space", {"2"}, Verdict::failure},
      {"kernel_pointers", "The kernel keeps its addresses", "kernel.kptr_restrict", {"1", "2"}, Verdict::warning},
      {"kernel_log", "The kernel's log is for root", "kernel.dmesg_restrict", {"1"}, Verdict::warning},
      {"tracing", "Programs do not read each other", "kernel.yama.ptrace_scope", {"1", "2", "3"}, Verdict::warning},
      {"bpf",
       "Only root loads programs into the kernel",
       "kernel.unprivileged_bpf_disabled",
       {"1", "2"},
       Verdict::warning},
      {"magic_keys",
       "The console's magic keys do little",
       "kernel.sysrq",
       {"0", "4", "16", "176", "438"},
       Verdict::note},
      {"hard_links", "Links to others' files are refused", "fs.protected_hardlinks", {"1"}, Verdict::failure},
      {"symbolic_links", "Links in common folders are not followed", "fs.protected_symlinks", {"1"}, Verdict::failure},
      {"fifos", "Pipes in common folders are not taken over", "fs.protected_fifos", {"1", "2"}, Verdict::note},
      {"privileged_dumps", "Privileged programs leave no dump", "fs.suid_dumpable", {"0"}, Verdict::warning},
      {"syn_cookies", "A flood of connections is borne", "net.ipv4.tcp_syncookies", {"1"}, Verdict::failure},
      {"source_check_v4",
       "Packets with a false source are dropped",
       "net.ipv4.conf.all.rp_filter",
       {"1", "2"},
       Verdict::warning},
      {"redirects_v4",
       "IPv4: no other machine changes our routes",
       "net.ipv4.conf.all.accept_redirects",
       {"0"},
       Verdict::warning},
      {"redirects_v6",
       "IPv6: no other machine changes our routes",
       "net.ipv6.conf.all.accept_redirects",
       {"0"},
       Verdict::warning},
      {"redirects_sent",
       "We change no other machine's routes",
       "net.ipv4.conf.all.send_redirects",
       {"0"},
       Verdict::warning},
      {"source_route_v4",
       "IPv4: packets do not choose their way",
       "net.ipv4.conf.all.accept_source_route",
       {"0"},
       Verdict::warning},
      {"source_route_v6",
       "IPv6: packets do not choose their way",
       "net.ipv6.conf.all.accept_source_route",
       {"0"},
       Verdict::warning},
      {"broadcast_echo",
       "Broadcasts are not answered",
       "net.ipv4.icmp_echo_ignore_broadcasts",
       {"1"},
       Verdict::warning},
      {"bogus_errors",
       "Senseless errors are ignored",
       "net.ipv4.icmp_ignore_bogus_error_responses",
       {"1"},
       Verdict::note},
  };
  return table;
}

Outcome kernel_setting(const Facts& facts, const Wanted& wanted) {
  return about(facts.network.sysctl, [&](const Settings& settings) -> Outcome {
    const auto found = settings.find(wanted.key);
    if (found == settings.end()) return not_applicable(std::string(wanted.key) + ": this kernel has none");
    const std::string text = std::string(wanted.key) + " = " + found->second;
    if (std::ranges::find(wanted.values, found->second) != wanted.values.end()) return ok(text);
    return {wanted.otherwise, text,
            "sysctl -w " + std::string(wanted.key) + "=" + wanted.values.front() + ", and the same in /etc/sysctl.d"};
  });
}

Outcome apparmor(const Facts& facts) {
  return about(facts.security.apparmor, [](bool on) {
    if (on) return ok("on");
    return failure("off", "start the kernel with apparmor=1 security=apparmor");
  });
}

Outcome confined(const Facts& facts, const std::string& program) {
  return about(facts.security.confined, [&](const Settings& profiles) -> Outcome {
    const auto found = std::ranges::find_if(
        profiles, [&](const auto& one) { return one.first == program || one.first.ends_with("/" + program); });
    const std::string way_out = "aa-enforce the profile of " + program + " in /etc/apparmor.d, then restart it";
    if (found == profiles.end()) return failure("there is no profile", way_out);
    if (found->second != "enforce") return failure("the profile is in mode " + found->second, way_out);
    return ok("profile " + found->first + " is enforced");
  });
}

Outcome unconfined(const Facts& facts) {
  return none_of(facts.security.unconfined, "none", Verdict::failure, "runs outside a profile",
                 "systemctl restart NAME: a profile counts from the next start on");
}

Outcome jail(const Facts& facts, const std::string& name) {
  return about(facts.security.jails, [&](const Names& jails) -> Outcome {
    const bool there = std::ranges::any_of(jails, [&](const auto& one) { return one.starts_with(name); });
    if (there) return ok("among " + join(jails));
    return failure("no jail watches " + name, "enable one in /etc/fail2ban/jail.d, then: systemctl restart fail2ban");
  });
}

Outcome intrusion(const Facts& facts) {
  const auto& jails = facts.security.jails;
  if (jails.known()) return ok(std::to_string(jails->size()) + " jails");
  if (jails.absent()) return not_applicable(jails.absent()->reason);
  return no_answer(facts, *jails.unknown(), "systemctl status fail2ban; fail2ban-client -t reads its configuration");
}

Outcome automatic(const Facts& facts, const std::string& key, const std::string& setting) {
  return about(facts.security.automatic_upgrades, [&](const Settings& settings) -> Outcome {
    const auto found = settings.find(key);
    const std::string value = found == settings.end() ? "" : found->second;
    if (!value.empty() && value != "0") return ok(setting + " " + value);
    return failure(setting + " is not set", "set " + setting + " \"1\" in /etc/apt/apt.conf.d/20auto-upgrades");
  });
}

Outcome timer(const Facts& facts) {
  return about(facts.security.automatic_upgrades, [](const Settings& settings) -> Outcome {
    const auto found = settings.find("timer");
    if (found != settings.end() && found->second == "active") return ok("apt-daily-upgrade.timer is active");
    return failure("apt-daily-upgrade.timer is not active",
                   "systemctl enable --now apt-daily-upgrade.timer apt-daily.timer");
  });
}

Outcome core_dumps(const Facts& facts) {
  return about(facts.security.core_dumps, [](bool kept) {
    if (!kept) return ok("none is kept");
    return warning("memory of a program that crashes is written to the disk, secrets with it",
                   "set '* hard core 0' in /etc/security/limits.d and kernel.core_pattern=|/bin/false");
  });
}

Outcome without_password(const Facts& facts) {
  return none_of(facts.security.without_password, "none", Verdict::failure, "no password", "passwd -l NAME");
}

Outcome administrators(const Facts& facts) {
  return about(facts.security.administrators, [](const Names& names) -> Outcome {
    if (names == Names{"root"}) return ok("root");
    return failure("user number 0 is " + join(names), "remove or renumber the others: vipw");
  });
}

Outcome tmp(const Facts& facts) {
  return about(facts.security.tmp_options, [](const std::string& options) -> Outcome {
    const char* const way_out = "systemctl enable tmp.mount with Options=mode=1777,strictatime,nosuid,nodev";
    if (options.empty()) return note("/tmp is no file system of its own", way_out);
    if (options.find("nosuid") == std::string::npos || options.find("nodev") == std::string::npos)
      return warning("/tmp lacks nosuid or nodev: " + options, way_out);
    return ok(options);
  });
}

Outcome sudo(const Facts& facts) {
  return about(facts.security.sudo_asks, [](bool asks) {
    if (asks) return ok("sudo asks for a password, or is not there");
    return note("somebody becomes root without a password (NOPASSWD)",
                "see that it is wanted: grep -r NOPASSWD /etc/sudoers*");
  });
}

}  // namespace

Checks security_checks() {
  constexpr Area area = Area::security;
  const auto profile = [](const char* program) { return [=](const Facts& facts) { return confined(facts, program); }; };
  const auto watch = [](const char* name) { return [=](const Facts& facts) { return jail(facts, name); }; };
  Checks checks{{"security.apparmor", area, "AppArmor is on", apparmor},
                {"security.apparmor.mariadbd", area, "The database server is confined", profile("mariadbd")},
                {"security.apparmor.nginx", area, "nginx is confined", profile("nginx")},
                {"security.apparmor.unconfined", area, "Neither runs outside its profile", unconfined},
                {"security.fail2ban", area, "Attackers are shut out", intrusion},
                {"security.fail2ban.ssh", area, "Guessers at SSH are shut out", watch("sshd")},
                {"security.fail2ban.nginx", area, "Guessers at the web are shut out", watch("nginx")},
                {"security.updates.lists", area, "Updates are looked for every day",
                 [](const Facts& facts) { return automatic(facts, "update", "APT::Periodic::Update-Package-Lists"); }},
                {"security.updates.install", area, "Security updates install themselves",
                 [](const Facts& facts) { return automatic(facts, "upgrade", "APT::Periodic::Unattended-Upgrade"); }},
                {"security.updates.timer", area, "The time for updates comes", timer},
                {"security.core_dumps", area, "No dump holds secrets", core_dumps},
                {"security.passwords", area, "Nobody signs in to the machine without a password", without_password},
                {"security.administrators", area, "root alone is root", administrators},
                {"security.tmp", area, "/tmp runs nothing privileged", tmp},
                {"security.sudo", area, "Becoming root takes a password", sudo}};
  for (const Wanted& wanted : wanted_values())
    checks.push_back({std::string("security.kernel.") + wanted.id, area, wanted.title,
                      [&wanted](const Facts& facts) { return kernel_setting(facts, wanted); }});
  return checks;
}

}  // namespace slipway::doctor
