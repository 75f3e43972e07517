// What is open, what is let through, and the ways out.
#include <algorithm>

#include "services/doctor/check_rules.hpp"
#include "services/doctor/gather_parts.hpp"
#include "services/doctor/host.hpp"
#include "services/doctor/host_json_rules.hpp"
#include "services/doctor/host_text_rules.hpp"

namespace slipway::doctor {
namespace {

namespace fs = std::filesystem;

/// All settings of the kernel that a check reads; one that this kernel lacks is left out.
Settings kernel_settings() {
  Settings settings;
  for (const char* key : {"net.ipv4.ip_forward",
                          "net.ipv6.conf.all.forwarding",
                          "kernel.randomize_va_space",
                          "kernel.kptr_restrict",
                          "kernel.dmesg_restrict",
                          "kernel.yama.ptrace_scope",
                          "kernel.unprivileged_bpf_disabled",
                          "kernel.sysrq",
                          "fs.protected_hardlinks",
                          "fs.protected_symlinks",
                          "fs.protected_fifos",
                          "fs.suid_dumpable",
                          "net.ipv4.tcp_syncookies",
                          "net.ipv4.conf.all.rp_filter",
                          "net.ipv4.conf.all.accept_redirects",
                          "net.ipv6.conf.all.accept_redirects",
                          "net.ipv4.conf.all.send_redirects",
                          "net.ipv4.conf.all.accept_source_route",
                          "net.ipv6.conf.all.accept_source_route",
                          "net.ipv4.icmp_echo_ignore_broadcasts",
                          "net.ipv4.icmp_ignore_bogus_error_responses"}) {
    std::string path(key);
    std::ranges::replace(path, '.', '/');
    if (const auto text = text_of(fs::path("/proc/sys") / path); text.known()) settings[key] = trimmed(*text);
  }
  return settings;
}

Fact<Names> unresolved_hosts(const Sources& sources) {
  Names unresolved;
  for (const char* key : {"backup.even", "backup.odd", "backup.monthly"}) {
    const std::string host = host_of_url(sources.config.text(key));
    if (host.empty() || !sources.config.boolean("backup.enabled")) continue;
    // Another process: it can be ended where looking up hangs.
    const auto found = output_of({.argv = {"getent", "ahosts", host}, .limit = std::chrono::seconds(8)});
    if (!found.known()) unresolved.push_back(host);
  }
  return unresolved;
}

std::uint64_t counted(const fs::path& folder, const char* name) {
  const auto text = text_of(folder / "statistics" / name);
  if (!text.known()) return 0;
  return static_cast<std::uint64_t>(std::max<std::int64_t>(number_of(trimmed(*text)).value_or(0), 0));
}

void gather_interfaces(Network& network) {
  Names up;
  double worst = 0;
  std::error_code failure;
  for (const auto& entry : fs::directory_iterator("/sys/class/net", failure)) {
    const std::string name = entry.path().filename().string();
    const auto state = text_of(entry.path() / "operstate");
    // "unknown": a virtual one that does not tell.
    if (name == "lo" || !state.known() || (trimmed(*state) != "up" && trimmed(*state) != "unknown")) continue;
    up.push_back(name);
    const auto packets = counted(entry.path(), "rx_packets") + counted(entry.path(), "tx_packets");
    const auto faults = counted(entry.path(), "rx_errors") + counted(entry.path(), "tx_errors");
    if (packets > 1000) worst = std::max(worst, 100.0 * static_cast<double>(faults) / static_cast<double>(packets));
  }
  std::ranges::sort(up);
  network.interfaces = std::move(up);
  network.interface_errors = worst;
}

}  // namespace

void gather_network(const Sources& sources, Network& network) {
  if (sources.embedded) {
    const Absent absent = of_the_machine();
    network = {absent, absent, absent, absent, absent, absent, absent, absent, absent};
    return;
  }
  network.listeners = then<std::vector<Listener>>(
      output_of({.argv = {"ss", "-H", "-l", "-n", "-t", "-u", "-p"}}),
      [](const std::string& text) -> Fact<std::vector<Listener>> { return parse_listeners(text); });
  network.filter = is_root() ? then<PacketFilter>(output_of({.argv = {"nft", "-j", "list", "ruleset"}}), parse_nft)
                             : Fact<PacketFilter>(Unknown{"only root sees the packet filter"});
  network.filter_at_boot =
      runs_systemd()
          ? then<bool>(output_of({.argv = {"systemctl", "is-enabled", "nftables.service"}, .any_status = true}),
                       [](const std::string& text) -> Fact<bool> { return trimmed(text) == "enabled"; })
          : Fact<bool>(no_systemd());
  network.sysctl = kernel_settings();
  const auto v4 = text_of("/proc/net/route");
  const auto v6 = text_of("/proc/net/ipv6_route");
  network.default_route = v4.known() ? Fact<bool>(has_default_route(*v4, v6.known() ? *v6 : "")) : v4.as<bool>();
  network.resolvers = then<Names>(text_of("/etc/resolv.conf"),
                                  [](const std::string& text) -> Fact<Names> { return parse_resolvers(text); });
  network.unresolved_hosts = unresolved_hosts(sources);
  gather_interfaces(network);
}

void gather_ssh(const Sources& sources, Fact<Settings>& ssh) {
  if (sources.embedded) {
    ssh = of_the_machine();
  } else if (!is_root()) {
    ssh = Unknown{"only root reads what sshd has in force"};
  } else {
    ssh = then<Settings>(output_of({.argv = {"sshd", "-T"}}),
                         [](const std::string& text) -> Fact<Settings> { return parse_sshd(text); });
  }
}

}  // namespace slipway::doctor
