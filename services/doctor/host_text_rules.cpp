#include "services/doctor/host_text_rules.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>

#include "services/doctor/check_rules.hpp"

namespace slipway::doctor {
namespace {

constexpr std::string_view kBlank = " \t\r\n";

Unknown unreadable(const std::string& what) {
  return {what + ": not understood", "report it with the output of 'slipway support-bundle'"};
}

std::optional<double> real_of(std::string_view text) {
  const std::string copy(text);
  char* end = nullptr;
  const double value = std::strtod(copy.c_str(), &end);
  if (copy.empty() || end != copy.c_str() + copy.size()) return std::nullopt;
  return value;
}

/// What stands between `begin` and `end`, behind the first `begin`.
std::string_view between(std::string_view text, std::string_view begin, std::string_view end) {
  const auto from = text.find(begin);
  if (from == std::string_view::npos) return {};
  text.remove_prefix(from + begin.size());
  return text.substr(0, std::min(text.find(end), text.size()));
}

/// /proc/mounts writes a blank as \040.
std::string unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escape = text[i] == '\\' && i + 3 < text.size() &&
                        std::ranges::all_of(text.substr(i + 1, 3), [](char one) { return one >= '0' && one <= '7'; });
    if (!escape) {
      out += text[i];
      continue;
    }
    out += static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 + (text[i + 3] - '0'));
    i += 3;
  }
  return out;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const auto at = text.find(separator);
    parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

}  // namespace

std::vector<std::string_view> lines_of(std::string_view text) {
  auto lines = split(text, '\n');
  if (!lines.empty() && lines.back().empty()) lines.pop_back();
  return lines;
}

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  for (;;) {
    const auto from = line.find_first_not_of(kBlank);
    if (from == std::string_view::npos) return words;
    line.remove_prefix(from);
    const auto to = std::min(line.find_first_of(kBlank), line.size());
    words.push_back(line.substr(0, to));
    line.remove_prefix(to);
  }
}

std::string_view trimmed(std::string_view text) {
  const auto from = text.find_first_not_of(kBlank);
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(kBlank) - from + 1);
}

Fact<std::uint64_t> parse_counter(std::string_view text, std::string_view name) {
  for (const auto line : lines_of(text)) {
    const auto words = words_of(line);
    if (words.size() < 2 || words[0] != name) continue;
    if (const auto number = number_of(words[1]); number && *number >= 0) return static_cast<std::uint64_t>(*number);
  }
  return unreadable(std::string(name));
}

Fact<Memory> parse_meminfo(std::string_view text) {
  const auto kib = [&](std::string_view name) { return parse_counter(text, name); };
  const auto total = kib("MemTotal:");
  const auto available = kib("MemAvailable:");
  if (!total.known() || !available.known()) return unreadable("/proc/meminfo");
  const auto swap_total = kib("SwapTotal:");
  const auto swap_free = kib("SwapFree:");
  return Memory{*total << 10U, *available << 10U, swap_total.known() ? *swap_total << 10U : 0,
                swap_free.known() ? *swap_free << 10U : 0};
}

Fact<double> parse_pressure(std::string_view text, std::string_view kind) {
  for (const auto line : lines_of(text))
    if (line.starts_with(kind))
      if (const auto value = real_of(between(line, "avg300=", " "))) return *value;
  return unreadable("/proc/pressure");
}

std::vector<FileSystem> parse_mounts(std::string_view text) {
  static constexpr auto on_disk =
      std::to_array<std::string_view>({"ext2", "ext3", "ext4", "xfs", "btrfs", "vfat", "f2fs", "zfs", "overlay"});
  std::vector<FileSystem> found;
  for (const auto line : lines_of(text)) {
    const auto words = words_of(line);
    if (words.size() < 4 || std::ranges::find(on_disk, words[2]) == on_disk.end()) continue;
    FileSystem one;
    one.device = unescaped(words[0]);
    one.mount_point = unescaped(words[1]);
    one.type = words[2];
    one.options = words[3];
    // A container's root; other overlays are those of containers inside.
    if (one.type == "overlay" && one.mount_point != "/") continue;
    // The same one bound to a second place.
    if (std::ranges::find(found, one.device, &FileSystem::device) == found.end()) found.push_back(std::move(one));
  }
  return found;
}

