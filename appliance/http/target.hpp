// The target of a request line: percent-decoding, and the paths that are refused rather than repaired.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "appliance/base/result.hpp"

namespace slipway::http {

struct Target {
  std::string path;
  std::multimap<std::string, std::string> query;
};

/// Decodes once. Errors: invalid_argument for a broken escape, a control character, an encoded slash or backslash, a
/// "." or
/// ".." segment, or bytes that are no UTF-8.
[[nodiscard]] Result<Target> parse_target(std::string_view target);

[[nodiscard]] bool is_utf8(std::string_view text);

}  // namespace slipway::http
