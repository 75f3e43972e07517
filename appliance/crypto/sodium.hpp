// Starting libsodium, for this folder's files.
#pragma once

namespace slipway::crypto {

/// Must be called before any libsodium function; aborts when the library cannot start (no randomness). Thread-safe.
void ensure_sodium() noexcept;

}  // namespace slipway::crypto
