// The head of an answer as bytes, with what every answer carries.
#pragma once

#include "appliance/http/message.hpp"

namespace slipway::http {

struct AnswerFacts {
  std::string_view request_id;
  bool keep_alive = true;
  std::uint64_t content_length = 0;
};

/// Writes answer heads: Date, X-Request-Id, Content-Length (none with 204 and 304), security headers and
/// `Cache-Control: no-store` unless the response brings its own. Control characters in header values become spaces.
/// Thread-safe.
class AnswerWriter {
 public:
  /// `tls`: adds Strict-Transport-Security.
  explicit AnswerWriter(bool tls) : tls_(tls) {}
  void append_head(std::string& out, const Response& response, const AnswerFacts& facts) const;

 private:
  bool tls_;
};

/// Whether answers of this status have a body at all.
[[nodiscard]] constexpr bool status_has_body(int status) { return status >= 200 && status != 204 && status != 304; }

/// A problem whose status is none of the code table's (405, 408, 431, 501, …).
[[nodiscard]] Response status_problem(int status, std::string_view reason, const std::string& request_id);

}  // namespace slipway::http
