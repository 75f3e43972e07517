#include "services/desk/sign_in_rules.hpp"

#include <algorithm>

namespace slipway::desk {
namespace {

constexpr std::chrono::seconds kLongestWait{15 * 60};

std::uint32_t free_failures(Throttled what) { return what == Throttled::login ? 5 : 20; }

}  // namespace

bool session_alive(const SessionTimes& times, Timestamp now) {
  return now < times.expires_at && now - times.seen_at < kSessionIdleLimit;
}

bool session_seen_due(const SessionTimes& times, Timestamp now) { return now - times.seen_at >= kSeenInterval; }

std::chrono::seconds throttle_wait(Throttled what, const FailureRecord& record, Timestamp now) {
  const auto limit = free_failures(what);
  if (record.failures < limit || now - record.last_at >= kFailuresKept) return std::chrono::seconds{0};
  const auto doublings = std::min<std::uint32_t>(record.failures - limit, 20);
  const auto wait = std::min(std::chrono::seconds{1U << doublings}, kLongestWait);
  return std::max(std::chrono::ceil<std::chrono::seconds>(record.last_at + wait - now), std::chrono::seconds{0});
}

std::uint32_t next_failures(const FailureRecord& record, Timestamp now) {
  if (now - record.last_at >= kFailuresKept) return 1;
  return std::min<std::uint32_t>(record.failures, 1'000'000) + 1;
}

}  // namespace slipway::desk
