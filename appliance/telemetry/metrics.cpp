#include "appliance/telemetry/metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <mutex>
#include <shared_mutex>
#include <stdexcept>
#include <unordered_map>

#include "appliance/telemetry/log.hpp"

namespace slipway::telemetry {
namespace {

prometheus::Registry& registry() {
  static prometheus::Registry instance;
  return instance;
}

/// One metric by name and labels: prometheus-cpp searches its families one by one, so what was found is kept here.
template <typename Metric>
class Found {
 public:
  template <typename Make>
  Metric* get(const std::string& name, const Labels& labels, Make make) {
    thread_local std::string key;
    key.assign(name);
    for (const auto& [label, value] : labels) key.append(1, '\0').append(label).append(1, '\0').append(value);
    {
      const std::shared_lock lock(mutex_);
      if (const auto known = metrics_.find(key); known != metrics_.end()) return known->second;
    }
    const std::unique_lock lock(mutex_);
    auto& slot = metrics_[key];
    if (slot == nullptr) slot = made(name, make);
    return slot;
  }

 private:
  template <typename Make>
  static Metric* made(const std::string& name, Make make) {
    try {
      return &make();
    } catch (const std::exception& refused) {  // a name, label or type that Prometheus does not allow: ours to mend
      log_error("telemetry.metric_refused", {Code::internal, "metric '" + name + "': " + refused.what()});
      return nullptr;
    }
  }

  std::shared_mutex mutex_;
  std::unordered_map<std::string, Metric*> metrics_;
};

prometheus::Counter* find_counter(const std::string& name, const std::string& help, const Labels& labels) {
  static Found<prometheus::Counter> found;
  return found.get(
      name, labels, [&]() -> auto& {
        return prometheus::BuildCounter().Name(name).Help(help).Register(registry()).Add(labels);
      });
}

prometheus::Histogram* find_histogram(const std::string& name, const std::string& help, const Labels& labels) {
  static Found<prometheus::Histogram> found;
  return found.get(
      name, labels, [&]() -> auto& {
        return prometheus::BuildHistogram()
            .Name(name)
            .Help(help)
            .Register(registry())
            .Add(labels, prometheus::Histogram::BucketBoundaries{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25,
                                                                 0.5, 1, 2, 5, 10, 30});
      });
}

}  // namespace

void count(const std::string& name, const std::string& help, const Labels& labels, double by) {
  Counter(name, help, labels).add(by);
}

void observe_seconds(const std::string& name, const std::string& help, const Labels& labels, double seconds) {
  Durations(name, help, labels).observe(seconds);
}

Counter::Counter(const std::string& name, const std::string& help, const Labels& labels)
    : metric_(find_counter(name, help, labels)) {}

void Counter::add(double by) const {
  if (metric_ != nullptr) static_cast<prometheus::Counter*>(metric_)->Increment(by);
}

Durations::Durations(const std::string& name, const std::string& help, const Labels& labels)
    : metric_(find_histogram(name, help, labels)) {}

void Durations::observe(double seconds) const {
  if (metric_ != nullptr) static_cast<prometheus::Histogram*>(metric_)->Observe(seconds);
}

void set_gauge(const std::string& name, const std::string& help, const Labels& labels, double value) {
  static Found<prometheus::Gauge> found;
  auto* gauge = found.get(
      name, labels, [&]() -> auto& {
        return prometheus::BuildGauge().Name(name).Help(help).Register(registry()).Add(labels);
      });
  if (gauge != nullptr) gauge->Set(value);
}

std::string metrics_text() { return prometheus::TextSerializer().Serialize(registry().Collect()); }

}  // namespace slipway::telemetry
