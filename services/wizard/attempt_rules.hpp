// The one-time code that the console shows: how it is typed, and how often it may be tried. Pure.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "appliance/base/time.hpp"

namespace slipway::wizard {

inline constexpr std::chrono::seconds kAttemptWindow{60};
inline constexpr std::size_t kAttemptsOfAddress = 5;  ///< wrong codes of one address within the window
/// Of all addresses: at this rate, 8 characters of 23 take more than a thousand years to find.
inline constexpr std::size_t kAttemptsOfAll = 60;

/// A wrong code.
struct Failure {
  std::string address;
  Timestamp at;
};

/// How long until `address` may try again; 0 s: now. `failures`: oldest first.
[[nodiscard]] std::chrono::seconds attempt_wait(const std::vector<Failure>& failures, std::string_view address,
                                                Timestamp now);

/// Without those that no longer count.
void forget_old(std::vector<Failure>& failures, Timestamp now);

/// As the console writes it: capitals, without the blanks and hyphens that people put in.
[[nodiscard]] std::string normalised_code(std::string_view typed);

}  // namespace slipway::wizard
