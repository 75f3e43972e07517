#include "services/wizard/visit.hpp"

#include <algorithm>
#include <array>

#include "appliance/crypto/crypto.hpp"
#include "appliance/http/session.hpp"
#include "appliance/telemetry/log.hpp"
#include "services/wizard/machine_facts.hpp"

namespace slipway::wizard {
namespace {

using nlohmann::json;
using webui::Texts;

constexpr std::size_t kMostSessions = 32;

Draft first_draft(const Places& places) {
  const MachineFacts facts = read_machine_facts(places.leases);
  Draft draft;
  draft.typed.hostname = facts.hostname;
  draft.typed.network = facts.network;
  return draft;
}

void open_visit(Visit& visit) {
  if (auto token = http::session_token(visit.request)) {
    visit.token = *std::move(token);
    auto& sessions = visit.state.sessions;
    const auto found = sessions.find(http::session_key(visit.token));
    if (found != sessions.end() && visit.now - found->second < kSessionIdle) {
      found->second = visit.now;
      visit.signed_in = true;
    }
    return;
  }
  visit.token = crypto::random_token();
  visit.new_token = true;
}

// Texts exist for these; other codes use the nearest.
int shown_status(int status) {
  static constexpr std::array known{400, 403, 404, 405, 409, 413, 429, 500};
  if (std::ranges::find(known, status) != known.end()) return status;
  return status < 500 ? 400 : 503;
}

}  // namespace

State::State(Places where, const Clock& time)
    : places(std::move(where)), clock(time), csrf_key(crypto::random_token()), draft(first_draft(places)) {}

std::string Visit::text(std::string_view key) const { return std::string(Texts::built_in().text(language, key)); }
std::string Visit::text(std::string_view key, std::string_view value) const {
  return Texts::built_in().text(language, key, value);
}

http::Handler page_of(State& state, Access access, PageHandler handler) {
  return [&state, access, handler = std::move(handler)](http::Request& request) {
    const std::scoped_lock held(state.mutex);
    Visit visit{state, request, state.clock.now(), webui::browser_language(request)};
    open_visit(visit);
    if (access == Access::signed_in && !visit.signed_in) return go("");
    auto made = handler(visit, request);
    http::Response response = made.has_value() ? std::move(made).value() : error_page(visit, made.error());
    if (visit.new_token) response.with("Set-Cookie", http::session_cookie(kBase, visit.token, http::SameSite::strict));
    return response;
  };
}

Result<http::Form> read_form(Visit& visit, http::Request& request, std::uint64_t limit_bytes) {
  SLIPWAY_TRY(auto form, request.form(limit_bytes));
  if (!http::csrf_valid(visit.state.csrf_key, visit.token, request, form))
    return Error{Code::forbidden, "form: its token does not belong to this session", "", {{"reason", "csrf"}}};
  return form;
}

http::Response show(Visit& visit, const std::string& name, json values, int status) {
  webui::Frame frame{.language = visit.language, .theme = webui::chosen_theme(visit.request)};
  frame.title = values.value("title", "");
  frame.error = values.value("error", json());
  frame.refresh_s = values.value("refresh", 0);
  if (!visit.token.empty()) frame.csrf = http::csrf_token(visit.state.csrf_key, visit.token);
  const bool again = visit.request.method == http::Method::get || visit.request.method == http::Method::head;
  frame.path = again ? webui::address_of(visit.request) : std::string("/") + kBase;
  frame.preferences_action = std::string("/") + kBase + "/preferences";
  values["account"] = nullptr;
  values["person"] = nullptr;
  return webui::render(frame, name, std::move(values), status);
}

http::Response go(const std::string& path) { return http::Response::redirect(std::string("/") + kBase + path); }

http::Response error_page(Visit& visit, const Error& error) {
  const int status = traits(error.code).http_status;
  if (status >= 500) telemetry::log_error("page.failed", error, {{"path", visit.request.route}});
  const std::string key = "error." + std::to_string(shown_status(status));
  const bool expired = !error.context.empty() && error.context.front().second == "csrf";
  const bool tells = error.code == Code::invalid_argument || error.code == Code::too_large;
  return show(visit, "error",
              {{"title", visit.text(key)},
               {"refusal",
                {{"status", status},
                 {"title", visit.text(key)},
                 {"text", visit.text(expired ? "wrong.csrf" : key + ".text")},
                 {"detail", tells ? json(error.message) : json()},
                 {"request_id", visit.request.id}}}},
              status);
}

http::Response error_answer(State& state, const http::Request& request, const Error& error) {
  if (request.path.starts_with("/api/")) return http::Response::problem(error, request.id);
  Visit visit{state, request, state.clock.now(), webui::browser_language(request)};
  return error_page(visit, error);
}

void open_session(Visit& visit) {
  auto& sessions = visit.state.sessions;
  std::erase_if(sessions, [&](const auto& one) { return visit.now - one.second >= kSessionIdle; });
  // Whoever gets here knows the code: the longest unused one makes room.
  if (sessions.size() >= kMostSessions)
    sessions.erase(std::ranges::min_element(sessions, {}, [](const auto& one) { return one.second; }));
  visit.token = crypto::random_token();
  visit.new_token = true;
  sessions.emplace(http::session_key(visit.token), visit.now);
}

}  // namespace slipway::wizard
