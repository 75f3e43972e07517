// Packages, updates, and programs that run from files which are gone.
#include <algorithm>
#include <set>

#include "services/doctor/gather_parts.hpp"
#include "services/doctor/host.hpp"
#include "services/doctor/host_text_rules.hpp"

namespace slipway::doctor {
namespace {

namespace fs = std::filesystem;

/// The service that a process belongs to, else its name.
std::string owner_of(const fs::path& process) {
  const auto groups = text_of(process / "cgroup");
  if (groups.known())
    for (const auto line : lines_of(*groups)) {
      const auto slash = line.rfind('/');
      if (slash == std::string_view::npos) continue;
      const auto name = line.substr(slash + 1);
      if (name.ends_with(".service")) return std::string(name.substr(0, name.size() - 8));
    }
  const auto name = text_of(process / "comm");
  return name.known() ? std::string(trimmed(*name)) : process.filename().string();
}

/// Code that is mapped from a file which was replaced.
bool maps_deleted(std::string_view maps) {
  return std::ranges::any_of(lines_of(maps), [](std::string_view line) {
    if (!line.ends_with(" (deleted)")) return false;
    const auto words = words_of(line);
    return words.size() > 5 && words[1].find('x') != std::string_view::npos && words[5].starts_with("/usr/");
  });
}

Fact<bool> security_archive() {
  bool found = false;
  std::error_code failure;
  const auto look = [&](const fs::path& file) {
    const auto text = text_of(file);
    found = found || (text.known() && names_security_archive(*text));
  };
  if (is_there("/etc/apt/sources.list")) look("/etc/apt/sources.list");
  for (const auto& entry : fs::directory_iterator("/etc/apt/sources.list.d", failure))
    if (entry.path().extension() == ".list" || entry.path().extension() == ".sources") look(entry.path());
  return found;
}

Fact<Timestamp> lists_updated_at() {
  std::optional<fs::file_time_type> newest;
  std::error_code failure;
  for (const auto& entry : fs::directory_iterator("/var/lib/apt/lists", failure)) {
    const std::string name = entry.path().filename().string();
    if (name.find("Release") == std::string::npos) continue;
    const auto at = entry.last_write_time(failure);
    // The files have the archive's time; when they were fetched, the folder of partial ones tells.
    if (!failure) newest = std::max(newest.value_or(at), at);
  }
  const auto folder = fs::last_write_time("/var/lib/apt/lists/partial", failure);
  if (!failure && newest) newest = std::max(*newest, folder);
  if (!newest) return Unknown{"no list of packages is there", "apt-get update"};
  return std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::file_clock::to_sys(*newest));
}

}  // namespace

void gather_packages(const Sources& sources, Packages& packages, Fact<Names>& kernels) {
  if (sources.embedded) {
    packages.slipway = of_the_machine();
    packages.broken = of_the_machine();
    packages.held = of_the_machine();
    packages.lists_updated_at = of_the_machine();
    packages.security_archive = of_the_machine();
    kernels = of_the_machine();
    return;
  }
  const auto list = then<PackageList>(
      output_of({.argv = {"dpkg-query", "-W", "-f", "${db:Status-Abbrev}|${binary:Package}|${Version}\n"},
                 .limit = std::chrono::seconds(30)}),
      [](const std::string& text) -> Fact<PackageList> { return parse_packages(text); });
  packages.slipway = then<std::string>(list, [](const PackageList& all) -> Fact<std::string> { return all.slipway; });
  packages.broken = then<Names>(list, [](const PackageList& all) -> Fact<Names> { return all.broken; });
  packages.held = then<Names>(list, [](const PackageList& all) -> Fact<Names> { return all.held; });
  kernels = then<Names>(list, [](const PackageList& all) -> Fact<Names> { return all.kernels; });
  packages.lists_updated_at = lists_updated_at();
  packages.security_archive = security_archive();
}

void gather_updates(const Sources& sources, Packages& packages) {
  if (sources.embedded) {
    packages.security_pending = of_the_machine();
    packages.pending = of_the_machine();
    return;
  }
  const auto updates =
      then<PendingUpdates>(output_of({.argv = {"apt-get", "-s", "-q", "-o", "Debug::NoLocking=true", "upgrade"},
                                      .limit = std::chrono::seconds(90)}),
                           [](const std::string& text) -> Fact<PendingUpdates> { return parse_apt_simulation(text); });
  packages.security_pending =
      then<Names>(updates, [](const PendingUpdates& all) -> Fact<Names> { return all.security; });
  packages.pending = then<Names>(updates, [](const PendingUpdates& all) -> Fact<Names> { return all.other; });
}

void gather_processes(const Sources& sources, Packages& packages) {
  if (sources.embedded) {
    packages.outdated_processes = of_the_machine();
    return;
  }
  if (!is_root()) {
    packages.outdated_processes = Unknown{"only root sees what processes run from"};
    return;
  }
  std::set<std::string> found;
  std::error_code failure;
  for (const auto& entry : fs::directory_iterator("/proc", failure)) {
    const std::string name = entry.path().filename().string();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    const auto maps = text_of(entry.path() / "maps");
    if (maps.known() && maps_deleted(*maps)) found.insert(owner_of(entry.path()));
  }
  packages.outdated_processes = Names(found.begin(), found.end());
}

}  // namespace slipway::doctor
