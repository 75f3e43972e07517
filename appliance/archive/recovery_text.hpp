// The printed form of a backup key: groups of five letters of Crockford's alphabet, four of the key and a check letter.
// The form is in docs/backup-format.md.
#pragma once

#include <string_view>

#include "appliance/base/result.hpp"
#include "appliance/base/secret.hpp"

namespace slipway::archive {

/// `bytes` are the key's 32, `check` has 4 bits that the last letter carries. Pure.
[[nodiscard]] Secret to_recovery_text(const Secret& bytes, unsigned check);

struct RecoveredBytes {
  Secret bytes;    ///< 32
  unsigned check;  ///< the 4 bits
};

/// Blanks, hyphens and the case of letters do not matter; O is read as 0, I and L as 1. Any single wrong letter, any
/// two letters of a group and any two groups that changed places are found. Error: invalid_argument, which names the
/// group and none of its letters.
[[nodiscard]] Result<RecoveredBytes> from_recovery_text(std::string_view text);

}  // namespace slipway::archive
