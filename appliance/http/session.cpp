#include "appliance/http/session.hpp"

#include <algorithm>

#include "appliance/crypto/crypto.hpp"

namespace slipway::http {
namespace {

constexpr const char* kCookie = "__Secure-slipway";

std::string cookie(const std::string& account, const std::string& value, const char* more) {
  return std::string(kCookie) + "=" + value + "; Path=/" + account + "; Secure; HttpOnly; SameSite=" + more;
}

/// scheme://host of this request as a browser would write it in Origin; the scheme is not compared, because behind
/// nginx we speak plain HTTP.
bool origin_is_ours(const Request& request) {
  const std::string site = request.header("sec-fetch-site");
  if (!site.empty() && site != "same-origin" && site != "none") return false;
  const std::string origin = request.header("origin");
  if (origin.empty()) return true;
  const std::size_t scheme = origin.find("://");
  return scheme != std::string::npos && origin.substr(scheme + 3) == request.header("host");
}

}  // namespace

std::string session_cookie(const std::string& account, const Secret& token, SameSite same_site) {
  return cookie(account, token.reveal(), same_site == SameSite::strict ? "Strict" : "Lax");
}

std::string expired_session_cookie(const std::string& account) { return cookie(account, "", "Lax; Max-Age=0"); }

std::optional<Secret> session_token(const Request& request) {
  const auto found = request.cookies.find(kCookie);
  if (found == request.cookies.end()) return std::nullopt;
  const std::string& token = found->second;
  const bool sound =
      token.size() >= 32 && token.size() <= 128 && std::all_of(token.begin(), token.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
      });
  if (!sound) return std::nullopt;
  return Secret(token);
}

std::string session_key(const Secret& token) { return crypto::sha256_hex(token.reveal()); }

std::string csrf_token(const Secret& key, const Secret& session_token) {
  return crypto::hmac(key, "csrf:" + session_token.reveal());
}

bool csrf_valid(const Secret& key, const Secret& session_token, const Request& request, const Form& form) {
  return origin_is_ours(request) && crypto::equal_constant_time(form.text("csrf"), csrf_token(key, session_token));
}

}  // namespace slipway::http
