#include "appliance/http/health.hpp"

#include <condition_variable>
#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>

#include "appliance/telemetry/metrics.hpp"

namespace slipway::http {
namespace {

/// One check and the thread that is running it, if any. Thread-safe; the destructor waits for a run under way.
class Runner {
 public:
  explicit Runner(HealthCheck check) : check_(std::move(check)) {}
  Runner(const Runner&) = delete;
  Runner& operator=(const Runner&) = delete;
  ~Runner() {
    if (thread_.joinable()) thread_.join();
  }

  [[nodiscard]] const std::string& name() const { return check_.name; }

  /// Starts a run unless one is under way.
  void begin() {
    const std::lock_guard lock(mutex_);
    if (running_) return;
    if (thread_.joinable()) thread_.join();  // its run is over
    running_ = true;
    thread_ = std::thread([this] { run(); });
  }

  /// What the run under way, or else the last one, says; timeout when it takes longer than the check's limit.
  [[nodiscard]] Status result() {
    std::unique_lock lock(mutex_);
    if (!finished_.wait_for(lock, check_.limit, [this] { return !running_; }))
      return Error{Code::timeout, "no answer within " + std::to_string(check_.limit.count()) + " ms"};
    return last_;
  }

 private:
  void run() {
    Status status;
    try {
      status = check_.check();
    } catch (const std::exception& fault) {
      status = Error{Code::internal, fault.what()};
    }
    const std::lock_guard lock(mutex_);
    last_ = std::move(status);
    running_ = false;
    finished_.notify_all();
  }

  HealthCheck check_;
  std::mutex mutex_;
  std::condition_variable finished_;
  bool running_ = false;
  Status last_;
  std::thread thread_;
};

Response ready(const std::vector<std::shared_ptr<Runner>>& runners) {
  for (const auto& runner : runners) runner->begin();
  bool all_well = true;
  auto checks = nlohmann::ordered_json::array();
  for (const auto& runner : runners) {
    const Status status = runner->result();
    nlohmann::ordered_json entry{{"name", runner->name()}, {"status", status.has_value() ? "ok" : "failing"}};
    if (!status.has_value()) entry["detail"] = status.error().message;
    telemetry::set_gauge("slipway_check_up", "1 when the check of this name passed last time.",
                         {{"check", runner->name()}}, status.has_value() ? 1 : 0);
    all_well = all_well && status.has_value();
    checks.push_back(std::move(entry));
  }
  const nlohmann::ordered_json answer{{"status", all_well ? "ok" : "failing"}, {"checks", std::move(checks)}};
  return Response::json(answer.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace),
                        all_well ? 200 : 503);
}

}  // namespace

void add_health_routes(Router& router, std::vector<HealthCheck> checks) {
  std::vector<std::shared_ptr<Runner>> runners;
  runners.reserve(checks.size());
  for (HealthCheck& check : checks) runners.push_back(std::make_shared<Runner>(std::move(check)));
  router.add_quick(Method::get, "/health", [](Request&) { return Response::json(R"({"status":"ok"})"); });
  router.add(Method::get, "/ready", [runners](Request&) { return ready(runners); });
  router.add(Method::get, "/metrics", [](Request&) {
    return Response{.headers = {{"Content-Type", "text/plain; version=0.0.4; charset=utf-8"}},
                    .body = telemetry::metrics_text()};
  });
}

}  // namespace slipway::http
