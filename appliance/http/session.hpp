// Browser sessions: a random token in a cookie, only its hash in the store; CSRF tokens bound to the session.
#pragma once

#include "appliance/base/secret.hpp"
#include "appliance/http/message.hpp"

namespace slipway::http {

/// lax: also with a link from another site (a mail). strict: only within our own pages.
enum class SameSite { lax, strict };

/// The session cookie of one account: Secure, HttpOnly, SameSite, Path=/{account}. Holds no personal data (A4).
[[nodiscard]] std::string session_cookie(const std::string& account, const Secret& token,
                                         SameSite same_site = SameSite::lax);
[[nodiscard]] std::string expired_session_cookie(const std::string& account);
/// The token a request carries, when it is well-formed.
[[nodiscard]] std::optional<Secret> session_token(const Request& request);
/// What the store keeps of a token: SHA-256 hex.
[[nodiscard]] std::string session_key(const Secret& token);

/// The form field "csrf" of pages of this session: HMAC of the token under the installation's session key. Before
/// sign-in the token is that of a short-lived pre-session cookie, replaced at sign-in (no fixation).
[[nodiscard]] std::string csrf_token(const Secret& key, const Secret& session_token);
/// True when the form's token fits and Origin (or Sec-Fetch-Site), if sent, is our own.
[[nodiscard]] bool csrf_valid(const Secret& key, const Secret& session_token, const Request& request, const Form& form);

}  // namespace slipway::http
