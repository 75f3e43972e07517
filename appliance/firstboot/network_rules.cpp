#include "appliance/firstboot/network_rules.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

namespace slipway::firstboot {
namespace {

constexpr std::size_t kMostAddresses = 8;
constexpr std::size_t kMostNameServers = 3;  // what a resolver asks
constexpr std::size_t kMostNetworks = 64;

unsigned bits_of(const Address& address) { return address.v6 ? 128 : 32; }

bool bit(const Address& address, unsigned number) {
  return ((address.bytes[number / 8] >> (7U - number % 8)) & 1U) != 0;
}

/// All bits behind the prefix have this value.
bool rest_is(const Prefixed& prefixed, bool value) {
  for (unsigned number = prefixed.prefix; number < bits_of(prefixed.address); ++number)
    if (bit(prefixed.address, number) != value) return false;
  return true;
}

bool is_in(const Address& address, std::string_view network) {
  const auto parsed = parse_prefixed(network);
  return parsed && contains(*parsed, address);
}

/// Addresses that no machine has on a network.
bool is_special(const Address& address) {
  static constexpr std::array<std::string_view, 8> networks{"0.0.0.0/8", "127.0.0.0/8", "224.0.0.0/4", "240.0.0.0/4",
                                                            "::/128",    "::1/128",     "ff00::/8",    "::ffff:0:0/96"};
  return std::ranges::any_of(networks, [&](auto network) { return is_in(address, network); });
}

/// The first address of an IPv4 network is its name, the last one everybody in it; /31 and /32 have neither.
bool is_edge(const Prefixed& prefixed) {
  if (prefixed.address.v6 || prefixed.prefix > 30) return false;
  return rest_is(prefixed, false) || rest_is(prefixed, true);
}

class Faults {
 public:
  void add(std::string key, Wrong wrong, std::string value = {}, std::string detail = {}) {
    list_.push_back({std::move(key), wrong, std::move(value), std::move(detail)});
  }
  [[nodiscard]] std::vector<Fault> take() { return std::move(list_); }

 private:
  std::vector<Fault> list_;
};

std::vector<Prefixed> check_addresses(const Texts& texts, Faults& faults) {
  const char* const key = "network.address";
  std::vector<Prefixed> known;
  if (texts.size() > kMostAddresses) faults.add(key, Wrong::too_many, "", std::to_string(kMostAddresses));
  for (const std::string& text : texts) {
    const auto parsed = parse_prefixed(text);
    if (!parsed || parsed->prefix == 0) {
      faults.add(key, Wrong::no_network_address, text);
    } else if (is_special(parsed->address) || is_edge(*parsed)) {
      faults.add(key, Wrong::address_of_nothing, text);
    } else if (std::ranges::any_of(known, [&](const auto& other) { return other.address == parsed->address; })) {
      faults.add(key, Wrong::address_twice, text);
    } else {
      known.push_back(*parsed);
    }
  }
  return known;
}

void check_gateway(const std::string& text, const Address& gateway, const std::vector<Prefixed>& addresses,
                   Faults& faults) {
  const char* const key = "network.gateway";
  const auto same_family = [&](const Prefixed& one) { return one.address.v6 == gateway.v6; };
  if (std::ranges::none_of(addresses, same_family)) return faults.add(key, Wrong::gateway_alone, text);
  if (std::ranges::any_of(addresses, [&](const auto& one) { return one.address == gateway; }))
    return faults.add(key, Wrong::gateway_is_self, text);
  // A router of IPv6 usually has a link-local address, which is in nobody's network.
  if (is_in(gateway, "fe80::/10")) return;
  const auto reaches = [&](const Prefixed& one) { return same_family(one) && contains(network_of(one), gateway); };
  if (is_special(gateway) || std::ranges::none_of(addresses, reaches)) faults.add(key, Wrong::gateway_outside, text);
}

}  // namespace

std::optional<Address> parse_address(std::string_view text) {
  const std::string terminated(text);
  if (terminated.find('\0') != std::string::npos) return std::nullopt;
  Address address;
  address.v6 = terminated.find(':') != std::string::npos;
  const int family = address.v6 ? AF_INET6 : AF_INET;
  if (::inet_pton(family, terminated.c_str(), address.bytes.data()) != 1) return std::nullopt;
  return address;
}

std::string to_text(const Address& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const int family = address.v6 ? AF_INET6 : AF_INET;
  return ::inet_ntop(family, address.bytes.data(), text.data(), text.size()) == nullptr ? "" : text.data();
}

std::optional<Prefixed> parse_prefixed(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto address = parse_address(text.substr(0, slash));
  const std::string_view number = text.substr(slash + 1);
  unsigned prefix = 0;
  const auto [end, failure] = std::from_chars(number.data(), number.data() + number.size(), prefix);
  if (!address || failure != std::errc() || end != number.data() + number.size() || prefix > bits_of(*address))
    return std::nullopt;
  return Prefixed{*address, prefix};
}

Prefixed network_of(const Prefixed& prefixed) {
  Prefixed network = prefixed;
  for (unsigned number = prefixed.prefix; number < bits_of(prefixed.address); ++number)
    network.address.bytes[number / 8] &= static_cast<unsigned char>(~(1U << (7U - number % 8)));
  return network;
}

std::string to_text(const Prefixed& prefixed) {
  return to_text(prefixed.address) + "/" + std::to_string(prefixed.prefix);
}

bool contains(const Prefixed& network, const Address& address) {
  return network.address.v6 == address.v6 &&
         network_of({address, network.prefix}).address == network_of(network).address;
}

std::vector<Fault> check_network(const Answers::Network& network) {
  Faults faults;
  const auto addresses = check_addresses(network.address, faults);
  std::vector<Address> gateways;
  for (const std::string& text : network.gateway) {
    const auto gateway = parse_address(text);
    if (!gateway) {
      faults.add("network.gateway", Wrong::no_address, text);
      continue;
    }
    if (std::ranges::any_of(gateways, [&](const Address& other) { return other.v6 == gateway->v6; }))
      faults.add("network.gateway", Wrong::gateways_of_a_family, text);
    gateways.push_back(*gateway);
    // While an address cannot be read, nothing can be said of its gateway.
    if (addresses.size() == network.address.size()) check_gateway(text, *gateway, addresses, faults);
  }
  if (network.dns.size() > kMostNameServers)
    faults.add("network.dns", Wrong::too_many, "", std::to_string(kMostNameServers));
  for (const std::string& text : network.dns)
    if (const auto server = parse_address(text); !server)
      faults.add("network.dns", Wrong::no_address, text);
    else if (is_special(*server))
      faults.add("network.dns", Wrong::address_of_nothing, text);
  return faults.take();
}

std::vector<Fault> check_management_networks(const Texts& networks) {
  const char* const key = "management.networks";
  Faults faults;
  if (networks.size() > kMostNetworks) faults.add(key, Wrong::too_many, "", std::to_string(kMostNetworks));
  for (const std::string& text : networks) {
    const auto single = parse_address(text);
    const auto network = single ? std::optional(Prefixed{*single, bits_of(*single)}) : parse_prefixed(text);
    if (!network) {
      faults.add(key, Wrong::no_network, text);
    } else if (network->prefix == 0) {
      faults.add(key, Wrong::network_is_all, text);
    } else if (network_of(*network).address != network->address) {
      faults.add(key, Wrong::network_has_host, text, to_text(network_of(*network)));
    }
  }
  return faults.take();
}

}  // namespace slipway::firstboot
