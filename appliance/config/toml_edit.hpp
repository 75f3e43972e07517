// The text of a TOML file with other values in it, line by line, so that what people wrote there stays. Pure.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace slipway::config {

/// slipway.toml with these values ("backup.even" → its value as TOML writes it, quotes included): the value of a line
/// that sets a key is replaced, or else one that has it commented out, or else a line is added to the end of its
/// section; comments and all other lines stay. Lines are all that it knows: quoted keys, dotted keys above the first
/// section and texts of several lines are for the caller to find in the result.
[[nodiscard]] std::string settings_with(std::string_view toml, const std::map<std::string, std::string>& values);

/// `text`, which has no control characters, as a TOML string on one line.
[[nodiscard]] std::string toml_quoted(std::string_view text);

}  // namespace slipway::config
