// Repairs of texts that were encoded once too often. Pure.
#pragma once

#include <string>
#include <string_view>

namespace slipway::migrate {

/// UTF-8 whose bytes were taken for latin1 (windows-1252, as MySQL means it) and encoded as UTF-8 again ("Ã©") becomes
/// what it was ("é"). A text that cannot have come about that way is returned as it is, so texts that are right already
/// stay right; `utf8` must be valid UTF-8.
[[nodiscard]] std::string once_encoded(std::string_view utf8);

}  // namespace slipway::migrate
