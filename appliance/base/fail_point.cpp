#include "appliance/base/fail_point.hpp"

#include <algorithm>
#include <atomic>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <optional>
#include <string>
#include <utility>

namespace slipway {
namespace {

struct Armed {
  std::string name;
  int passes = 1;
  int signal = SIGKILL;
};

/// Threads only read the environment, and secure_getenv says nothing to a setuid program.
std::string setting(const char* name) {
  const char* value = ::secure_getenv(name);  // NOLINT(concurrency-mt-unsafe)
  return value == nullptr ? "" : value;
}

std::optional<Armed> read_environment() {
  if (setting("SLIPWAY_TEST") != "1") return std::nullopt;
  Armed armed{.name = setting("SLIPWAY_FAIL_POINT")};
  if (setting("SLIPWAY_FAIL_ACTION") == "stop") armed.signal = SIGSTOP;
  if (const auto colon = armed.name.find(':'); colon != std::string::npos) {
    std::from_chars(armed.name.data() + colon + 1, armed.name.data() + armed.name.size(), armed.passes);
    armed.name.resize(colon);
  }
  return armed;
}

/// Of all parts, linked before main() runs.
const FailPoints*& all_parts() {
  static const FailPoints* first = nullptr;
  return first;
}

}  // namespace

FailPoints::FailPoints(std::span<const std::string_view> names)
    : names_(names), next_(std::exchange(all_parts(), this)) {}

bool FailPoints::has(std::string_view name) const {
  return std::find(names_.begin(), names_.end(), name) != names_.end();
}

bool FailPoints::any_has(std::string_view name) {
  for (const FailPoints* part = all_parts(); part != nullptr; part = part->next_)
    if (part->has(name)) return true;
  return false;
}

void FailPoints::pass(std::string_view name) const {
  static const std::optional<Armed> armed = read_environment();
  if (!armed) return;
  if (!has(name) || (!armed->name.empty() && !any_has(armed->name))) std::abort();
  static std::atomic<int> passed{0};
  if (name == armed->name && ++passed == armed->passes) static_cast<void>(std::raise(armed->signal));
}

}  // namespace slipway
