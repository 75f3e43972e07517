// The clock for limits that hold between programs of a machine: it runs on while the machine sleeps, and nobody sets
// it.
#pragma once

#include <chrono>

namespace slipway {

/// Since this machine started (CLOCK_BOOTTIME). Comparable on one machine only.
using Instant = std::chrono::nanoseconds;

[[nodiscard]] Instant boot_clock();

}  // namespace slipway
