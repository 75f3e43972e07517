#include "services/wizard/attempt_rules.hpp"

#include <algorithm>

namespace slipway::wizard {
namespace {

std::chrono::seconds wait_of(const std::vector<Timestamp>& times, std::size_t allowed, Timestamp now) {
  if (times.size() < allowed) return std::chrono::seconds{0};
  // Free again when so many have left the window that one more fits.
  const Timestamp decisive = times[times.size() - allowed];
  return std::max(std::chrono::ceil<std::chrono::seconds>(decisive + kAttemptWindow - now), std::chrono::seconds{0});
}

bool counts(const Failure& failure, Timestamp now) { return now - failure.at < kAttemptWindow; }

}  // namespace

std::chrono::seconds attempt_wait(const std::vector<Failure>& failures, std::string_view address, Timestamp now) {
  std::vector<Timestamp> all;
  std::vector<Timestamp> own;
  for (const Failure& failure : failures) {
    if (!counts(failure, now)) continue;
    all.push_back(failure.at);
    if (failure.address == address) own.push_back(failure.at);
  }
  return std::max(wait_of(own, kAttemptsOfAddress, now), wait_of(all, kAttemptsOfAll, now));
}

void forget_old(std::vector<Failure>& failures, Timestamp now) {
  std::erase_if(failures, [&](const Failure& failure) { return !counts(failure, now); });
}

std::string normalised_code(std::string_view typed) {
  std::string code;
  for (const char c : typed) {
    if (c == ' ' || c == '-' || c == '\t') continue;
    code.push_back(c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c);
  }
  return code;
}

}  // namespace slipway::wizard
