#include "services/backup/log_archiver_state.hpp"
#include "services/backup/log_recovery.hpp"

namespace slipway::backup {
namespace {

constexpr std::chrono::seconds kDeliverEvery{10};

}  // namespace

void LogArchiver::State::tell_safe() {
  const LogEnd& end = safe.end();
  if (!end.position.covers(status.safe)) return;
  status.safe = end.position;
  status.last_time_s = std::max(status.last_time_s, end.time_s);
  changed.notify_all();
}

/// What a line that ended left in the spool: its last segments are as dear as those of the present one.
void LogArchiver::State::deliver_older_lines() {
  for (const LineStart& line : spooled_lines(spool)) {
    {
      const std::lock_guard lock(mutex);
      if (line.line == start.line) continue;
    }
    if (const auto done = deliver_line(repositories, spool, last, line, {})) forget_line(spool, line, *done);
  }
}

void LogArchiver::State::deliver_round() {
  Delivery before;
  LineStart line;
  {
    const std::lock_guard lock(mutex);
    before = delivery;
    line = start;
    deliver_wanted = false;
  }
  if (line.line.empty()) return;
  deliver_older_lines();
  auto after = deliver_line(repositories, spool, last, line, before);
  const std::lock_guard lock(mutex);
  if (!after) {
    status.fault = to_text(after.error());
    return;
  }
  if (start.line != line.line) return;
  status.repositories.clear();
  for (auto& [name, at] : after->repositories) {
    // What was committed meanwhile.
    at.present.merge(delivery.repositories[name].present);
    status.repositories.push_back({name, at.waiting, at.fault});
  }
  delivery = *std::move(after);
  std::set<std::uint64_t> there;
  safe.each_waiting([&](std::uint64_t number) {
    for (const auto& [name, at] : delivery.repositories)
      if (at.present.contains(number)) there.insert(number);
  });
  for (const std::uint64_t number : there) safe.delivered(number);
  tell_safe();
  delivered = true;
  if (inbox != nullptr) inbox->wake();
  changed.notify_all();
}

void LogArchiver::State::deliver_until_stopped() {
  while (!stopping) {
    {
      std::unique_lock lock(mutex);
      changed.wait_for(lock, kDeliverEvery, [this] { return stopping || deliver_wanted; });
    }
    deliver_round();
  }
}

}  // namespace slipway::backup
