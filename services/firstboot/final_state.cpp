#include "services/firstboot/final_state.hpp"

#include <unistd.h>

#include <algorithm>
#include <sstream>

#include "appliance/account/directory.hpp"
#include "appliance/account/platform.hpp"
#include "appliance/crypto/certificate_facts.hpp"
#include "appliance/firstboot/identity_rules.hpp"
#include "appliance/firstboot/machine_text_rules.hpp"
#include "services/firstboot/job.hpp"

namespace slipway::firstboot {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

std::string text_of(const Machine& machine, const char* path) { return machine.read(path).value_or(std::string()); }

/// The lines of a text, without comments and empty ones.
std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);)
    if (!line.empty() && line.front() != '#') lines.push_back(line);
  return lines;
}

ordered_json network(const Machine& machine) {
  ordered_json json{
      {"address", ordered_json::array()}, {"gateway", ordered_json::array()}, {"dns", ordered_json::array()}};
  for (const std::string& line : lines_of(text_of(machine, kNetworkFile))) {
    const std::size_t equals = line.find('=');
    const std::string name = line.substr(0, equals);
    const char* const key = name == "Address"   ? "address"
                            : name == "Gateway" ? "gateway"
                            : name == "DNS"     ? "dns"
                                                : nullptr;
    if (key != nullptr) json[key].push_back(line.substr(equals + 1));
  }
  json["dhcp"] = json["address"].empty();
  return json;
}

ordered_json certificate(const Machine& machine, const std::string& name) {
  std::error_code ignored;
  const auto facts = crypto::inspect_chain(text_of(machine, kChain));
  if (!facts || facts->certificates.empty()) return nullptr;
  const auto& own = facts->certificates.front();
  ordered_json json{{"kind", fs::exists(machine.at(kSelfMade), ignored) ? "self-made" : "own"},
                    {"speaks_for_name", std::ranges::find(own.names, name) != own.names.end()}};
  if (json["kind"] == "own") json["fingerprint"] = own.fingerprint;
  return json;
}

ordered_json administrator(const Machine& machine, const command::Context& context) {
  if (!machine.runs()) return nullptr;
  const auto name = AccountName::parse(kAccount);
  auto admin = context.administrator(std::string(account::kPlatformDatabase));
  auto key = context.account_key();
  if (!name || !admin || !key) return nullptr;
  account::Administration administration(*admin, *std::move(key));
  const auto mail = administration.person_mail(*name, "admin");
  if (!mail) return nullptr;
  std::error_code ignored;
  return {{"account", kAccount},
          {"login", "admin"},
          {"email", *mail},
          {"password_was_made", fs::exists(std::string(kSecrets) + "/admin_" + kAccount, ignored)}};
}

ordered_json settings(const command::Context& context) {
  const auto config = context.configuration();
  if (!config) return nullptr;
  return {{"role", config->text("site.role")},
          {"backup", config->boolean("backup.enabled")},
          {"even", config->text("backup.even")},
          {"odd", config->text("backup.odd")}};
}

}  // namespace

ordered_json final_state(const Machine& machine, const command::Context& context) {
  std::error_code ignored;
  const auto host = lines_of(text_of(machine, kHostName));
  const std::string full = full_name_in(text_of(machine, kHosts));
  const fs::path zone = fs::read_symlink(machine.at(kLocalTime), ignored);
  const auto keys = [&] {
    ordered_json list = ordered_json::array();
    for (const std::string& line : lines_of(text_of(machine, kOperatorKeys))) list.push_back(describe_public_key(line));
    return list;
  }();
  return {{"host_name", host.empty() ? "" : host.front()},
          {"full_name", full},
          {"timezone", zone.lexically_relative("/usr/share/zoneinfo").string()},
          {"network", network(machine)},
          {"management", lines_of(text_of(machine, kManagement))},
          {"public_keys", keys},
          {"certificate", certificate(machine, full)},
          {"settings", settings(context)},
          {"administrator", administrator(machine, context)}};
}

}  // namespace slipway::firstboot
