// Gentleness: how fast rows may travel, and when they have to wait for the source.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>

namespace slipway::migrate {

/// A limit in bytes per second over all streams, and a pause that others switch on and off. Thread-safe.
class Throttle {
 public:
  /// 0: no limit. Not while copies run.
  void limit(std::uint64_t bytes_per_second) { bytes_per_second_ = bytes_per_second; }

  /// All streams wait in pace() while there is a reason; an empty one lets them go on.
  void pause(std::string reason);
  [[nodiscard]] std::string reason() const;

  /// To be told of bytes that have travelled; returns when the next may, or when `stop` is set.
  void pace(std::uint64_t bytes, const std::atomic<bool>& stop);

 private:
  using Clock = std::chrono::steady_clock;
  std::uint64_t bytes_per_second_ = 0;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::atomic<bool> paused_{false};
  std::string reason_;
  Clock::time_point free_at_{};  ///< when the bytes that have travelled are paid for
};

}  // namespace slipway::migrate
