#include "services/desk/sign_in_rules.hpp"

#include <algorithm>
#include <set>

#include "appliance/base/utf8.hpp"

namespace slipway::desk {
namespace {

constexpr std::chrono::seconds kLongestWait{15 * 60};
constexpr std::size_t kLeastPassword = 12;
constexpr std::size_t kMostPassword = 200;
constexpr std::size_t kPassphrase = 20;

std::uint32_t free_failures(Throttled what) { return what == Throttled::login ? 5 : 20; }

std::string lower(std::string_view text) {
  std::string out(text);
  for (auto& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

int character_kinds(std::string_view password) {
  bool small = false;
  bool capital = false;
  bool digit = false;
  bool other = false;
  for (const char c : password) {
    if (c >= 'a' && c <= 'z')
      small = true;
    else if (c >= 'A' && c <= 'Z')
      capital = true;
    else if (c >= '0' && c <= '9')
      digit = true;
    else
      other = true;
  }
  return int{small} + int{capital} + int{digit} + int{other};
}

Error refused(std::string message, std::string hint) {
  return {Code::invalid_argument, "password: " + std::move(message), std::move(hint), {{"parameter", "password"}}};
}

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

Status check_password(std::string_view password, std::string_view login) {
  if (!is_utf8(password)) return refused("not valid text", "use characters of a keyboard");
  const auto length = utf8_length(password);
  if (length < kLeastPassword) return refused("shorter than 12 characters", "a sentence is easy to remember");
  if (length > kMostPassword) return refused("longer than 200 characters", "choose a shorter one");
  if (length < kPassphrase && character_kinds(password) < 3)
    return refused("too simple",
                   "mix three of small letters, capitals, digits and other characters, or use 20 characters");
  if (std::set<char>(password.begin(), password.end()).size() < 5)
    return refused("the same few characters over and over", "use at least five different characters");
  if (!login.empty() && lower(password).find(lower(login)) != std::string::npos && login.size() >= 4)
    return refused("holds the login", "choose one that cannot be guessed from the login");
  return {};
}

}  // namespace slipway::desk