std::string mount_options(std::string_view text, std::string_view mount_point) {
  std::string options;
  for (const auto line : lines_of(text)) {
    const auto words = words_of(line);
    if (words.size() >= 4 && unescaped(words[1]) == mount_point) options = words[3];  // the last one lies on top
  }
  return options;
}

Release parse_os_release(std::string_view text) {
  Release release;
  for (const auto line : lines_of(text)) {
    const auto equals = line.find('=');
    if (equals == std::string_view::npos) continue;
    auto value = trimmed(line.substr(equals + 1));
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
    if (line.substr(0, equals) == "ID") release.id = value;
    if (line.substr(0, equals) == "VERSION_ID") release.version = value;
  }
  return release;
}

Fact<double> parse_chrony_offset(std::string_view text) {
  const auto fields = split(trimmed(text), ',');
  if (fields.size() > 4)
    if (const auto value = real_of(fields[4])) return *value;
  return unreadable("chronyc tracking");
}

PackageList parse_packages(std::string_view text) {
  PackageList list;
  for (const auto line : lines_of(text)) {
    const auto fields = split(line, '|');
    if (fields.size() < 3 || fields[0].size() < 2) continue;
    const std::string name(fields[1]);
    const char wanted = fields[0][0];
    const char state = fields[0][1];
    const bool damaged = fields[0].size() > 2 && fields[0][2] == 'R';
    if (wanted == 'h') list.held.push_back(name);
    // n: not there, c: only its configuration is left, i: installed; all else is half-way.
    if (damaged || (state != 'n' && state != 'c' && state != 'i')) list.broken.push_back(name);
    if (state != 'i') continue;
    if (name == "slipway") list.slipway = trimmed(fields[2]);
    constexpr std::string_view image = "linux-image-";
    if (!name.starts_with(image) || name.size() <= image.size() || name[image.size()] < '0' ||
        name[image.size()] > '9' || name.ends_with("-dbg"))
      continue;
    std::string release = name.substr(image.size());
    if (release.ends_with("-unsigned")) release.resize(release.size() - std::string_view("-unsigned").size());
    list.kernels.push_back(std::move(release));
  }
  return list;
}

PendingUpdates parse_apt_simulation(std::string_view text) {
  PendingUpdates pending;
  for (const auto line : lines_of(text)) {
    const auto words = words_of(line);
    if (words.size() < 3 || words[0] != "Inst") continue;
    const bool security =
        line.find("Debian-Security") != std::string_view::npos || line.find("-security") != std::string_view::npos;
    (security ? pending.security : pending.other).emplace_back(words[1]);
  }
  return pending;
}

bool names_security_archive(std::string_view text) {
  for (const auto line : lines_of(text)) {
    const auto words = words_of(line);
    if (words.empty() || words[0].starts_with('#')) continue;
    if (words[0] != "deb" && words[0] != "Suites:") continue;
    for (const auto word : words)
      if (word.ends_with("-security") || word.ends_with("/updates")) return true;
  }
  return false;
}

std::vector<Listener> parse_listeners(std::string_view text) {
  std::vector<Listener> listeners;
  for (const auto line : lines_of(text)) {
    const auto words = words_of(line);
    if (words.size() < 5 || (words[0] != "tcp" && words[0] != "udp")) continue;
    const auto colon = words[4].rfind(':');
    if (colon == std::string_view::npos) continue;
    const auto port = number_of(words[4].substr(colon + 1));
    if (!port || *port < 0 || *port > 65535) continue;
    Listener one;
    one.protocol = words[0];
    one.address = words[4].substr(0, colon);
    one.port = static_cast<std::uint16_t>(*port);
    one.program = between(line, "((\"", "\"");
    listeners.push_back(std::move(one));
  }
  return listeners;
}

bool has_default_route(std::string_view v4, std::string_view v6) {
  for (const auto line : lines_of(v4)) {
    const auto words = words_of(line);
    if (words.size() > 7 && words[1] == "00000000" && words[7] == "00000000") return true;
  }
  for (const auto line : lines_of(v6)) {
    const auto words = words_of(line);
    if (words.size() > 9 && words[0] == std::string(32, '0') && words[1] == "00" && words[9] != "lo") return true;
  }
  return false;
}

