#include "appliance/http/health.hpp"
#include "services/site/site_agent.hpp"

namespace slipway::site {
namespace {

using nlohmann::ordered_json;

constexpr std::uint64_t kOrderBytes = 16U << 10U;

Result<OrderText> order_in(http::Request& request) {
  SLIPWAY_TRY(const std::string body, request.body(kOrderBytes));
  const auto json = ordered_json::parse(body, nullptr, false);
  const Error wrong{Code::invalid_argument, "order: is not understood",
                    "{\"by\": …, \"because\": …, \"accepts_loss\": false}"};
  if (!json.is_object()) return wrong;
  OrderText order;
  for (const auto& [key, value] : json.items()) {
    if (key == "by" && value.is_string())
      order.by = value.get<std::string>();
    else if (key == "because" && value.is_string())
      order.because = value.get<std::string>();
    else if (key == "accepts_loss" && value.is_boolean())
      order.accepts_loss = value.get<bool>();
    else
      return wrong;
  }
  return order;
}

using Carry = Status (SiteAgent::*)(const OrderText&);

http::Handler taking(SiteAgent& agent, Carry carry) {
  return [&agent, carry](http::Request& request) {
    const auto order = order_in(request);
    const Status done = order ? (agent.*carry)(*order) : Status(order.error());
    if (!done) return http::Response::problem(done.error(), request.id);
    return http::Response::json(agent.status().dump(-1, ' ', false, ordered_json::error_handler_t::replace));
  };
}

}  // namespace

http::Router control_routes(SiteAgent& agent) {
  http::Router router;
  http::add_health_routes(router, {{"site", [&agent] { return agent.health(); }}});
  router.add(http::Method::get, "/status", [&agent](http::Request&) {
    return http::Response::json(agent.status().dump(-1, ' ', false, ordered_json::error_handler_t::replace));
  });
  router.add(http::Method::post, "/promote", taking(agent, &SiteAgent::promote), kOrderBytes);
  router.add(http::Method::post, "/demote", taking(agent, &SiteAgent::demote), kOrderBytes);
  return router;
}

}  // namespace slipway::site
