#include "appliance/crypto/sodium.hpp"

#include <sodium.h>

#include <cstdlib>

namespace slipway::crypto {

void ensure_sodium() noexcept {
  static const bool started = sodium_init() >= 0;
  if (!started) std::abort();
}

}  // namespace slipway::crypto
