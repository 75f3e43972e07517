// What can be reached from outside, and what we reach.
#include <algorithm>
#include <array>

#include "services/doctor/check_rules.hpp"

namespace slipway::doctor {
namespace {

constexpr std::uint16_t kHttps = 443;
constexpr std::uint16_t kSsh = 22;

bool is_loopback(const Listener& listener) {
  return listener.address.starts_with("127.") || listener.address == "::1" || listener.address == "[::1]" ||
         listener.address.ends_with("%lo");
}

std::string described(const Listener& listener) {
  std::string text = listener.protocol + " " + listener.address + ":" + std::to_string(listener.port);
  if (!listener.program.empty()) text += " (" + listener.program + ")";
  return text;
}

/// Those of a protocol that others can reach, but for the ports in `expected`.
template <typename Expected>
Names open_ports(const std::vector<Listener>& listeners, std::string_view protocol, const Expected& expected) {
  Names found;
  for (const Listener& one : listeners)
    if (one.protocol == protocol && !is_loopback(one) && std::ranges::find(expected, one.port) == std::end(expected))
      found.push_back(described(one));
  return found;
}

Outcome https(const Facts& facts) {
  return about(facts.network.listeners, [](const std::vector<Listener>& all) {
    const bool there = std::ranges::any_of(
        all, [](const Listener& one) { return one.protocol == "tcp" && one.port == kHttps && !is_loopback(one); });
    if (there) return ok("port 443 is listened on");
    return failure("nobody listens on port 443", "systemctl status nginx; nginx -t");
  });
}

Outcome only_https(const Facts& facts) {
  return about(facts.network.listeners, [](const std::vector<Listener>& all) -> Outcome {
    const auto others = open_ports(all, "tcp", std::array{kHttps, kSsh});
    if (others.empty()) return ok("443 and SSH alone");
    return failure("also listening to other machines: " + join(others), "bind it to 127.0.0.1, or stop and disable it");
  });
}

Outcome udp(const Facts& facts) {
  return about(facts.network.listeners, [](const std::vector<Listener>& all) -> Outcome {
    // Clients that get an address: DHCP, DHCPv6.
    const auto others = open_ports(all, "udp", std::array<std::uint16_t, 2>{68, 546});
    if (others.empty()) return ok("none but for getting an address");
    return warning("listening to other machines: " + join(others), "bind it to 127.0.0.1, or stop and disable it");
  });
}

/// None of these ports may be open to others.
Outcome loopback_only(const Facts& facts, std::span<const std::uint16_t> ports, const std::string& way_out) {
  return about(facts.network.listeners, [&](const std::vector<Listener>& all) -> Outcome {
    Names open;
    for (const Listener& one : all)
      if (std::ranges::find(ports, one.port) != ports.end() && !is_loopback(one)) open.push_back(described(one));
    if (open.empty()) return ok("not reachable from other machines");
    return failure("reachable from other machines: " + join(open), way_out);
  });
}

Outcome database(const Facts& facts) {
  static constexpr std::array<std::uint16_t, 1> ports{3306};
  return loopback_only(facts, ports, "set skip-networking in /etc/mysql/mariadb.conf.d and restart mariadb");
}

Outcome monitoring(const Facts& facts) {
  static constexpr std::array<std::uint16_t, 7> ports{9090, 9093, 9100, 9104, 9115, 9180, 9256};
  return loopback_only(facts, ports,
                       "bind Prometheus, Alertmanager and exporters to 127.0.0.1: /etc/default/prometheus*");
}

/// Whether a hook drops what no rule admits, for `family` ("ip", "ip6").
bool drops(const PacketFilter& filter, std::string_view family, std::string_view hook) {
  return std::ranges::any_of(filter.chains, [&](const FilterChain& chain) {
    return chain.hook == hook && chain.policy == "drop" && (chain.family == "inet" || chain.family == family);
  });
}

Outcome denies(const Facts& facts, std::string_view family, std::string_view hook) {
  return about(facts.network.filter, [&](const PacketFilter& filter) {
    if (drops(filter, family, hook)) return ok("what no rule admits is dropped");
    return failure("what no rule forbids is let through",
                   "systemctl restart nftables; nft list ruleset must say 'policy drop'");
  });
}

Outcome ssh_sources(const Facts& facts) {
  return about(facts.network.filter, [](const PacketFilter& filter) {
    if (!filter.ssh_from_anywhere) return ok("only from named networks, or not at all");
    return warning("port 22 is open to every address", "name the management networks in the firewall's configuration");
  });
}

Outcome filter_at_boot(const Facts& facts) {
  return about(facts.network.filter_at_boot, [](bool enabled) {
    if (enabled) return ok("nftables.service is enabled");
    return failure("nftables.service is not enabled: after a restart all is open", "systemctl enable nftables");
  });
}

Outcome forwarding(const Facts& facts, const std::string& key) {
  return about(facts.network.sysctl, [&](const Settings& settings) -> Outcome {
    const auto found = settings.find(key);
    if (found == settings.end()) return not_applicable(key + ": this kernel has none");
    if (found->second == "0") return ok(key + " = 0");
    return failure(key + " = " + found->second + ": this machine passes packets on",
                   "sysctl -w " + key + "=0, and remove what sets it: grep -r forward /etc/sysctl.d");
  });
}

Outcome default_route(const Facts& facts) {
  return about(facts.network.default_route, [](bool there) {
    if (there) return ok("there");
    return warning("there is none: repositories, mail and updates cannot be reached",
                   "ip route; correct the network's configuration");
  });
}

Outcome resolvers(const Facts& facts) {
  return about(facts.network.resolvers, [](const Names& names) -> Outcome {
    if (names.empty())
      return warning("none is configured", "name one in the network's configuration; see /etc/resolv.conf");
    return ok(join(names));
  });
}

Outcome hosts_resolve(const Facts& facts) {
  return none_of(facts.network.unresolved_hosts, "every host of a repository has an address", Verdict::failure,
                 "no address for",
                 "getent hosts NAME; correct the name in backup.even or backup.odd, or the name server");
}

Outcome interfaces(const Facts& facts) {
  return about(facts.network.interfaces, [](const Names& names) -> Outcome {
    if (names.empty()) return failure("none is up", "ip link; networkctl or ifup says why");
    return ok(join(names) + " up");
  });
}

Outcome interface_errors(const Facts& facts) {
  return about(facts.network.interface_errors, [](double part) {
    const std::string text = percent_text(part) + " of the packets are faulty";
    if (part > 1.0) return warning(text + ", more than 1 %", "ip -s link; look at cable, switch or virtual network");
    return ok(text);
  });
}

}  // namespace

Checks network_checks() {
  constexpr Area area = Area::network;
  const auto deny = [](const char* family, const char* hook) {
    return [=](const Facts& facts) { return denies(facts, family, hook); };
  };
  const auto forward = [](const char* key) { return [=](const Facts& facts) { return forwarding(facts, key); }; };
  return {{"network.listen.https", area, "Port 443 is served", https},
          {"network.listen.tcp", area, "No other TCP port is open to other machines", only_https},
          {"network.listen.udp", area, "No UDP port is open to other machines", udp},
          {"network.listen.database", area, "The database cannot be reached from outside", database},
          {"network.listen.monitoring", area, "Monitoring cannot be reached from outside", monitoring},
          {"network.filter.input_v4", area, "IPv4: what is not admitted is dropped", deny("ip", "input")},
          {"network.filter.input_v6", area, "IPv6: what is not admitted is dropped", deny("ip6", "input")},
          {"network.filter.forward_v4", area, "IPv4: nothing is passed on", deny("ip", "forward")},
          {"network.filter.forward_v6", area, "IPv6: nothing is passed on", deny("ip6", "forward")},
          {"network.filter.ssh", area, "SSH is open to named networks only", ssh_sources},
          {"network.filter.at_boot", area, "The packet filter comes back after a restart", filter_at_boot},
          {"network.forwarding.v4", area, "IPv4 forwarding is off", forward("net.ipv4.ip_forward")},
          {"network.forwarding.v6", area, "IPv6 forwarding is off", forward("net.ipv6.conf.all.forwarding")},
          {"network.default_route", area, "There is a way out", default_route},
          {"network.resolvers", area, "Names can be looked up", resolvers},
          {"network.repository_hosts", area, "The repositories' hosts have addresses", hosts_resolve},
          {"network.interfaces", area, "A network interface is up", interfaces},
          {"network.interface_errors", area, "Interfaces work without errors", interface_errors}};
}

}  // namespace slipway::doctor
