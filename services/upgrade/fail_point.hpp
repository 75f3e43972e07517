// The upgrade's fail points (appliance/base/fail_point.hpp). Inside this folder and its tests only.
#pragma once

#include <span>
#include <string_view>

namespace slipway::upgrade {

/// Every point there is: of the order, of the way forward, of the way back, each in the order in which it is passed.
[[nodiscard]] std::span<const std::string_view> fail_points();

/// As FailPoints::pass(). `name` must be one of fail_points(). Thread-safe.
void fail_point(std::string_view name);

}  // namespace slipway::upgrade
