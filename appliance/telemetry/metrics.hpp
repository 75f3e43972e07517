// Metrics in the Prometheus text format, kept by prometheus-cpp. Thread-safe.
#pragma once

#include <map>
#include <string>

namespace slipway::telemetry {

using Labels = std::map<std::string, std::string>;

/// Adds to a counter `slipway_…_total`, made at first use. Label values must come from small fixed sets.
void count(const std::string& name, const std::string& help, const Labels& labels = {}, double by = 1.0);

/// Sets a gauge.
void set_gauge(const std::string& name, const std::string& help, const Labels& labels, double value);

/// Observes a duration in seconds in a histogram with buckets from 1 ms to 30 s (A32: 2 s is one of the bounds).
void observe_seconds(const std::string& name, const std::string& help, const Labels& labels, double seconds);

/// The whole registry in the text exposition format 0.0.4.
[[nodiscard]] std::string metrics_text();

}  // namespace slipway::telemetry
