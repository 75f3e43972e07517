// What a password must be, wherever one is chosen: at the desk, at first boot. Pure.
#pragma once

#include <string_view>

#include "appliance/base/result.hpp"

namespace slipway {

/// The password policy (A19): 12 to 200 characters, at least three of lower case, upper case, digits and others (or 20
/// characters of any kind), not the login, not one character over and over. Error: invalid_argument with context
/// parameter=password.
[[nodiscard]] Status check_password(std::string_view password, std::string_view login);

}  // namespace slipway
