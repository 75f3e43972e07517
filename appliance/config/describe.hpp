// The option table as documentation.
#pragma once

#include <string>
#include <string_view>

#include "appliance/config/config.hpp"

namespace slipway::config {

[[nodiscard]] std::string_view to_text(Type type);

/// docs/options.md: every option with its type, default, bounds, variable, flag and meaning.
[[nodiscard]] std::string options_markdown();

/// The same for a terminal.
[[nodiscard]] std::string options_text();

}  // namespace slipway::config
