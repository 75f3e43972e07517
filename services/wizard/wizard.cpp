#include "services/wizard/wizard.hpp"

#include "appliance/http/health.hpp"
#include "services/wizard/pages.hpp"

namespace slipway::wizard {
namespace {

using http::Method;

// With room for what multipart adds; forms of one button are refused earlier by their own limit.
constexpr std::uint64_t kMostBody = 1U << 20U;
constexpr std::chrono::seconds kAfterReadyShown{60};
constexpr std::chrono::minutes kAfterDone{10};

/// Until the desk is there, every address leads to the wizard; programs hear that there is nothing yet.
http::Response elsewhere(State& state, const http::Request& request) {
  const bool program = request.path.starts_with("/api/") || request.path.starts_with("/soap/");
  if (program)
    return http::Response::problem({Code::unavailable, "this machine is not set up yet", "open it in a browser"},
                                   request.id);
  const bool here =
      request.path == std::string("/") + kBase || request.path.starts_with(std::string("/") + kBase + "/");
  const bool reads = request.method == Method::get || request.method == Method::head;
  if (reads && !here) return go("");
  return error_answer(state, request, {Code::not_found, "address: nothing is there", "check its spelling"});
}

}  // namespace

Wizard::Wizard(Places places, const Clock& clock) : state_(std::make_unique<State>(std::move(places), clock)) {}
Wizard::~Wizard() = default;

void Wizard::add_routes(http::Router& router) {
  State& state = *state_;
  const std::string base = std::string("/") + kBase;
  const auto get = [&](const std::string& path, Access access, PageHandler handler) {
    router.add(Method::get, base + path, page_of(state, access, std::move(handler)));
  };
  const auto post = [&](const std::string& path, Access access, PageHandler handler) {
    router.add(Method::post, base + path, page_of(state, access, std::move(handler)), kMostBody);
  };
  http::add_health_routes(router, {});
  router.add(Method::get, "/static/{file}", [&state](http::Request& request) {
    if (auto file = webui::static_file(request)) return *std::move(file);
    return error_answer(state, request, {Code::not_found, "static file: no such name"});
  });
  get("", Access::anyone, show_code);
  post("/sign-in", Access::anyone, take_code);
  post("/preferences", Access::anyone, take_preferences);
  get("/summary", Access::signed_in, show_summary);
  post("/summary", Access::signed_in, hand_over);
  get("/progress", Access::signed_in, show_progress);
  post("/again", Access::signed_in, try_again);
  get("/{page}", Access::signed_in, show_questions);
  post("/{page}", Access::signed_in, take_answers);
  router.set_not_found([&state](const http::Request& request) { return elsewhere(state, request); });
  router.set_error_answer(
      [&state](const http::Request& request, const Error& error) { return error_answer(state, request, error); });
}

bool Wizard::over() {
  const std::scoped_lock held(state_->mutex);
  const auto progress = firstboot::read_progress(state_->places.machine);
  if (!progress || progress->phase != firstboot::Phase::done) return false;
  const Timestamp now = state_->clock.now();
  if (!state_->done_seen) state_->done_seen = now;
  return now - *state_->done_seen >= kAfterDone ||
         (state_->ready_shown && now - *state_->ready_shown >= kAfterReadyShown);
}

}  // namespace slipway::wizard
