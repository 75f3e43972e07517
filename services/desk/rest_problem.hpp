// Errors as answers of the REST interface (RFC 9457).
#pragma once

#include <utility>
#include <vector>

#include "appliance/http/message.hpp"

namespace slipway::desk {

/// Collects every fault of a request, so that its sender sees all at once.
class ParameterFaults {
 public:
  void add(std::string parameter, std::string reason);
  /// Error: invalid_argument with one context entry invalid:<parameter> = reason per fault.
  [[nodiscard]] Status status() const;

 private:
  std::vector<std::pair<std::string, std::string>> faults_;
};

/// type, title, status, detail, hint, request_id and invalid_parameters [{name, reason}]. 401 carries WWW-Authenticate,
/// 429 and 503 Retry-After. Faults of ours are logged and told without detail.
[[nodiscard]] http::Response rest_problem(const Error& error, const std::string& request_id);

}  // namespace slipway::desk
