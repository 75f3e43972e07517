// Programs of the system. Inside this folder only.
#pragma once

#include <string>
#include <string_view>

#include "appliance/process/process.hpp"

namespace slipway::upgrade {

/// The last lines of what a program said, in one line, for a message; "it said nothing" for nothing.
[[nodiscard]] std::string last_lines(std::string_view text);

/// Runs it; an exit status other than 0 is an error with its words.
[[nodiscard]] Result<std::string> output_of(std::vector<std::string> argv,
                                            std::chrono::milliseconds limit = std::chrono::seconds(60));

}  // namespace slipway::upgrade
