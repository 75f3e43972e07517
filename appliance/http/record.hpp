// What is kept of each request: one log line and two metrics, by the route's pattern and never the raw path (A32).
#pragma once

#include <chrono>
#include <string_view>

#include "appliance/http/message.hpp"

namespace slipway::http {

struct Answered {
  Method method;
  std::string_view route;  ///< the pattern; "" when none matched
  int status;
  std::uint64_t bytes;
  std::chrono::duration<double> taken;
};

/// Thread-safe. The request id is that of the thread (telemetry::set_request_id).
void record(const Answered& answered);

}  // namespace slipway::http
