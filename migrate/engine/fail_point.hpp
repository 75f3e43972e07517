// The migration tool's fail points (appliance/base/fail_point.hpp).
#pragma once

#include <span>
#include <string_view>

namespace slipway::migrate {

/// Every point there is, in the order in which a run passes them.
[[nodiscard]] std::span<const std::string_view> fail_points();

/// As FailPoints::pass(). `name` must be one of fail_points(). Thread-safe.
void fail_point(std::string_view name);

}  // namespace slipway::migrate
