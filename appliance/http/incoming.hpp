// A request as the server received it: the body is there, in memory or in a temporary file.
#pragma once

#include "appliance/http/head.hpp"
#include "appliance/http/message.hpp"
#include "appliance/http/spool.hpp"

namespace slipway::http {

class IncomingRequest final : public Request {
 public:
  [[nodiscard]] Result<std::string> body(std::uint64_t limit_bytes) override;
  [[nodiscard]] Result<Form> form(std::uint64_t limit_bytes) override;
  [[nodiscard]] Spool& spool() { return spool_; }

 private:
  Spool spool_;
  std::vector<std::unique_ptr<TemporaryFile>> files_;
};

/// 16 hexadecimal digits, different for each request of this machine with near certainty.
[[nodiscard]] std::string new_request_id();

[[nodiscard]] std::optional<Method> parse_method(std::string_view name);
[[nodiscard]] std::map<std::string, std::string> parse_cookies(std::string_view header);

/// `peer` is taken at its word: X-Forwarded-For's last address and X-Request-Id, when well-formed. For a proxy of our
/// own only.
void adopt_proxy_headers(Request& request);

}  // namespace slipway::http
