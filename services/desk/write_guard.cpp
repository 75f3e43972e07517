#include "services/desk/routes.hpp"

namespace slipway::desk {

http::Router::Guard write_guard(const Site& site, const lease::WriteGate& gate) {
  return [&site, &gate](http::Request& request, const http::Handler& handler) {
    const auto pass = gate.enter();
    if (!pass) return error_response(site, request, pass.error());
    http::Response response = handler(request);
    const bool refused = response.status >= 400;
    return refused || gate.confirms(*pass) ? response : error_response(site, request, lease::unknown_outcome());
  };
}

}  // namespace slipway::desk
