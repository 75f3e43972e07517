// What a server's warnings about loaded rows mean. Pure.
#pragma once

#include <string_view>

namespace slipway::migrate {

/// Whether the message of a warning says that it is about this column: the last words name it, whatever value stands
/// before them.
[[nodiscard]] bool is_about_column(std::string_view message, std::string_view column);

/// Whether a warning that names no column can only come from an expression: a truncated number, a division by zero,
/// text that is no JSON.
[[nodiscard]] bool comes_from_expression(unsigned code, std::string_view message);

}  // namespace slipway::migrate
