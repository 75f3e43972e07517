#include "appliance/http/record.hpp"

#include <cmath>
#include <unordered_map>

#include "appliance/http/router.hpp"
#include "appliance/telemetry/log.hpp"
#include "appliance/telemetry/metrics.hpp"

namespace slipway::http {
namespace {

struct Metrics {
  telemetry::Counter requests;
  telemetry::Durations durations;
};

/// Each thread keeps the metrics it has met, so that a request builds no labels.
const Metrics& metrics_of(const Answered& answered) {
  thread_local std::unordered_map<std::string, Metrics> known;
  thread_local std::string key;
  key.assign(answered.route);
  key += static_cast<char>(answered.method);
  key.append(reinterpret_cast<const char*>(&answered.status), sizeof answered.status);
  if (const auto found = known.find(key); found != known.end()) return found->second;
  const std::string route(answered.route.empty() ? "(none)" : answered.route);
  return known
      .emplace(key,
               Metrics{telemetry::Counter("slipway_http_requests_total", "Requests answered.",
                                          {{"method", std::string(method_name(answered.method))},
                                           {"route", route},
                                           {"status", std::to_string(answered.status)}}),
                       telemetry::Durations("slipway_http_request_seconds",
                                            "From the end of the request's head to its answer.", {{"route", route}})})
      .first->second;
}

}  // namespace

void record(const Answered& answered) {
  const Metrics& metrics = metrics_of(answered);
  metrics.requests.add();
  metrics.durations.observe(answered.taken.count());
  // Monitoring asks several times a minute, and sites each other every second, for ever: what went well is no news.
  const bool routine = answered.status < 400 &&
                       (answered.route == "/health" || answered.route == "/metrics" || answered.route == "/agree");
  const auto level = routine ? telemetry::Level::debug : telemetry::Level::info;
  if (!telemetry::enabled(level)) return;
  telemetry::log(level, "http.request",
                 {{"method", std::string(method_name(answered.method))},
                  {"route", std::string(answered.route.empty() ? "(none)" : answered.route)},
                  {"status", std::int64_t{answered.status}},
                  {"ms", std::round(answered.taken.count() * 1e6) / 1e3},
                  {"bytes", static_cast<std::int64_t>(answered.bytes)}});
}

}  // namespace slipway::http
