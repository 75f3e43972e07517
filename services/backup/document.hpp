// Small JSON documents of a repository: readable by a person, and sealed against change by a code at their end.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "appliance/archive/key.hpp"

namespace slipway::backup {

/// The document as text; its last member is "seal", a HMAC-SHA-256 over its name and every byte before that member.
/// `body` must be a non-empty object.
[[nodiscard]] std::string seal_document(const archive::Key& key, std::string_view name,
                                        const nlohmann::ordered_json& body);

/// The body, without its seal. Errors: corrupt (altered, cut short, another document's, no document at all),
/// unauthenticated (sealed with another key; both are named).
[[nodiscard]] Result<nlohmann::ordered_json> open_document(const archive::Key& key, std::string_view name,
                                                           std::string_view text);

/// The body unchecked: what a person sees who has no key. Error: corrupt.
[[nodiscard]] Result<nlohmann::ordered_json> peek_document(std::string_view name, std::string_view text);

}  // namespace slipway::backup
