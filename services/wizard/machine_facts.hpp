// What the machine knows of itself before anybody said anything: its name, and what DHCP gave it.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "appliance/firstboot/answers.hpp"

namespace slipway::wizard {

struct MachineFacts {
  std::string hostname;                      ///< empty: only such as "localhost"
  firstboot::Answers::Network network = {};  ///< of the DHCP leases; empty without one
};

/// Never fails: what cannot be read is not known. `leases`: the directory of systemd-networkd's.
[[nodiscard]] MachineFacts read_machine_facts(const std::filesystem::path& leases);

/// Adds what one lease says. Pure.
void add_lease(firstboot::Answers::Network& network, std::string_view lease);

/// "https://192.0.2.10/" of "192.0.2.10/24", with brackets around an IPv6 address. Pure.
[[nodiscard]] std::string address_of_host(std::string_view network_address);

}  // namespace slipway::wizard
