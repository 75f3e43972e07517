// What a sealed object begins with: readable without the key, bound into every frame. The form is in
// docs/backup-format.md. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "appliance/base/result.hpp"

namespace slipway::archive {

struct ObjectHead {
  static constexpr std::size_t kFixedBytes = 56;  ///< all but the label
  static constexpr std::size_t kLongestLabel = 64U << 10U;

  std::string nonce_prefix;  ///< 7 random bytes
  std::string key_id;        ///< 8 hex digits
  std::string salt;          ///< 32 random bytes
  std::string label;
};

/// The bytes of the head, label included. Aborts when a part does not have its size.
[[nodiscard]] std::string encode(const ObjectHead& head);

struct FixedPart {
  ObjectHead head;  ///< without its label
  std::size_t label_bytes;
};

/// From kFixedBytes bytes. Errors, which speak of `object`: corrupt, unsupported (a newer form).
[[nodiscard]] Result<FixedPart> decode_fixed_part(std::string_view bytes, const std::string& object);

}  // namespace slipway::archive
