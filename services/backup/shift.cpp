#include "services/backup/shift.hpp"

#include <thread>

#include "appliance/telemetry/log.hpp"
#include "appliance/telemetry/metrics.hpp"

namespace slipway::backup {
namespace {

constexpr std::chrono::seconds kLook{1};
/// A lease that is only renewed late ends no shift.
constexpr int kLooksWithout = 3;

void tell_rest(bool rests) {
  telemetry::set_gauge("slipway_backup_rests", "Whether there is nothing to do, as the other site has the writes", {},
                       rests ? 1 : 0);
}

}  // namespace

Status Shift::run() {
  if (!wait_for_writes()) return {};
  tell_rest(false);
  std::jthread watching([this](const std::stop_token& over) { end_with_writes(over); });
  Status outcome = agent_.run();
  if (!ended_) return outcome;
  telemetry::log(telemetry::Level::info, "backup.rests");
  return {};
}

void Shift::stop() {
  const std::scoped_lock lock(mutex_);
  stopping_ = true;
  agent_.stop();
  changed_.notify_all();
}

/// False: it is to stop.
bool Shift::wait_for_writes() {
  std::unique_lock lock(mutex_);
  while (!stopping_ && !gate_.enter()) {
    tell_rest(true);
    changed_.wait_for(lock, kLook, [this] { return stopping_; });
  }
  return !stopping_;
}

void Shift::end_with_writes(const std::stop_token& over) {
  std::mutex sleeping;
  std::condition_variable_any woken;
  for (int without = 0; without < kLooksWithout; without = gate_.enter() ? 0 : without + 1) {
    std::unique_lock lock(sleeping);
    woken.wait_for(lock, over, kLook, [] { return false; });
    if (over.stop_requested()) return;
  }
  ended_ = true;
  agent_.stop();
}

}  // namespace slipway::backup
