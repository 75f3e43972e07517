#include "migrate/engine/throttle.hpp"

#include <algorithm>

namespace slipway::migrate {
namespace {

constexpr std::chrono::milliseconds kLook{100};  // how often a waiting stream looks whether it is to stop

}  // namespace

void Throttle::pause(std::string reason) {
  const std::lock_guard guard(mutex_);
  paused_ = !reason.empty();
  reason_ = std::move(reason);
  changed_.notify_all();
}

std::string Throttle::reason() const {
  const std::lock_guard guard(mutex_);
  return reason_;
}

void Throttle::pace(std::uint64_t bytes, const std::atomic<bool>& stop) {
  if (bytes_per_second_ == 0 && !paused_) return;
  std::unique_lock lock(mutex_);
  if (bytes_per_second_ > 0) {
    const auto cost = std::chrono::duration_cast<Clock::duration>(
        std::chrono::duration<double>(static_cast<double>(bytes) / static_cast<double>(bytes_per_second_)));
    free_at_ = std::max(free_at_, Clock::now()) + cost;
    const auto mine = free_at_;
    while (!stop && Clock::now() < mine) changed_.wait_until(lock, std::min(mine, Clock::now() + kLook));
  }
  while (!stop && paused_) changed_.wait_for(lock, kLook);
}

}  // namespace slipway::migrate
