// Where a test ends the agent while transactions are set aside, or a fresh copy (appliance/base/fail_point.hpp). Inside
// this folder only.
#pragma once

#include <string_view>

namespace slipway::site {

void pass(std::string_view point);

}  // namespace slipway::site
