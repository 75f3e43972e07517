// What a certificate chain says of itself. Nothing is decided here, and no private key leaves.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "appliance/base/result.hpp"
#include "appliance/base/secret.hpp"
#include "appliance/base/time.hpp"

namespace slipway::crypto {

struct CertificateFacts {
  std::string subject;  ///< one line, RFC 2253
  std::string issuer;
  Timestamp not_before;
  Timestamp not_after;
  std::vector<std::string> names;  ///< DNS names and addresses of the subject's alternative names
  std::string key_kind;            ///< "RSA", "EC", "ED25519", …
  int key_bits = 0;
  std::string digest;           ///< of the signature, "SHA256"; empty where the signature brings its own
  bool self_signed = false;     ///< by its own key
  bool signed_by_next = false;  ///< by the key of the one after it
  std::string fingerprint;      ///< SHA-256, 64 hex digits
};

struct ChainFacts {
  std::vector<CertificateFacts> certificates;  ///< as they stand in the text
  bool trusted = false;                        ///< leads to an authority that the system knows, at this time
};

/// The certificates in a PEM text, at most 16; other PEM blocks are passed over. Errors: corrupt (a block that is no
/// certificate, none at all), internal. Thread-safe.
[[nodiscard]] Result<ChainFacts> inspect_chain(std::string_view pem);

/// Whether the private key in `key_file` (PEM, without a password) is the one of the first certificate of `pem`.
/// Errors: not_found, permission, corrupt.
[[nodiscard]] Result<bool> key_belongs_to(const std::filesystem::path& key_file, std::string_view pem);

/// The same of a key that is not in a file. Error: corrupt.
[[nodiscard]] Result<bool> key_belongs_to(const Secret& key, std::string_view pem);

}  // namespace slipway::crypto
