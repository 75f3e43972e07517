// The keyboard of a machine's screen: which key gives which letter. Inside this folder only.
#pragma once

#include <string>
#include <vector>

#include "appliance/base/result.hpp"

namespace slipway::firstboot {

/// Names of the keyboards that standard input's terminal can be told to have, "us" first; none where it is a serial
/// line, whose keys are translated at its other end, or where the machine has no `loadkeys`.
[[nodiscard]] std::vector<std::string> keyboards_to_choose_from();

/// What a person typed, a number from 1 or a name, as a place in the list; the first when it is neither. The list must
/// not be empty.
[[nodiscard]] std::size_t chosen_keyboard(const std::vector<std::string>& keyboards, const std::string& typed);

/// Until the next boot, on every screen of the machine. Errors: unavailable, with what `loadkeys` said.
[[nodiscard]] Status load_keyboard(const std::string& name);

}  // namespace slipway::firstboot
