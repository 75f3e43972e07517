// The machine: kernel, clock, memory, load, units.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "services/doctor/check_rules.hpp"
#include "services/doctor/version_rules.hpp"

namespace slipway::doctor {
namespace {

constexpr std::uint64_t kGiB = 1ULL << 30U;

std::string decimal(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.3f", value);
  return text.data();
}

double part_of(std::uint64_t value, std::uint64_t whole) {
  return whole == 0 ? 0.0 : 100.0 * static_cast<double>(value) / static_cast<double>(whole);
}

Outcome release(const Facts& facts) {
  return about(facts.system.release, [](const Release& release) {
    const std::string name = release.id + " " + release.version;
    if (release.id == "debian" && release.version == "12") return ok(name);
    return warning(name + ", made and tested for debian 12",
                   "move to the image of this release: docs/image.md, 'slipway backup run', then restore there");
  });
}

Outcome newest_kernel(const Facts& facts) {
  return about(facts.system.kernel, [&](const std::string& running) {
    return about(facts.system.installed_kernels, [&](const Names& installed) -> Outcome {
      if (installed.empty()) return ok(running + ", the one this machine was started with");
      const std::string newest = *std::ranges::max_element(installed, version_less);
      if (!version_less(running, newest)) return ok(running + ", the newest installed");
      return warning("runs " + running + ", installed is " + newest,
                     "restart in a maintenance window: systemctl reboot");
    });
  });
}

Outcome clock_synchronised(const Facts& facts) {
  return about(facts.system.clock_synchronised, [](bool synchronised) {
    if (synchronised) return ok("synchronised");
    return warning("follows no time server", "look at 'chronyc sources' and let NTP (UDP 123) out");
  });
}

Outcome clock_offset(const Facts& facts) {
  return about(facts.system.clock_offset_s, [](double offset) -> Outcome {
    const std::string text = decimal(std::abs(offset)) + " s off";
    const char* const way_out = "look at 'chronyc tracking'; step it once with 'chronyc makestep'";
    if (std::abs(offset) > 1.0) return failure(text + ", more than 1 s", way_out);
    if (std::abs(offset) > 0.1) return warning(text + ", more than 0.1 s", way_out);
    return ok(text);
  });
}

Outcome memory_size(const Facts& facts) {
  return about(facts.system.memory, [](const Memory& memory) {
    const std::string text = size_text(memory.total_bytes);
    // A machine of 2 GiB shows some less: the kernel keeps a part.
    if (memory.total_bytes < kGiB * 7 / 4)
      return warning(text + ", at least 2 GiB are needed", "give the machine 4 GiB and restart it");
    if (memory.total_bytes < kGiB * 7 / 2) return note(text + ", enough for small desks", "give it 4 GiB");
    return ok(text);
  });
}

Outcome memory_available(const Facts& facts) {
  return about(facts.system.memory, [](const Memory& memory) {
    const double part = part_of(memory.available_bytes, memory.total_bytes);
    const std::string text = size_text(memory.available_bytes) + " of " + size_text(memory.total_bytes) + " (" +
                             percent_text(part) + ") available";
    if (part < 10.0) return warning(text + ", less than 10 %", "see who takes it: systemd-cgtop -m -1; give it more");
    return ok(text);
  });
}

Outcome out_of_memory(const Facts& facts) {
  return about(facts.system.out_of_memory_kills, [](std::uint64_t kills) {
    if (kills == 0) return ok("no process was killed for want of memory since the start");
    return warning(std::to_string(kills) + " processes were killed for want of memory since the start",
                   "journalctl -k -g 'Out of memory' says which; give the machine more memory");
  });
}

Outcome memory_pressure(const Facts& facts) {
  return about(facts.system.memory_pressure, [](double part) {
    const std::string text = percent_text(part) + " of the last 5 minutes something waited for memory";
    if (part > 10.0) return warning(text + ", more than 10 %", "give the machine more memory, or fewer web.threads");
    return ok(text);
  });
}

Outcome swap(const Facts& facts) {
  return about(facts.system.memory, [](const Memory& memory) -> Outcome {
    if (memory.swap_total_bytes == 0) return ok("none, as on the image");
    const auto used = memory.swap_total_bytes - std::min(memory.swap_free_bytes, memory.swap_total_bytes);
    const std::string text = size_text(used) + " of " + size_text(memory.swap_total_bytes) + " used";
    if (part_of(used, memory.swap_total_bytes) > 50.0)
      return warning(text + ", more than half", "give the machine more memory");
    return ok(text);
  });
}

Outcome load(const Facts& facts) {
  return about(facts.system.load_15min_per_cpu, [](double load) {
    const std::string text = decimal(load) + " for each processor over 15 minutes";
    if (load > 4.0) return warning(text + ", more than 4", "see who works: top; give the machine more processors");
    if (load > 1.5) return note(text + ", more than 1.5", "watch it: top, and the console's figures");
    return ok(text);
  });
}

Outcome reboot_needed(const Facts& facts) {
  return about(facts.system.reboot_required, [](bool required) {
    if (!required) return ok("no installed update asks for a restart");
    return warning("an installed update asks for a restart", "restart in a maintenance window: systemctl reboot");
  });
}

Outcome units_failed(const Facts& facts) {
  return none_of(facts.system.failed_units, "none", Verdict::warning, "failed",
                 "systemctl status NAME says why; after the repair: systemctl reset-failed NAME");
}

Outcome state(const Facts& facts) {
  return about(facts.system.state, [](const std::string& text) -> Outcome {
    if (text == "running" || text == "degraded") return ok(text);  // what is degraded, system.units.failed says
    if (text == "starting" || text == "initializing")
      return note(text + ": not all has been started", "wait, or see what holds it up: systemctl list-jobs");
    return warning(text, "systemctl list-units --failed; systemctl default leads back to normal operation");
  });
}

Outcome journal_size(const Facts& facts) {
  return about(facts.system.journal_bytes, [](std::uint64_t bytes) {
    const std::string text = size_text(bytes);
    if (bytes > 4 * kGiB)
      return warning(text + ", more than 4 GiB", "journalctl --vacuum-size=1G; set SystemMaxUse in journald.conf");
    return ok(text);
  });
}

Outcome journal_kept(const Facts& facts) {
  return about(facts.system.journal_persistent, [](bool persistent) {
    if (persistent) return ok("kept over restarts");
    return warning("the journal is lost with each restart",
                   "mkdir -p /var/log/journal && systemctl restart systemd-journald");
  });
}

Outcome open_files(const Facts& facts) {
  return about(facts.system.open_files, [&](std::uint64_t open) {
    return about(facts.system.most_open_files, [&](std::uint64_t most) {
      const std::string text = std::to_string(open) + " of " + std::to_string(most);
      if (part_of(open, most) > 80.0)
        return warning(text + ", more than 80 %", "raise fs.file-max; see who holds them: lsof");
      return ok(text);
    });
  });
}

Outcome log_rotation(const Facts& facts) {
  return about(facts.system.log_rotation_active, [](bool active) {
    if (active) return ok("logrotate.timer is active");
    return warning("logs are not rotated: logrotate.timer is not active", "systemctl enable --now logrotate.timer");
  });
}

}  // namespace

Checks system_checks() {
  constexpr Area area = Area::system;
  return {{"system.release", area, "The operating system is the one this release is made for", release},
          {"system.kernel.newest", area, "The newest installed kernel runs", newest_kernel},
          {"system.clock.synchronised", area, "The clock follows a time server", clock_synchronised},
          {"system.clock.offset", area, "The clock is right", clock_offset},
          {"system.memory.size", area, "The machine has enough memory", memory_size},
          {"system.memory.available", area, "Memory is left", memory_available},
          {"system.memory.out_of_memory", area, "No process was killed for want of memory", out_of_memory},
          {"system.memory.pressure", area, "Nothing waits for memory", memory_pressure},
          {"system.swap", area, "Little is swapped out", swap},
          {"system.load", area, "The processors keep up", load},
          {"system.reboot_needed", area, "No restart is needed", reboot_needed},
          {"system.units.failed", area, "No unit has failed", units_failed},
          {"system.state", area, "The machine has started and is not stopping", state},
          {"system.journal.size", area, "The journal is of moderate size", journal_size},
          {"system.journal.kept", area, "The journal outlives a restart", journal_kept},
          {"system.open_files", area, "Few files are open", open_files},
          {"system.log_rotation", area, "Logs are rotated", log_rotation}};
}

}  // namespace slipway::doctor
