// The agent's work on the customer's repository: a thread of its own copies, as that may take hours and nothing may
// wait for it. Inside this folder only. (A35)
#pragma once

#include <atomic>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "services/backup/catalog.hpp"
#include "services/backup/settings.hpp"

namespace slipway::backup {

/// Belongs to one thread. `repositories` and `clock` must outlive it.
class MonthlyCopies {
 public:
  MonthlyCopies(const Repositories& repositories, const Clock& clock) : repositories_(repositories), clock_(clock) {}
  MonthlyCopies(const MonthlyCopies&) = delete;
  MonthlyCopies& operator=(const MonthlyCopies&) = delete;
  ~MonthlyCopies() { stop(); }

  /// What the customer's repository holds, asked at most every quarter of an hour, and whether a copy is under way.
  void add_facts(ScheduleFacts& facts);
  /// Begins a copy; requires that none is under way.
  void begin(const Work& work);
  /// What came of the copy that was begun, once it has ended.
  [[nodiscard]] std::optional<std::pair<Work, Status>> ended();
  /// Ends a copy that is under way; the next one goes on with it.
  void stop();

 private:
  [[nodiscard]] Status copy(const std::string& id) const;

  const Repositories& repositories_;
  const Clock& clock_;
  std::optional<Timestamp> asked_at_;
  RepositoryState state_;
  std::vector<BackupFact> copies_;

  std::optional<Work> work_;  ///< under way
  std::thread thread_;
  std::atomic<bool> stopping_{false};
  std::mutex mutex_;
  std::optional<Status> outcome_;
};

}  // namespace slipway::backup
