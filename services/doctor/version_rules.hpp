// Versions in Debian's and the kernel's style, compared by their numbers. Pure.
#pragma once

#include <string_view>

namespace slipway::doctor {

/// Runs of digits count as numbers, all else as text: "6.1.0-9" is less than "6.1.0-30".
[[nodiscard]] bool version_less(std::string_view a, std::string_view b);

}  // namespace slipway::doctor
