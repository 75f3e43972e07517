// The machine's disks.
#include <algorithm>
#include <functional>

#include "services/doctor/check_rules.hpp"

namespace slipway::doctor {
namespace {

double percent(std::uint64_t value, std::uint64_t whole) {
  return 100.0 * static_cast<double>(value) / static_cast<double>(whole);
}

/// The worst of what `look` says of each file system, every one of that kind named.
Outcome worst_of(const Facts& facts, const std::string& none, const std::function<Outcome(const FileSystem&)>& look) {
  return about(facts.system.file_systems, [&](const std::vector<FileSystem>& all) -> Outcome {
    Outcome worst = ok(none);
    for (const FileSystem& one : all) {
      Outcome outcome = look(one);
      if (outcome.verdict < worst.verdict || worst.reason == none) {
        worst = std::move(outcome);
      } else if (outcome.verdict == worst.verdict) {
        worst.reason += "; " + outcome.reason;
      }
    }
    return worst;
  });
}

Outcome space(const Facts& facts) {
  return worst_of(facts, "no file system of this machine's disks", [](const FileSystem& one) -> Outcome {
    const double left = percent(one.available_bytes, one.total_bytes);
    const std::string text =
        one.mount_point + ": " + size_text(one.available_bytes) + " (" + percent_text(left) + ") left";
    const std::string way_out =
        "see what fills it: du -xh --max-depth=2 " + one.mount_point + " | sort -h; or grow the disk";
    if (left < 3.0) return failure(text, way_out);
    if (left < 12.0) return warning(text, way_out);
    return ok(text);
  });
}

Outcome inodes(const Facts& facts) {
  return worst_of(facts, "no file system with a fixed number of inodes", [](const FileSystem& one) -> Outcome {
    if (one.total_inodes == 0) return ok(one.mount_point + ": as many as there is room for");
    const double left = percent(one.free_inodes, one.total_inodes);
    const std::string text = one.mount_point + ": " + percent_text(left) + " of the inodes left";
    const std::string way_out = "see where the many files are: du --inodes -x --max-depth=3 " + one.mount_point;
    if (left < 3.0) return failure(text, way_out);
    if (left < 12.0) return warning(text, way_out);
    return ok(text);
  });
}

bool has_option(const std::string& options, std::string_view wanted) {
  std::string_view rest = options;
  while (!rest.empty()) {
    const auto comma = std::min(rest.find(','), rest.size());
    if (rest.substr(0, comma) == wanted) return true;
    rest.remove_prefix(std::min(comma + 1, rest.size()));
  }
  return false;
}

Outcome read_only(const Facts& facts) {
  return worst_of(facts, "no file system of this machine's disks", [](const FileSystem& one) -> Outcome {
    if (!has_option(one.options, "ro")) return ok(one.mount_point + ": can be written");
    return failure(one.mount_point + " on " + one.device + ": cannot be written, as after an error of the disk",
                   "journalctl -k -p err; then check it from a rescue system: fsck " + one.device);
  });
}

Outcome data_volume(const Facts& facts) {
  return about(facts.system.data_volume, [](const std::string& mount_point) -> Outcome {
    if (mount_point == "/srv/slipway") return ok("slipway-data is at /srv/slipway");
    if (mount_point.empty())
      return failure("the volume slipway-data is not mounted", "lsblk -f; systemctl start srv-slipway.mount");
    return warning("the volume slipway-data is at " + mount_point + ", not at /srv/slipway",
                   "correct /etc/fstab, then: systemctl daemon-reload");
  });
}

Outcome disk_errors(const Facts& facts) {
  return about(facts.system.disk_errors, [](std::uint64_t lines) {
    if (lines == 0) return ok("the kernel tells of none since the start");
    return failure("the kernel tells of " + std::to_string(lines) + " failed reads or writes since the start",
                   "journalctl -k -p err; back up (slipway backup run) and replace the disk");
  });
}

Outcome io_pressure(const Facts& facts) {
  return about(facts.system.io_pressure, [](double part) {
    const std::string text = percent_text(part) + " of the last 5 minutes all waited for disks";
    if (part > 25.0)
      return warning(text + ", more than 25 %", "see who reads and writes: iotop; a faster disk may be due");
    return ok(text);
  });
}

}  // namespace

Checks disk_checks() {
  constexpr Area area = Area::system;
  return {{"system.disk.space", area, "Every file system has room", space},
          {"system.disk.inodes", area, "Every file system takes more files", inodes},
          {"system.disk.writable", area, "Every file system can be written", read_only},
          {"system.disk.data_volume", area, "The data volume is where it belongs", data_volume},
          {"system.disk.errors", area, "No disk has errors", disk_errors},
          {"system.disk.pressure", area, "Nothing waits long for disks", io_pressure}};
}

}  // namespace slipway::doctor
