// One request for a page of the wizard: who visits, in which language; the frame around the content.
#pragma once

#include <map>
#include <mutex>
#include <nlohmann/json.hpp>

#include "appliance/base/time.hpp"
#include "services/webui/frame.hpp"
#include "services/wizard/attempt_rules.hpp"
#include "services/wizard/draft.hpp"
#include "services/wizard/wizard.hpp"

namespace slipway::wizard {

/// The part of the address that all pages have; no account can be called so.
inline constexpr const char* kBase = "first-boot";
inline constexpr std::chrono::hours kSessionIdle{1};

/// What the wizard remembers, all of it in memory. `mutex` guards everything below it; it is held for a whole request.
struct State {
  State(Places where, const Clock& time);
  const Places places;
  const Clock& clock;
  const Secret csrf_key;  ///< of this run: a restart ends all sessions

  std::mutex mutex;
  std::vector<Failure> failures;
  std::map<std::string, Timestamp> sessions;  ///< hash of the token → last use
  Draft draft;                                ///< one machine, one draft, whoever knows the code
  std::optional<Timestamp> handed_over;       ///< when the answers were sent, until something is heard of them
  std::optional<Timestamp> done_seen;         ///< when the wizard first found the first boot done
  std::optional<Timestamp> ready_shown;       ///< when somebody first saw it
};

struct Visit {
  State& state;
  const http::Request& request;
  Timestamp now;
  webui::Language language;
  Secret token = {};       ///< of the session, or of the pre-session before the code was given
  bool new_token = false;  ///< not yet in the browser
  bool signed_in = false;

  [[nodiscard]] std::string text(std::string_view key) const;
  [[nodiscard]] std::string text(std::string_view key, std::string_view value) const;
};

/// An error becomes a page.
using PageHandler = std::function<Result<http::Response>(Visit&, http::Request&)>;
enum class Access { anyone, signed_in };

/// The handler of a page. Without a session, Access::signed_in sends to where the code is asked for.
[[nodiscard]] http::Handler page_of(State& state, Access access, PageHandler handler);

/// The form of a POST. Errors: those of Request::form; forbidden when the CSRF token does not fit.
[[nodiscard]] Result<http::Form> read_form(Visit& visit, http::Request& request, std::uint64_t limit_bytes);

/// The template inside the frame. `values` may hold "title", "error" {message, hint}, "refresh" (seconds).
[[nodiscard]] http::Response show(Visit& visit, const std::string& name, nlohmann::json values, int status = 200);

/// See other, below kBase: go(visit, "/summary").
[[nodiscard]] http::Response go(const std::string& path);

[[nodiscard]] http::Response error_page(Visit& visit, const Error& error);

/// A refusal that comes without a handler: unknown address, wrong method, too large.
[[nodiscard]] http::Response error_answer(State& state, const http::Request& request, const Error& error);

/// A new session in place of the pre-session. `state.mutex` is held.
void open_session(Visit& visit);

}  // namespace slipway::wizard
