#include "appliance/base/boot_clock.hpp"

#include <ctime>

namespace slipway {

Instant boot_clock() {
  timespec now{};
  ::clock_gettime(CLOCK_BOOTTIME, &now);
  return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

}  // namespace slipway
