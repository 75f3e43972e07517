// Places where a test ends this process as kill -9 would: for tests that kill and resume at every step. Inert unless
// the environment says SLIPWAY_TEST=1 and SLIPWAY_FAIL_POINT=name[:n]; then the n-th pass (the first without n) is the
// process's last. A setuid program never obeys.
#pragma once

#include <span>
#include <string_view>

namespace slipway::migrate {

/// Every point there is, in the order in which a run passes them.
[[nodiscard]] std::span<const std::string_view> fail_points();

/// Ends the process with SIGKILL when the environment says so. `name` must be one of fail_points(); else it aborts
/// while SLIPWAY_TEST=1. Thread-safe.
void fail_point(std::string_view name);

}  // namespace slipway::migrate
