// The three pages that monitoring reads: /health (the process answers), /ready (what it needs answers too), /metrics.
#pragma once

#include <chrono>

#include "appliance/http/router.hpp"

namespace slipway::http {

/// Something the program needs, asked in a thread of its own: a check that hangs makes /ready say so after `limit`, and
/// is not started again while it hangs.
struct HealthCheck {
  std::string name;  ///< "database"
  std::function<Status()> check;
  std::chrono::milliseconds limit{2000};
};

/// GET /health: 200 {"status":"ok"}. GET /ready: 200 or 503
/// {"status":"ok"|"failing","checks":[{"name","status","detail"?}]}; also gauge slipway_check_up. GET /metrics: text
/// format 0.0.4.
void add_health_routes(Router& router, std::vector<HealthCheck> checks);

}  // namespace slipway::http
