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

/// A counter or histogram as above, looked up once: for code that runs with every request. Copyable; valid for ever.
class Counter {
 public:
  Counter(const std::string& name, const std::string& help, const Labels& labels);
  void add(double by = 1.0) const;

 private:
  void* metric_;
};
class Durations {
 public:
  Durations(const std::string& name, const std::string& help, const Labels& labels);
  void observe(double seconds) const;

 private:
  void* metric_;
};

/// The whole registry in the text exposition format 0.0.4.
[[nodiscard]] std::string metrics_text();

}  // namespace slipway::telemetry
