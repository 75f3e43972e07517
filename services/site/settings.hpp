// What the options under `site.` mean: who the three members are, which one this machine is.
#pragma once

#include "appliance/config/config.hpp"
#include "services/site/node.hpp"
#include "services/site/warden.hpp"

namespace slipway::site {

struct SiteSettings {
  NodeOptions node;
  std::optional<WardenOptions> warden;  ///< not of a witness; without the endpoint of its server
  std::filesystem::path socket;

  [[nodiscard]] const std::string& self() const { return node.setup.names.at(node.setup.self); }
  [[nodiscard]] bool is_witness() const { return node.setup.self == kWitness; }
};

/// Errors: invalid_argument naming the option; of read_secret_file() for the replication user's password.
[[nodiscard]] Result<SiteSettings> site_settings(const config::Config& config);

/// "host:port", "[2001:db8::1]:3306" or a host alone. Error: invalid_argument.
[[nodiscard]] Result<Address> parse_address(std::string_view text);

}  // namespace slipway::site
