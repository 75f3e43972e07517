// How a value becomes part of a page. Pure, thread-safe.
#pragma once

#include <string>
#include <string_view>

namespace slipway::page {

/// Appends `text` with & < > " ' written as character references: safe as text and inside quoted attributes.
void append_escaped(std::string& out, std::string_view text);

/// True for an address that a link may carry: relative, or http, https or mailto. Never javascript:, data: and the
/// like, whatever spaces or control characters stand in front or within.
[[nodiscard]] bool is_link_address(std::string_view address);

}  // namespace slipway::page
