// What the console shows of a machine that is set up.
#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <memory>

#include "appliance/crypto/certificate_facts.hpp"
#include "appliance/firstboot/machine_text_rules.hpp"
#include "appliance/firstboot/network_rules.hpp"
#include "services/firstboot/console.hpp"
#include "services/firstboot/job.hpp"

namespace slipway::firstboot {
namespace {

std::string state_of(const char* unit) {
  const auto asked = process::run({.argv = {"systemctl", "is-active", unit}}, {.time = std::chrono::seconds(10)});
  if (!asked) return "?";
  return asked->out.substr(0, asked->out.find('\n'));
}

/// Pairs of digits, as browsers show them.
std::string with_colons(const std::string& digits) {
  std::string out;
  for (std::size_t i = 0; i < digits.size(); i += 2) out.append(i == 0 ? "" : ":").append(digits.substr(i, 2));
  return out;
}

std::string text_of(const sockaddr* address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const void* bytes = address->sa_family == AF_INET
                          ? static_cast<const void*>(&reinterpret_cast<const sockaddr_in*>(address)->sin_addr)
                          : static_cast<const void*>(&reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr);
  return ::inet_ntop(address->sa_family, bytes, text.data(), text.size()) == nullptr ? "" : text.data();
}

}  // namespace

std::vector<std::string> own_addresses() {
  std::vector<std::string> found;
  ifaddrs* list = nullptr;
  if (::getifaddrs(&list) != 0) return found;
  const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> owner(list, ::freeifaddrs);
  for (const ifaddrs* one = list; one != nullptr; one = one->ifa_next) {
    if (one->ifa_addr == nullptr || (one->ifa_flags & IFF_LOOPBACK) != 0) continue;
    if (one->ifa_addr->sa_family != AF_INET && one->ifa_addr->sa_family != AF_INET6) continue;
    const std::string text = text_of(one->ifa_addr);
    const auto link_local = parse_prefixed("fe80::/10");
    const auto address = parse_address(text);
    if (address && !contains(*link_local, *address)) found.push_back(text);
  }
  return found;
}

std::string status_screen(Language language) {
  const Machine machine;
  const auto words = [&](const Said& said) { return std::string(said.in(language)); };
  std::array<char, 256> host{};
  ::gethostname(host.data(), host.size() - 1);
  std::string name = full_name_in(machine.read(kHosts).value_or(std::string()));
  if (name.empty()) name = host.data();
  std::string text = "Slipway   " + name + "\n\n";
  for (const std::string& address : own_addresses())
    text.append(words({"  address      ", "  adresse      "})).append(address).append("\n");
  text.append(words({"  service desk ", "  service      "})).append("https://").append(name).append("/\n");
  if (const auto facts = crypto::inspect_chain(machine.read(kChain).value_or(std::string()));
      facts && !facts->certificates.empty()) {
    const std::string print = with_colons(facts->certificates.front().fingerprint);
    text.append(words({"  certificate  SHA-256 ", "  certificat   SHA-256 "})).append(print.substr(0, 48)).append("\n");
    text.append(23, ' ').append(print.substr(std::min<std::size_t>(print.size(), 48))).append("\n\n");
  }
  for (const char* unit : {"slipway-webd", "slipway-jobd", "slipway-backupd", "mariadb", "nginx"})
    text.append("  ").append(unit).append(16 - std::string_view(unit).size(), ' ').append(state_of(unit)).append("\n");
  text.append(
      words({"\nOperators sign in over SSH with their keys, as user 'admin'. Here: Enter\nrefreshes, 'fr' changes the "
             "language.",
             "\nLes exploitants se connectent en SSH avec leurs clés, comme « admin ».\nIci : Entrée actualise, « en » "
             "change la langue."}));
  return text;
}

}  // namespace slipway::firstboot
