// Secrets that can be told by their own form, whatever stands before them. Inside this folder only. Pure.
#pragma once

#include <map>
#include <string>

namespace slipway::doctor {

/// One line without passwords in URLs, hashes, tokens, long random letters and, unless they are kept, addresses.
[[nodiscard]] std::string without_patterns(std::string line, bool keep_addresses,
                                           std::map<std::string, std::size_t>& removed);

/// Whether letters look as if they were drawn by lot: a key, a token, a sum.
[[nodiscard]] bool looks_random(std::string_view run);

}  // namespace slipway::doctor
