// What all pages share: who visits, in which language, the frame around the content, refusals as pages.
#pragma once

#include <nlohmann/json.hpp>

#include "services/desk/routes.hpp"
#include "services/webui/texts.hpp"

namespace slipway::desk::pages {

/// One request for a page, as far as it could be understood. Lives as long as its handler.
struct Visit {
  const Site& site;
  const http::Request& request;
  std::chrono::steady_clock::time_point began = std::chrono::steady_clock::now();
  Timestamp now = {};
  webui::Language language = webui::Language::en;
  std::string account = {};                  ///< its name; "" outside accounts, and before it is known to exist
  AccountFace face = {};                     ///< likewise
  std::optional<Desk> desk = {};             ///< always there in account pages
  std::optional<SessionState> session = {};  ///< always there where Access::signed_in
  Secret token = {};                         ///< of the session, or of the pre-session before signing in
  bool new_token = false;                    ///< not yet in the browser

  [[nodiscard]] std::string base() const { return "/" + account; }
  [[nodiscard]] const Person& person() const { return session->person; }
  [[nodiscard]] std::string text(std::string_view key) const;
  [[nodiscard]] std::string text(std::string_view key, std::string_view value) const;
  [[nodiscard]] nlohmann::json time(Timestamp then) const;  ///< {"iso", "absolute", "relative"}
};

enum class Access { anyone, signed_in };

/// An error becomes a page.
using Page = std::function<Result<http::Response>(Visit&, http::Request&)>;

/// A page of an account. Without a session, Access::signed_in sends to the sign-in page; while a password must be
/// changed, to the profile.
[[nodiscard]] http::Handler account_page(const Site& site, Access access, Page page);

/// A page outside all accounts.
[[nodiscard]] http::Handler free_page(const Site& site, Page page);

/// The form of a POST. Errors: those of Request::form; forbidden when the CSRF token does not fit.
[[nodiscard]] Result<http::Form> read_form(Visit& visit, http::Request& request);

/// The template inside the frame. `values` may hold "title", "error" {message, hint}, "nav".
[[nodiscard]] http::Response render(Visit& visit, const std::string& name, nlohmann::json values, int status = 200);

/// See other, with the account in front of `path` and what to say on arrival ("" or "answered", …).
[[nodiscard]] http::Response go(const Visit& visit, const std::string& path, std::string_view notice = "");

/// An error of a form as {message, hint} in the visitor's language.
[[nodiscard]] nlohmann::json form_error(const Visit& visit, const Error& error);

/// `path` when it is a page of this account, else "".
[[nodiscard]] std::string own_path(const Visit& visit, const std::string& path);

[[nodiscard]] http::Response error_page(Visit& visit, const Error& error);

}  // namespace slipway::desk::pages
