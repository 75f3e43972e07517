// Detached signatures as images/signing.py makes them: RSA, PKCS #1 v1.5, SHA-256. Thread-safe.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "appliance/base/result.hpp"

namespace slipway::crypto {

/// The public half of a key that signs. Copies share it; safe for all threads.
class PublicKey {
 public:
  /// A PEM text, "-----BEGIN PUBLIC KEY-----". Errors: corrupt (none that can be read), unsupported (no RSA key, or one
  /// of less than 3072 bits).
  [[nodiscard]] static Result<PublicKey> read(std::string_view pem);

  /// SHA-256 of the key in DER, 64 lower-case hex digits: what two people compare.
  [[nodiscard]] const std::string& fingerprint() const { return fingerprint_; }

  /// Whether this key's private half has signed exactly these bytes.
  [[nodiscard]] bool has_signed(std::string_view bytes, std::string_view signature) const;

 private:
  PublicKey(std::shared_ptr<void> key, std::string fingerprint)
      : key_(std::move(key)), fingerprint_(std::move(fingerprint)) {}

  std::shared_ptr<void> key_;  ///< an EVP_PKEY
  std::string fingerprint_;
};

}  // namespace slipway::crypto
