#include "services/upgrade/package_rules.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdio>
#include <set>

namespace slipway::upgrade {
namespace {

constexpr std::uint64_t kMiB = 1ULL << 20U;

std::string fault_of(const Candidate& one, const std::map<std::string, Installed>& installed) {
  if (one.name != "slipway" && !one.name.starts_with("slipway-"))
    return "package '" + one.name + "' is none of Slipway's";
  if (!is_version(one.version)) return "'" + one.version + "' is no version";
  const auto found = installed.find(one.name);
  if (found == installed.end()) return "package '" + one.name + "' is not installed here";
  const Installed& here = found->second;
  if (here.status != "installed")
    return "package '" + one.name + "' is " + here.status + " here; mend that first: dpkg --configure -a";
  if (one.architecture != here.architecture && one.architecture != "all")
    return "is for " + one.architecture + ", this machine is " + here.architecture;
  if (one.version == here.version) return "version " + one.version + " is what is installed";
  if (!one.newer) return "version " + one.version + " is older than " + here.version + ", which is installed";
  return {};
}

}  // namespace

Status check_set(const std::vector<Candidate>& candidates, const std::map<std::string, Installed>& installed) {
  std::string faults;
  std::set<std::string> names;
  for (const Candidate& one : candidates) {
    std::string fault = fault_of(one, installed);
    if (fault.empty() && !names.insert(one.name).second) fault = "package '" + one.name + "' is named twice";
    if (fault.empty()) continue;
    if (!faults.empty()) faults += "\n";
    faults.append(one.file).append(": ").append(fault);
  }
  if (faults.empty() && !names.contains("slipway")) faults = "the packages: slipway itself is not among them";
  if (faults.empty()) return {};
  return Error{Code::invalid_argument, std::move(faults),
               "name the files of one newer release: slipway upgrade slipway_*.deb slipway-migrate_*.deb"};
}

bool is_version(std::string_view text) {
  return !text.empty() && text.size() <= 100 && std::isalnum(static_cast<unsigned char>(text.front())) != 0 &&
         std::ranges::all_of(text, [](unsigned char one) {
           return std::isalnum(one) != 0 ||
                  std::string_view(".+-~:").find(static_cast<char>(one)) != std::string_view::npos;
         });
}

std::uint64_t bytes_needed(std::uint64_t data_bytes) { return data_bytes + data_bytes / 10 + 256 * kMiB; }

std::string size_text(std::uint64_t bytes) {
  constexpr std::array<const char*, 5> units{"B", "KiB", "MiB", "GiB", "TiB"};
  auto value = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (value >= 1024 && unit + 1 < units.size()) {
    value /= 1024;
    ++unit;
  }
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), unit == 0 ? "%.0f %s" : "%.1f %s", value, units.at(unit));
  return text.data();
}

std::string span_text(std::uint64_t seconds) {
  if (seconds < 60) return std::to_string(seconds) + " s";
  if (seconds < 3600) return std::to_string(seconds / 60) + " min " + std::to_string(seconds % 60) + " s";
  return std::to_string(seconds / 3600) + " h " + std::to_string(seconds % 3600 / 60) + " min";
}

std::string progress_text(std::string_view words, std::uint64_t bytes, std::uint64_t total, std::uint64_t elapsed_ms) {
  std::string text = "· ";
  text.append(words);
  if (total == 0) return text;
  text.append(": ").append(size_text(bytes)).append(" of ").append(size_text(total));
  if (bytes == 0 || elapsed_ms < 200) return text;
  const auto rate = static_cast<double>(bytes) * 1000.0 / static_cast<double>(elapsed_ms);
  text.append(", ").append(size_text(static_cast<std::uint64_t>(rate))).append("/s");
  if (bytes < total) {
    const auto left = static_cast<std::uint64_t>(static_cast<double>(total - bytes) / rate);
    text.append(", ").append(span_text(left)).append(" left");
  }
  return text;
}

std::vector<std::string> missing_from(const std::vector<std::string>& after, const std::vector<std::string>& before) {
  std::vector<std::string> missing;
  for (const auto& one : before)
    if (std::ranges::find(after, one) == after.end()) missing.push_back(one);
  return missing;
}

}  // namespace slipway::upgrade