Names parse_resolvers(std::string_view text) {
  Names names;
  for (const auto line : lines_of(text)) {
    const auto words = words_of(line);
    if (words.size() >= 2 && words[0] == "nameserver") names.emplace_back(words[1]);
  }
  return names;
}

Settings parse_sshd(std::string_view text) {
  Settings settings;
  for (const auto line : lines_of(text)) {
    const auto blank = line.find(' ');
    if (blank == std::string_view::npos) continue;
    settings.emplace(line.substr(0, blank), trimmed(line.substr(blank + 1)));
  }
  return settings;
}

Names parse_nginx_protocols(std::string_view text) {
  Names names;
  for (const auto line : lines_of(text)) {
    const auto words = words_of(line);
    if (words.size() < 2 || words[0] != "ssl_protocols") continue;
    for (std::size_t i = 1; i < words.size(); ++i) {
      const auto name = words[i].substr(0, words[i].find(';'));
      if (!name.empty() && std::ranges::find(names, name) == names.end()) names.emplace_back(name);
      if (name.size() < words[i].size()) break;
    }
  }
  return names;
}

std::optional<int> parse_http_status(std::string_view said) {
  for (const auto line : lines_of(said)) {
    const auto words = words_of(line);
    if (words.size() >= 2 && words[0].starts_with("HTTP/")) return std::atoi(std::string(words[1]).c_str());
  }
  return std::nullopt;
}

Names parse_jails(std::string_view text) {
  Names names;
  for (const auto line : lines_of(text)) {
    const auto colon = line.find("Jail list:");
    if (colon == std::string_view::npos) continue;
    for (const auto name : split(line.substr(colon + 10), ','))
      if (!trimmed(name).empty()) names.emplace_back(trimmed(name));
  }
  return names;
}

Settings parse_periodic(std::string_view text) {
  Settings settings;
  for (const auto line : lines_of(text)) {
    const std::string value(between(line, "\"", "\""));
    if (line.starts_with("APT::Periodic::Update-Package-Lists ")) settings["update"] = value;
    if (line.starts_with("APT::Periodic::Unattended-Upgrade ")) settings["upgrade"] = value;
  }
  return settings;
}

Names without_password_in(std::string_view shadow) {
  Names names;
  for (const auto line : lines_of(shadow)) {
    const auto fields = split(line, ':');
    if (fields.size() > 1 && !fields[0].empty() && fields[1].empty()) names.emplace_back(fields[0]);
  }
  return names;
}

Names administrators_in(std::string_view passwd) {
  Names names;
  for (const auto line : lines_of(passwd)) {
    const auto fields = split(line, ':');
    if (fields.size() > 2 && fields[2] == "0") names.emplace_back(fields[0]);
  }
  return names;
}

bool grants_without_password(std::string_view sudoers) {
  return std::ranges::any_of(lines_of(sudoers), [](std::string_view line) {
    return !trimmed(line).starts_with('#') && line.find("NOPASSWD") != std::string_view::npos;
  });
}

std::uint64_t count_keys(std::string_view text) {
  return static_cast<std::uint64_t>(std::ranges::count_if(lines_of(text), [](std::string_view line) {
    const auto content = trimmed(line);
    return !content.empty() && !content.starts_with('#');
  }));
}

std::string host_of_url(std::string_view url) {
  const auto scheme = url.find("://");
  if (scheme == std::string_view::npos || url.starts_with("file:") || url.starts_with("s3:")) return {};
  url.remove_prefix(scheme + 3);
  url = url.substr(0, url.find('/'));
  if (const auto at = url.rfind('@'); at != std::string_view::npos) url.remove_prefix(at + 1);
  if (url.starts_with('[')) return std::string(between(url, "[", "]"));
  return std::string(url.substr(0, url.find(':')));
}

std::string folder_of_url(std::string_view url) {
  constexpr std::string_view scheme = "file://";
  return url.starts_with(scheme) ? std::string(url.substr(scheme.size())) : std::string();
}

}  // namespace slipway::doctor
