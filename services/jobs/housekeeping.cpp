#include "services/jobs/housekeeping.hpp"

#include "appliance/telemetry/log.hpp"
#include "appliance/telemetry/metrics.hpp"

namespace slipway::jobs {
namespace {

constexpr std::chrono::seconds kGrace{30};

void count_task(const Task& task, const char* outcome) {
  telemetry::count("slipway_jobs_tasks_total", "Housekeeping tasks run in accounts",
                   {{"task", task.name}, {"outcome", outcome}});
}

}  // namespace

Housekeeping::Housekeeping(account::Directory& directory, const Clock& clock, std::chrono::milliseconds interval,
                           std::vector<Task> tasks)
    : directory_(directory), clock_(clock), interval_(interval), tasks_(std::move(tasks)), completed_at_(clock.now()) {}

Housekeeping::~Housekeeping() { stop(); }

void Housekeeping::start() {
  thread_ = std::thread([this] { run_until_stopped(); });
}

void Housekeeping::stop() {
  {
    const std::lock_guard guard(mutex_);
    stopping_ = true;
  }
  stop_asked_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Housekeeping::run_until_stopped() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    lock.unlock();
    if (const Status round = run_round(); !round) telemetry::log_error("jobs.round_failed", round.error());
    lock.lock();
    stop_asked_.wait_for(lock, interval_, [this] { return stopping_; });
  }
}

Status Housekeeping::run_round() {
  const auto begun = std::chrono::steady_clock::now();
  SLIPWAY_TRY(const auto accounts, directory_.list());
  for (const account::Account& account : accounts) {
    {
      const std::lock_guard guard(mutex_);
      if (stopping_) return {};
    }
    if (account.state == account::State::active) run_tasks(account);
  }
  const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - begun;
  telemetry::observe_seconds("slipway_jobs_round_seconds", "Duration of a housekeeping round", {}, spent.count());
  const std::lock_guard guard(mutex_);
  completed_at_ = clock_.now();
  return {};
}

void Housekeeping::run_tasks(const account::Account& account) {
  const auto pool = directory_.pool(account.name);
  if (!pool) {
    // Suspended, published to or removed since the list was read: nothing to do, and nothing wrong.
    const Code code = pool.error().code;
    if (code != Code::conflict && code != Code::not_found)
      telemetry::log_error("jobs.account_failed", pool.error(), {{"account", account.name.text()}});
    return;
  }
  for (const Task& task : tasks_) {
    const Status done = task.run(account, *pool, clock_.now());
    count_task(task, done ? "done" : "failed");
    if (!done)
      telemetry::log_error("jobs.task_failed", done.error(), {{"account", account.name.text()}, {"task", task.name}});
  }
}

Status Housekeeping::check() const {
  const std::lock_guard guard(mutex_);
  if (clock_.now() - completed_at_ <= 3 * interval_ + kGrace) return {};
  return Error{Code::unavailable, "housekeeping: no round was completed since " + to_iso8601(completed_at_)};
}

}  // namespace slipway::jobs
