// The addresses of all pages.
#include "services/desk/page_actions.hpp"
#include "services/desk/page_list.hpp"
#include "services/desk/page_people.hpp"
#include "services/desk/page_ticket.hpp"
#include "services/webui/frame.hpp"

namespace slipway::desk {
namespace {

using http::Method;

constexpr std::uint64_t kSmallForm = 64U << 10U;

http::Response static_file(const Site& site, const http::Request& request) {
  if (auto file = webui::static_file(request)) return *std::move(file);
  return error_response(site, request, {Code::not_found, "static file: no such name"});
}

Result<http::Response> attachment(pages::Visit& visit, http::Request& request) {
  std::int64_t id = 0;
  const std::string& text = request.parameters.at("id");
  const bool digits = !text.empty() && text.size() < 19 && text.find_first_not_of("0123456789") == std::string::npos;
  if (digits) id = std::stoll(text);
  SLIPWAY_TRY(auto file, visit.desk->attachment(visit.person(), id));
  return attachment_response(std::move(file));
}

Result<Administrator> administrator(const pages::Visit& visit) {
  if (visit.person().role != Role::administrator)
    return Error{Code::forbidden, "page: for administrators of the account", "ask one of them"};
  return Administrator{visit.account, visit.face.kind, visit.language, visit.now};
}

}  // namespace

void add_administrator_page(http::Router& router, const Site& site, const std::string& pattern,
                            std::function<Result<View>(const Administrator&)> view) {
  const auto page = [view = std::move(view)](pages::Visit& visit,
                                             http::Request& /*request*/) -> Result<http::Response> {
    SLIPWAY_TRY(const auto who, administrator(visit));
    SLIPWAY_TRY(auto shown, view(who));
    return pages::render(visit, shown.page, std::move(shown.values), shown.status);
  };
  router.add(Method::get, pattern, pages::account_page(site, pages::Access::signed_in, page));
}

void add_administrator_answer(
    http::Router& router, const Site& site, const std::string& pattern,
    std::function<Result<http::Response>(const Administrator&, const http::Request&)> answer) {
  const auto page = [answer = std::move(answer)](pages::Visit& visit,
                                                 http::Request& request) -> Result<http::Response> {
    SLIPWAY_TRY(const auto who, administrator(visit));
    return answer(who, request);
  };
  router.add(Method::get, pattern, pages::account_page(site, pages::Access::signed_in, page));
}

void add_page_routes(http::Router& router, const Site& site) {
  using namespace pages;
  const auto get = [&](const std::string& pattern, Access access, Page page) {
    router.add(Method::get, pattern, account_page(site, access, std::move(page)));
  };
  const auto post = [&](const std::string& pattern, Access access, Page page, std::uint64_t body_bytes) {
    router.add(Method::post, pattern, account_page(site, access, std::move(page)), body_bytes);
  };
  using Found = Result<http::Response> (*)(Visit&, http::Request&);
  router.add(Method::get, "/", free_page(site, show_landing));
  router.add(Method::get, "/static/{file}", [&site](http::Request& request) { return static_file(site, request); });

  get("/{account}", Access::signed_in, [](Visit& visit, http::Request&) { return Result(go(visit, "/requests")); });
  get("/{account}/sign-in", Access::anyone, show_sign_in);
  post("/{account}/sign-in", Access::anyone, sign_in, kSmallForm);
  post("/{account}/sign-out", Access::signed_in, sign_out, kSmallForm);
  post("/{account}/preferences", Access::anyone, set_preferences, kSmallForm);
  get("/{account}/profile", Access::signed_in, show_profile);
  post("/{account}/profile/language", Access::signed_in, set_profile_language, kSmallForm);
  post("/{account}/profile/password", Access::signed_in, change_password, kSmallForm);

  get("/{account}/requests", Access::signed_in, show_list);
  get("/{account}/requests/new", Access::signed_in, show_new);
  post("/{account}/requests/new", Access::signed_in, open_ticket, site.body_limit);
  get("/{account}/requests/{number}", Access::signed_in, static_cast<Found>(show_ticket));
  post("/{account}/requests/{number}/answer", Access::signed_in, answer_ticket, site.body_limit);
  post("/{account}/requests/{number}/move", Access::signed_in, move_ticket, kSmallForm);
  post("/{account}/requests/{number}/assign", Access::signed_in, assign_ticket, kSmallForm);
  post("/{account}/requests/{number}/team", Access::signed_in, set_ticket_team, kSmallForm);
  post("/{account}/requests/{number}/severity", Access::signed_in, set_ticket_severity, kSmallForm);
  get("/{account}/attachments/{id}", Access::signed_in, attachment);
}

}  // namespace slipway::desk
