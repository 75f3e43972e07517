#include "appliance/http/slots.hpp"

namespace slipway::http {

bool Slot::claim(std::uint32_t wanted_generation) {
  std::uint64_t seen = word_.load(std::memory_order_acquire);
  for (;;) {
    const std::uint64_t owner = seen & 3U;
    if (static_cast<std::uint32_t>(seen >> 2U) != wanted_generation || owner == kFree || owner == kNews) return false;
    const std::uint64_t next = owner == kWaiting ? kBusy : kNews;
    if (word_.compare_exchange_weak(seen, (seen & ~std::uint64_t{3}) | next, std::memory_order_acq_rel))
      return next == kBusy;
  }
}

bool Slot::rest() {
  const std::uint64_t base = word_.load(std::memory_order_relaxed) & ~std::uint64_t{3};
  std::uint64_t expected = base | kBusy;
  if (word_.compare_exchange_strong(expected, base | kWaiting, std::memory_order_acq_rel)) return true;
  word_.store(base | kBusy, std::memory_order_release);
  return false;
}

void Slot::give_back() {
  word_.store((word_.load(std::memory_order_relaxed) & ~std::uint64_t{3}) | kWaiting, std::memory_order_release);
}

void Slot::close() {
  connection.reset();
  word_.store((std::uint64_t{generation()} + 1) << 2U, std::memory_order_release);  // kFree
}

}  // namespace slipway::http
