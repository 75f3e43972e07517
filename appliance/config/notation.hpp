// How values are written: whole numbers, true/false, "250ms" "30s" "5m" "2h", "512KiB" "64MiB" "2GiB". Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "appliance/config/config.hpp"

namespace slipway::config {

/// The number a text of this notation stands for, nothing when it is none or does not fit into 63 bits.
[[nodiscard]] std::optional<std::int64_t> parse_integer(std::string_view text);
[[nodiscard]] std::optional<std::int64_t> parse_duration_ms(std::string_view text);  ///< a bare number is milliseconds
[[nodiscard]] std::optional<std::int64_t> parse_bytes(std::string_view text);        ///< a bare number is bytes
[[nodiscard]] std::optional<bool> parse_boolean(std::string_view text);

/// What is wrong with `text` as a value of `option` ("is not a whole number", "must be 1 to 65535"), or nothing.
[[nodiscard]] std::optional<std::string> fault_of(const Option& option, std::string_view text);

/// Whether two values that have no fault mean the same ("60s" and "1m", "8443" and "08443").
[[nodiscard]] bool same_value(const Option& option, std::string_view a, std::string_view b);

/// The bounds or choices of an option as people read them: "1 to 65535", "debug, info, warning or error", "".
[[nodiscard]] std::string describe_bounds(const Option& option);

/// "web.port" → "SLIPWAY_WEB_PORT", "web.port" → "--web-port", "database.tls_ca" → "--database-tls-ca".
[[nodiscard]] std::string environment_name(std::string_view key);
[[nodiscard]] std::string flag_name(std::string_view key);

}  // namespace slipway::config
