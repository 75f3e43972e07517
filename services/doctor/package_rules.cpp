// Packages: whole, patched, ours.
#include "services/doctor/check_rules.hpp"

namespace slipway::doctor {
namespace {

Outcome slipway(const Facts& facts) {
  return about(facts.packages.slipway, [&](const std::string& version) -> Outcome {
    const std::string& ours = facts.place.version;
    if (version.empty())
      return warning("the programs are not those of a package",
                     "install the package of this release: apt install ./slipway_*.deb");
    // The package's version has a revision behind ours: "0.1.0-1".
    if (version == ours || version.starts_with(ours + "-") || version.starts_with(ours + "+") ||
        version.starts_with(ours + "~"))
      return ok(version);
    return failure("package " + version + ", this program is " + ours,
                   "install one release: apt install --reinstall slipway");
  });
}

Outcome broken(const Facts& facts) {
  return none_of(facts.packages.broken, "all are whole", Verdict::failure, "not whole",
                 "dpkg --configure -a, then apt-get --fix-broken install");
}

Outcome held(const Facts& facts) {
  return none_of(facts.packages.held, "none", Verdict::note, "held back from upgrades",
                 "apt-mark unhold NAME, when the reason is gone");
}

Outcome security_pending(const Facts& facts) {
  return about(facts.packages.security_pending, [](const Names& names) -> Outcome {
    if (names.empty()) return ok("none waits");
    const std::string text = std::to_string(names.size()) + " wait: " + join(names);
    return warning(text, "unattended-upgrade -v, or wait for the maintenance window");
  });
}

Outcome pending(const Facts& facts) {
  return about(facts.packages.pending, [](const Names& names) -> Outcome {
    if (names.empty()) return ok("none waits");
    return note(std::to_string(names.size()) + " wait: " + join(names), "apt-get upgrade in a maintenance window");
  });
}

Outcome lists_fresh(const Facts& facts) {
  return about(facts.packages.lists_updated_at, [&](Timestamp at) {
    const auto age = std::chrono::duration_cast<std::chrono::seconds>(facts.place.now - at);
    const std::string text = "read " + span_text(age) + " ago";
    if (age > std::chrono::hours(24 * 7))
      return warning(text + ", more than a week",
                     "apt-get update says what is in the way; the archive must be reached");
    return ok(text);
  });
}

Outcome security_archive(const Facts& facts) {
  return about(facts.packages.security_archive, [](bool there) {
    if (there) return ok("is among the sources");
    return failure("is not among the sources: no security update can come",
                   "add the suite bookworm-security to a file in /etc/apt/sources.list.d");
  });
}

Outcome outdated_processes(const Facts& facts) {
  return none_of(facts.packages.outdated_processes, "none", Verdict::warning, "run from files that an upgrade replaced",
                 "systemctl restart NAME, or restart the machine");
}

}  // namespace

Checks package_checks() {
  constexpr Area area = Area::packages;
  return {{"packages.slipway", area, "Package and programs are of one release", slipway},
          {"packages.whole", area, "Every package is whole", broken},
          {"packages.held", area, "No package is held back", held},
          {"packages.security", area, "Every security update is installed", security_pending},
          {"packages.updates", area, "Every other update is installed", pending},
          {"packages.lists", area, "What updates there are was asked lately", lists_fresh},
          {"packages.security_archive", area, "Security updates can come", security_archive},
          {"packages.restarts", area, "Every program runs as it is installed", outdated_processes}};
}

}  // namespace slipway::doctor
