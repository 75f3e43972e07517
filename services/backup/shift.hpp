// The time in which an agent has something to do: of two sites, the one that has the writes is backed up. (D5, D6)
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <stop_token>

#include "appliance/lease/write_gate.hpp"
#include "services/backup/agent.hpp"

namespace slipway::backup {

/// Where there is one site, it lasts as long as the program. run() belongs to one thread; the rest is thread-safe.
/// Both arguments must outlive it.
class Shift {
 public:
  Shift(Agent& agent, const lease::WriteGate& gate) : agent_(agent), gate_(gate) {}

  /// Rests until the writes are here, then has the agent work until they leave, or stop(). Whoever lost them ends, and
  /// is started anew to rest: what it has told monitoring is of another time. Errors: the agent's.
  [[nodiscard]] Status run();
  void stop();

 private:
  [[nodiscard]] bool wait_for_writes();
  void end_with_writes(const std::stop_token& over);

  Agent& agent_;
  const lease::WriteGate& gate_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;
  std::atomic<bool> ended_ = false;
};

}  // namespace slipway::backup
