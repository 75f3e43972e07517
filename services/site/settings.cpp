#include "services/site/settings.hpp"

#include <charconv>
#include <set>
#include <sstream>
#include <utility>

#include "appliance/base/secret_file.hpp"

namespace slipway::site {
namespace {

std::vector<std::string> words_of(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

Error fault(const config::Config& config, std::string_view key, const std::string& what, const std::string& hint) {
  return {Code::invalid_argument, config.setting(key).origin + ": " + std::string(key) + ": " + what, hint};
}

Status check_names(const config::Config& config, const std::vector<std::string>& names) {
  if (names.size() != kMembers)
    return fault(config, "site.members", "names " + std::to_string(names.size()) + " members instead of three",
                 "two sites, then the witness: \"paris lyon witness\", the same on all three");
  if (std::set<std::string>(names.begin(), names.end()).size() != kMembers)
    return fault(config, "site.members", "names a member twice", "every member has a name of its own");
  for (const std::string& name : names)
    if (name.size() > 60)
      return fault(config, "site.members", "'" + name + "' is too long", "a name has at most 60 characters");
  return {};
}

Result<std::size_t> own_place(const config::Config& config, const std::vector<std::string>& names) {
  const std::string& self = config.text("site.member");
  for (std::size_t place = 0; place < names.size(); ++place)
    if (names[place] == self) return place;
  return fault(config, "site.member", "'" + self + "' is none of the members",
               "site.members names: " + config.text("site.members"));
}

Timing timing_of(const config::Config& config) {
  const auto lease = config.duration("site.lease");
  return {.beat = lease / 4, .lease = lease, .margin = lease / 20, .fencing = lease / 5};
}

http::ServerOptions server_of(const config::Config& config) {
  return {.address = config.text("site.address"),
          .port = static_cast<std::uint16_t>(config.integer("site.port")),
          .certificate_file = config.path("site.certificate"),
          .key_file = config.path("site.key"),
          .client_ca_file = config.path("site.member_certificates"),
          .threads = 4,
          .max_connections = 64,
          .body_bytes = 64U << 10U,
          .stop_limit = std::chrono::seconds(2)};
}

Result<WardenOptions> warden_of(const config::Config& config, const Setup& setup) {
  const auto databases = words_of(config.text("site.databases"));
  if (databases.size() != kWitness)
    return fault(config, "site.databases", "names " + std::to_string(databases.size()) + " servers instead of two",
                 "where the sites' databases are, in the order of site.members: \"10.0.0.1:3306 10.0.0.2:3306\"");
  WardenOptions options;
  options.self = setup.names.at(setup.self);
  options.other = setup.names.at(1 - setup.self);
  const auto other = parse_address(databases.at(1 - setup.self));
  if (!other) return fault(config, "site.databases", other.error().message, other.error().hint);
  options.other_server = *other;
  options.replication.name = config.text("site.replication_user");
  options.replication.ca_file = config.path("site.replication_ca").string();
  const std::string& host = options.other_server.host;
  const bool on_this_machine = host.starts_with("127.") || host == "::1" || host == "localhost";
  if (options.replication.ca_file.empty() && !on_this_machine)
    return fault(config, "site.replication_ca", "is not set, and " + host + " is another machine",
                 "name the certificate authority of the other site's database server");
  SLIPWAY_TRY(options.replication.password, read_secret_file(config.path("site.replication_password_file")));
  options.semi_synchronous = config.boolean("site.semi_synchronous");
  // The server lets a commit go with the first confirmation, whoever gives it.
  if (options.semi_synchronous && config.boolean("backup.acknowledge"))
    return fault(config, "backup.acknowledge", "would be taken for the other site's confirmation",
                 "turn it off, or site.semi_synchronous");
  options.patience = config.duration("site.patience");
  options.quarantine = config.path("site.quarantine");
  // slipway-database-unhang.path waits for it.
  options.hung = config.path("site.lease_page").parent_path() / "database-hung";
  return options;
}

}  // namespace

Result<Address> parse_address(std::string_view text) {
  std::string said = "'";
  said.append(text).append("' is no address");
  const Error wrong{Code::invalid_argument, std::move(said), "write host:port, or [::1]:port"};
  Address address;
  const auto colon = text.rfind(':');
  const bool bare = colon == std::string_view::npos || text.ends_with(']');
  std::string_view host = bare ? text : text.substr(0, colon);
  if (!bare) {
    const std::string_view digits = text.substr(colon + 1);
    const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), address.port);
    if (problem != std::errc() || end != digits.data() + digits.size() || address.port == 0) return wrong;
  }
  if (host.starts_with('[') && host.ends_with(']'))
    host = host.substr(1, host.size() - 2);
  else if (host.find(':') != std::string_view::npos)
    return wrong;
  if (host.empty()) return wrong;
  address.host = host;
  return address;
}

Result<SiteSettings> site_settings(const config::Config& config) {
  if (config.text("site.member").empty())
    return Error{Code::not_found, "site: this machine is no member of two sites",
                 "set site.member and the other options under site. (docs/options.md)"};
  const auto names = words_of(config.text("site.members"));
  SLIPWAY_CHECK(check_names(config, names));
  SiteSettings settings;
  Setup& setup = settings.node.setup;
  SLIPWAY_TRY(setup.self, own_place(config, names));
  std::copy(names.begin(), names.end(), setup.names.begin());
  setup.timing = timing_of(config);
  setup.armed = config.boolean("site.armed");
  const auto urls = words_of(config.text("site.urls"));
  if (urls.size() != kMembers)
    return fault(config, "site.urls", "names " + std::to_string(urls.size()) + " members instead of three",
                 "in the order of site.members: \"https://10.0.0.1:7443 https://10.0.0.2:7443 https://10.0.0.3:7443\"");
  std::copy(urls.begin(), urls.end(), settings.node.urls.begin());
  settings.node.record = config.path("site.record");
  settings.node.lease_page = config.path("site.lease_page");
  settings.node.server = server_of(config);
  settings.socket = config.path("site.socket");
  if (!settings.is_witness()) {
    SLIPWAY_TRY(settings.warden, warden_of(config, setup));
  }
  return settings;
}

}  // namespace slipway::site
