// When a sign-in is let through, and how long a session lasts (A19). Pure.
#pragma once

#include <chrono>
#include <cstdint>

#include "appliance/base/password_policy.hpp"
#include "appliance/base/time.hpp"

namespace slipway::desk {

inline constexpr std::chrono::hours kSessionIdleLimit{8};
inline constexpr std::chrono::hours kSessionLimit{24 * 7};
inline constexpr std::chrono::minutes kSeenInterval{
    1};  ///< a session's or token's last use is written at most this often

struct SessionTimes {
  Timestamp seen_at;
  Timestamp expires_at;
};
[[nodiscard]] bool session_alive(const SessionTimes& times, Timestamp now);
[[nodiscard]] bool session_seen_due(const SessionTimes& times, Timestamp now);

/// What is throttled: one login, or one address (many people may sit behind it).
enum class Throttled { login, address };

/// Failures so far of one login or address.
struct FailureRecord {
  std::uint32_t failures = 0;
  Timestamp last_at;
};

/// Failures are forgotten after this long without another.
inline constexpr std::chrono::hours kFailuresKept{24};

/// How long until the next attempt is looked at, 0 s when now. After 5 failures of a login (20 of an address) each
/// further one doubles the wait: 1 s, 2 s, 4 s, … 15 min at most.
[[nodiscard]] std::chrono::seconds throttle_wait(Throttled what, const FailureRecord& record, Timestamp now);

/// The count after one more attempt at `now`.
[[nodiscard]] std::uint32_t next_failures(const FailureRecord& record, Timestamp now);

}  // namespace slipway::desk
