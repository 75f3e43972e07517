// Addresses and networks as people write them. Pure.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "appliance/firstboot/answers.hpp"
#include "appliance/firstboot/fault.hpp"

namespace slipway::firstboot {

/// An IP address; the last 12 bytes of an IPv4 one are zero.
struct Address {
  bool v6 = false;
  std::array<unsigned char, 16> bytes{};
  auto operator<=>(const Address&) const = default;
};
[[nodiscard]] std::optional<Address> parse_address(std::string_view text);
[[nodiscard]] std::string to_text(const Address& address);

/// ADDRESS/PREFIX.
struct Prefixed {
  Address address;
  unsigned prefix = 0;  ///< bits
};
[[nodiscard]] std::optional<Prefixed> parse_prefixed(std::string_view text);
/// The same with the bits behind the prefix at zero.
[[nodiscard]] Prefixed network_of(const Prefixed& prefixed);
[[nodiscard]] std::string to_text(const Prefixed& prefixed);
[[nodiscard]] bool contains(const Prefixed& network, const Address& address);

[[nodiscard]] std::vector<Fault> check_network(const Answers::Network& network);
[[nodiscard]] std::vector<Fault> check_management_networks(const Texts& networks);

}  // namespace slipway::firstboot
