#include "services/wizard/machine_facts.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <fstream>
#include <iterator>

namespace slipway::wizard {
namespace {

namespace fs = std::filesystem;

std::string value_of(std::string_view lease, std::string_view key) {
  while (!lease.empty()) {
    const std::size_t end = std::min(lease.find('\n'), lease.size());
    const std::string_view line = lease.substr(0, end);
    if (line.starts_with(key) && line.substr(key.size()).starts_with('='))
      return std::string(line.substr(key.size() + 1));
    lease.remove_prefix(std::min(end + 1, lease.size()));
  }
  return {};
}

/// 24 of "255.255.255.0"; -1 when it is no mask.
int prefix_length(std::string_view mask) {
  std::uint32_t bits = 0;
  for (int part = 0; part < 4; ++part) {
    std::uint32_t number = 0;
    const auto [end, failure] = std::from_chars(mask.data(), mask.data() + mask.size(), number);
    if (failure != std::errc() || number > 255) return -1;
    bits = bits << 8U | number;
    mask.remove_prefix(std::min<std::size_t>(static_cast<std::size_t>(end - mask.data()) + 1, mask.size()));
  }
  const int ones = std::countl_one(bits);
  return std::popcount(bits) == ones ? ones : -1;
}

firstboot::Texts words(std::string_view text) {
  firstboot::Texts found;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    if (end > 0) found.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return found;
}

}  // namespace

void add_lease(firstboot::Answers::Network& network, std::string_view lease) {
  const std::string address = value_of(lease, "ADDRESS");
  const int length = prefix_length(value_of(lease, "NETMASK"));
  if (address.empty() || length < 0) return;
  network.address.push_back(address + "/" + std::to_string(length));
  if (const auto routers = words(value_of(lease, "ROUTER")); network.gateway.empty() && !routers.empty())
    network.gateway.push_back(routers.front());
  for (std::string& server : words(value_of(lease, "DNS")))
    if (std::ranges::find(network.dns, server) == network.dns.end()) network.dns.push_back(std::move(server));
}

MachineFacts read_machine_facts(const fs::path& leases) {
  MachineFacts facts;
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) == 0) facts.hostname = name.data();
  if (facts.hostname == "localhost" || facts.hostname.starts_with("localhost.")) facts.hostname.clear();
  std::error_code failure;
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(leases, failure)) files.push_back(entry.path());
  std::ranges::sort(files);
  for (const fs::path& file : files) {
    std::ifstream lease(file);
    const std::string text{std::istreambuf_iterator<char>(lease), std::istreambuf_iterator<char>()};
    add_lease(facts.network, text);
  }
  return facts;
}

std::string address_of_host(std::string_view network_address) {
  const std::string host(network_address.substr(0, network_address.find('/')));
  const bool six = host.find(':') != std::string::npos;
  return std::string("https://").append(six ? "[" : "").append(host).append(six ? "]/" : "/");
}

}  // namespace slipway::wizard
