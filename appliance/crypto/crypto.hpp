// What Slipway needs of cryptography, all of it libsodium's and OpenSSL's. Thread-safe.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>

#include "appliance/base/result.hpp"
#include "appliance/base/secret.hpp"

namespace slipway::crypto {

/// `bytes` random bytes as URL-safe base64 without padding.
[[nodiscard]] Secret random_token(std::size_t bytes = 32);

/// argon2id in its own string form (A19), with libsodium's "interactive" costs (64 MiB, 2 passes).
[[nodiscard]] Result<std::string> hash_password(const Secret& password);
/// Constant time in the password. False also for a hash that cannot be read.
[[nodiscard]] bool verify_password(const std::string& hash, const Secret& password);
/// Takes as long as a real check: call it when the user does not exist, so that timing does not tell.
void verify_nothing(const Secret& password);

/// Two lower-case hex digits for each byte.
[[nodiscard]] std::string hex(std::string_view bytes);

/// SHA-256 as 64 lower-case hex digits, and as 32 raw bytes.
[[nodiscard]] std::string sha256_hex(std::string_view bytes);
[[nodiscard]] std::string sha256_raw(std::string_view bytes);

/// SHA-256 of data that comes in pieces.
class Sha256 {
 public:
  Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;
  ~Sha256();
  void add(std::string_view bytes);
  [[nodiscard]] std::string finish_raw();  ///< 32 bytes; the object is spent

 private:
  struct State;
  State* state_;
};

/// HMAC-SHA-256, URL-safe base64; used for CSRF tokens and signed cursors.
[[nodiscard]] std::string hmac(const Secret& key, std::string_view message);
[[nodiscard]] bool equal_constant_time(std::string_view a, std::string_view b);

/// Authenticated encryption of a small secret (XChaCha20-Poly1305, `context` is bound in). `key` is a random_token().
[[nodiscard]] std::string seal(const Secret& key, std::string_view context, const Secret& plain);
/// Error: corrupt when key, context or bytes differ.
[[nodiscard]] Result<Secret> unseal(const Secret& key, std::string_view context, std::string_view sealed);

/// A self-signed certificate for localhost, 127.0.0.1 and ::1 (P-256), key 0600. For embedded mode only (A3).
[[nodiscard]] Status make_loopback_certificate(const std::filesystem::path& certificate_file,
                                               const std::filesystem::path& key_file, std::chrono::hours validity);

}  // namespace slipway::crypto
