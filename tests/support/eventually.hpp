// Waiting for something that another thread, process or server does.
#pragma once

#include <chrono>
#include <thread>

namespace slipway::test {

/// Asks until `predicate` is true (then true) or `limit` has passed (then false).
template <typename Predicate>
[[nodiscard]] bool eventually(std::chrono::milliseconds limit, Predicate&& predicate) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  while (!predicate()) {
    if (std::chrono::steady_clock::now() >= deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

}  // namespace slipway::test
