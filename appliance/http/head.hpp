// The head of a request (RFC 9112), read strictly: what two servers could read differently is refused, so that nothing
// can be smuggled past a proxy in front.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace slipway::http {

struct Head {
  std::string method;
  std::string target;
  std::map<std::string, std::string> headers;  ///< names in lower case; repeated ones joined by ", " (cookies by "; ")
  bool keep_alive = true;
  bool chunked = false;
  bool expect_continue = false;
  std::uint64_t content_length = 0;
};

struct Refusal {
  int status;
  std::string_view reason;
};

/// Reads `bytes`, a head with its closing empty line. Nothing when it is sound, otherwise 400, 417, 431, 501 or 505.
[[nodiscard]] std::optional<Refusal> parse_head(std::string_view bytes, Head& head);

}  // namespace slipway::http
