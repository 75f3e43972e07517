// What it means that rclone failed.
#pragma once

#include <string>
#include <string_view>

#include "appliance/base/error.hpp"

namespace slipway::backup {

/// The error of an rclone that ended with `exit_status` and wrote `log` on stderr, as "<object>: <what>: <reason>". The
/// code is unavailable where nothing better is known. The reason never has the query of a URL, which may hold a
/// signature.
[[nodiscard]] Error rclone_failure(const std::string& object, std::string_view what, int exit_status,
                                   std::string_view log);

}  // namespace slipway::backup
