// The desk's doors: what they share and how they are put on the router.
#pragma once

#include <nlohmann/json.hpp>

#include "appliance/base/identifier.hpp"
#include "appliance/http/router.hpp"
#include "appliance/lease/write_gate.hpp"
#include "services/desk/desk.hpp"
#include "services/webui/texts.hpp"

namespace slipway::desk {

/// Gives the pool of an account that may be served: account::Directory::pool, and its errors (not_found; conflict when
/// the account is suspended or migrating, with the reason). Thread-safe.
using AccountPools = std::function<Result<std::shared_ptr<sql::Pool>>(const AccountName&)>;

/// How an account presents itself on its pages.
struct AccountFace {
  std::string title;
  std::string kind;  ///< "production", "sandbox", "demonstration", "validation", "other"
  bool sends_mail = true;
  std::optional<Timestamp> trial_at = {};  ///< the moment that its trial data are of (A27)
};
/// Gives the face of any account, served or not: account::Directory::find. Error: not_found. Thread-safe.
using AccountFaces = std::function<Result<AccountFace>(const AccountName&)>;

/// What every route needs. Must outlive the server.
struct Site {
  AccountPools pools;
  const Clock& clock;
  Secret session_key;              ///< signs CSRF tokens and cursors
  std::uint64_t body_limit;        ///< bytes of a request body
  std::uint64_t attachment_limit;  ///< bytes of one attachment
  AccountFaces faces = {};         ///< needed by pages

  /// The desk of the account named in a URL. Errors: not_found (also for what is no account name), conflict (suspended
  /// or migrating, with the reason).
  [[nodiscard]] Result<Desk> desk(const std::string& account) const;
};

/// REST: /api/v1/… and its description, openapi.json (A7).
void add_rest_routes(http::Router& router, const Site& site);

/// Pages for browsers: /, /{account}/…, and the static files they use (A4).
void add_page_routes(http::Router& router, const Site& site);

/// Who looks at a page that another service fills.
struct Administrator {
  std::string account;
  std::string account_kind;  ///< AccountFace's
  webui::Language language;
  Timestamp now;
};
/// A template and its values.
struct View {
  std::string page;
  nlohmann::json values;
  int status = 200;
};

/// A page below /{account}/ inside the desk's frame, for administrators of the account alone: others are refused (403),
/// who is not signed in is sent to sign in.
void add_administrator_page(http::Router& router, const Site& site, const std::string& pattern,
                            std::function<Result<View>(const Administrator&)> view);

/// The same for what is no page inside the frame: the whole answer.
void add_administrator_answer(http::Router& router, const Site& site, const std::string& pattern,
                              std::function<Result<http::Response>(const Administrator&, const http::Request&)> answer);

/// A refusal as people see it: a page, or a problem (RFC 9457) below /api/. For the router's own answers (404, 405,
/// 413, 500).
[[nodiscard]] http::Response error_response(const Site& site, const http::Request& request, const Error& error);

/// Where there are two sites: nothing is changed without the lease, and nothing that was changed is acknowledged
/// without it. Both must outlive the router. (F5)
[[nodiscard]] http::Router::Guard write_guard(const Site& site, const lease::WriteGate& gate);

/// An attachment as a download: never shown inline, type made harmless, name by RFC 6266.
[[nodiscard]] http::Response attachment_response(AttachmentFile file);

}  // namespace slipway::desk
