// Housekeeping: small tasks that run in every active account, round after round.
#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>

#include "appliance/account/directory.hpp"

namespace slipway::jobs {

/// One kind of work in one account. `run` is called from the housekeeping thread only, does a bounded amount of work
/// and may be called again at any time.
struct Task {
  std::string name;  ///< "expiry": in logs and metrics
  std::function<Status(const account::Account&, const std::shared_ptr<sql::Pool>&, Timestamp now)> run;
};

/// Runs the tasks from a thread of its own. What fails in one account is logged and tried again in the next round; the
/// others go on. A database that is away costs rounds, nothing else (A10). Metrics: slipway_jobs_tasks_total{task,
/// outcome}, slipway_jobs_round_seconds.
class Housekeeping {
 public:
  /// `directory` and `clock` must outlive this.
  Housekeeping(account::Directory& directory, const Clock& clock, std::chrono::milliseconds interval,
               std::vector<Task> tasks);
  Housekeeping(const Housekeeping&) = delete;
  Housekeeping& operator=(const Housekeeping&) = delete;
  ~Housekeeping();  ///< stops it

  /// The first round begins at once.
  void start();
  /// Returns when the task under way has ended. Idempotent.
  void stop();

  /// One round, now, in the caller's thread. Error: that of reading the account list.
  [[nodiscard]] Status run_round();

  /// Success while rounds are completed; unavailable when none was for three intervals and half a minute. Thread-safe.
  [[nodiscard]] Status check() const;

 private:
  void run_until_stopped();
  void run_tasks(const account::Account& account);

  account::Directory& directory_;
  const Clock& clock_;
  std::chrono::milliseconds interval_;
  std::vector<Task> tasks_;
  mutable std::mutex mutex_;
  std::condition_variable stop_asked_;
  bool stopping_ = false;
  Timestamp completed_at_;
  std::thread thread_;
};

}  // namespace slipway::jobs
