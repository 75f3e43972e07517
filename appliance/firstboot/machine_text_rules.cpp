#include "appliance/firstboot/machine_text_rules.hpp"

#include <algorithm>

#include "appliance/firstboot/identity_rules.hpp"

namespace slipway::firstboot {
namespace {

constexpr std::string_view kOwnAddress = "127.0.1.1";
constexpr const char* kHead = "# Written at the first boot, from first-boot.toml.\n";

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = std::min(text.find_first_not_of(" \t\r"), text.size());
  text.remove_prefix(begin);
  return text.substr(0, text.find_last_not_of(" \t\r") + 1);
}

/// The first word of a line, and what is behind it.
std::pair<std::string_view, std::string_view> first_word(std::string_view line) {
  line = trimmed(line);
  const std::size_t end = std::min(line.find_first_of(" \t"), line.size());
  return {line.substr(0, end), trimmed(line.substr(end))};
}

void append_each(std::string& out, std::string_view name, const Texts& values) {
  for (const std::string& value : values) out.append(name).append("=").append(value).append("\n");
}

}  // namespace

std::string hosts_with(std::string_view hosts, std::string_view full_name) {
  std::string own(kOwnAddress);
  own.append("\t").append(full_name).append(" ").append(first_label(full_name)).append("\n");
  std::string out;
  bool written = false;
  for (const std::string_view line : lines_of(hosts)) {
    const auto [address, names] = first_word(line);
    if (address != kOwnAddress) {
      out.append(line).append("\n");
    } else if (!written) {
      out.append(own);
      written = true;
    }
  }
  return written ? out : out.append(own);
}

std::string full_name_in(std::string_view hosts) {
  for (const std::string_view line : lines_of(hosts))
    if (const auto [address, names] = first_word(line); address == kOwnAddress)
      return std::string(first_word(names).first);
  return {};
}

std::string network_file(const Answers::Network& network, std::string_view card) {
  std::string out(kHead);
  out.append("[Match]\nName=").append(card).append("\n\n[Network]\n");
  // Addresses of routers' announcements stay welcome where only IPv4 is fixed.
  if (network.address.empty()) out.append("DHCP=yes\n");
  append_each(out, "Address", network.address);
  append_each(out, "Gateway", network.gateway);
  append_each(out, "DNS", network.dns);
  if (network.address.empty()) out.append("\n[DHCPv4]\nUseDomains=yes\n");
  if (network.address.empty() && !network.dns.empty())
    out.append("UseDNS=no\n\n[DHCPv6]\nUseDNS=no\n\n[IPv6AcceptRA]\nUseDNS=no\n");
  return out;
}

std::string management_file(const Texts& networks) {
  std::string out(kHead);
  for (const bool v6 : {false, true}) {
    std::string list;
    for (const std::string& network : networks)
      if ((network.find(':') != std::string::npos) == v6) list.append(list.empty() ? "" : ", ").append(network);
    if (!list.empty())
      out.append("add element inet slipway management").append(v6 ? "6 { " : "4 { ").append(list).append(" }\n");
  }
  return out;
}

std::string authorized_keys(std::string_view there, const Texts& keys) {
  Texts lines;
  const auto add = [&](std::string_view line) {
    line = trimmed(line);
    if (!line.empty() && std::ranges::find(lines, line) == lines.end()) lines.emplace_back(line);
  };
  for (const std::string_view line : lines_of(there)) add(line);
  for (const std::string& key : keys) add(key);
  std::string out;
  for (const std::string& line : lines) out.append(line).append("\n");
  return out;
}

LastWords last_words_of(std::string_view program, std::string_view said) {
  while (!said.empty() && (said.back() == '\n' || said.back() == ' ')) said.remove_suffix(1);
  std::string head(program);
  head.append(": ");
  std::size_t begin = said.rfind(head);
  // At the start of a line alone: hints and progress may name the program as well.
  while (begin != std::string_view::npos && begin > 0 && said[begin - 1] != '\n') begin = said.rfind(head, begin - 1);
  if (begin == std::string_view::npos) {
    const std::size_t line = said.rfind('\n');
    return {std::string(said.substr(line == std::string_view::npos ? 0 : line + 1)), ""};
  }
  const std::string_view error = said.substr(begin + head.size());
  constexpr std::string_view kHint = "\nhint: ";
  const std::size_t hint = error.rfind(kHint);
  if (hint == std::string_view::npos) return {std::string(error), ""};
  return {std::string(error.substr(0, hint)), std::string(error.substr(hint + kHint.size()))};
}

std::string with_port(std::string_view server) {
  const std::size_t at = server.rfind('@');
  const std::size_t slash = server.find('/', at == std::string_view::npos ? 0 : at);
  if (at == std::string_view::npos || slash == std::string_view::npos) return std::string(server);
  const std::string_view host = server.substr(at + 1, slash - at - 1);
  const bool has_port = !host.ends_with(']') && host.find(':') != std::string_view::npos;
  if (has_port) return std::string(server);
  return std::string(server.substr(0, slash)).append(":3306").append(server.substr(slash));
}

}  // namespace slipway::firstboot
