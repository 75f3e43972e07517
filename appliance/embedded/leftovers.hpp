// Processes known by number and start, so that a number used again is not mistaken for them.
#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

namespace slipway::embedded {

struct Identity {
  int pid = 0;
  std::uint64_t start_ticks = 0;  ///< since boot, as in /proc/PID/stat; 0: unknown
  bool operator==(const Identity&) const = default;
};

/// Who has this number now; start_ticks 0 when nobody has.
[[nodiscard]] Identity identity_of(int pid);

/// Sends SIGTERM to those that still run, waits for them up to `grace` together, kills the rest. They need not be
/// children.
void end_processes(const std::vector<Identity>& processes, std::chrono::milliseconds grace);

}  // namespace slipway::embedded
