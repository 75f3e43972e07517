// Whether bytes are text.
#pragma once

#include <cstddef>
#include <string_view>

namespace slipway {

/// True when `text` is well-formed UTF-8 (no overlong forms, no surrogates, nothing above U+10FFFF).
[[nodiscard]] bool is_utf8(std::string_view text) noexcept;

/// Code points of well-formed UTF-8, the unit of VARCHAR lengths.
[[nodiscard]] std::size_t utf8_length(std::string_view text) noexcept;

}  // namespace slipway
