#include "appliance/base/error.hpp"

#include <cstddef>

namespace slipway {

const std::array<CodeTraits, 16>& code_table() noexcept {
  static constexpr std::array<CodeTraits, 16> table{{
      {Code::invalid_argument, "invalid_argument", 2, 400, false},
      {Code::unauthenticated, "unauthenticated", 3, 401, false},
      {Code::forbidden, "forbidden", 4, 403, false},
      {Code::not_found, "not_found", 5, 404, false},
      {Code::conflict, "conflict", 6, 409, false},
      {Code::in_use, "in_use", 7, 409, true},
      {Code::too_large, "too_large", 8, 413, false},
      {Code::too_many_requests, "too_many_requests", 9, 429, true},
      {Code::unsupported, "unsupported", 10, 422, false},
      {Code::corrupt, "corrupt", 11, 422, false},
      {Code::unavailable, "unavailable", 12, 503, true},
      {Code::timeout, "timeout", 13, 504, true},
      {Code::no_space, "no_space", 14, 507, true},
      {Code::permission, "permission", 15, 403, false},
      {Code::cancelled, "cancelled", 16, 503, true},
      {Code::internal, "internal", 70, 500, false},
  }};
  return table;
}

const CodeTraits& traits(Code code) noexcept { return code_table()[static_cast<std::size_t>(code)]; }

Error Error::within(std::string_view prefix) const {
  Error copy = *this;
  copy.message = std::string(prefix) + ": " + message;
  return copy;
}

std::string to_text(const Error& error) {
  return error.hint.empty() ? error.message : error.message + "\nhint: " + error.hint;
}

}  // namespace slipway
