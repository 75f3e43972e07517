// Signing in and out, the profile, and what a browser remembers.
#pragma once

#include "services/desk/page_frame.hpp"

namespace slipway::desk::pages {

[[nodiscard]] Result<http::Response> show_landing(Visit& visit, http::Request& request);

[[nodiscard]] Result<http::Response> show_sign_in(Visit& visit, http::Request& request);
[[nodiscard]] Result<http::Response> sign_in(Visit& visit, http::Request& request);
[[nodiscard]] Result<http::Response> sign_out(Visit& visit, http::Request& request);

[[nodiscard]] Result<http::Response> show_profile(Visit& visit, http::Request& request);
[[nodiscard]] Result<http::Response> set_profile_language(Visit& visit, http::Request& request);
[[nodiscard]] Result<http::Response> change_password(Visit& visit, http::Request& request);
/// Theme and language of the footer: kept in cookies that name nobody (A4), the language also in the profile.
[[nodiscard]] Result<http::Response> set_preferences(Visit& visit, http::Request& request);

}  // namespace slipway::desk::pages
