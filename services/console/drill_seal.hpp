// Whether the files of a drill are as they were signed. Pure.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "appliance/crypto/signature.hpp"

namespace slipway::console {

/// What the signature over a drill's sums is worth.
enum class Seal {
  good,     ///< by a key that the operator has laid here
  no_key,   ///< no key has been laid here
  missing,  ///< sums or signature are not there
  forged    ///< by none of these keys, or changed since
};

/// Digests by file name, out of SHA256SUMS; empty when a line is none of sums.
[[nodiscard]] std::map<std::string, std::string, std::less<>> read_sums(std::string_view text);

/// The seal of SHA256SUMS; empty texts: the files are missing.
[[nodiscard]] Seal seal_of(std::string_view sums, std::string_view signature,
                           const std::vector<crypto::PublicKey>& keys);

/// Whether the sums name this file with the digest of these bytes.
[[nodiscard]] bool as_signed(std::string_view sums, std::string_view file, std::string_view bytes);

}  // namespace slipway::console
