// The REST interface's routes: who calls, what is called, how errors are told.
#include "embedded/openapi.hpp"
#include "services/desk/file_rules.hpp"
#include "services/desk/rest_problem.hpp"
#include "services/desk/rest_requests.hpp"
#include "services/desk/routes.hpp"

namespace slipway::desk {
namespace {

using RestFunction = Result<http::Response> (*)(const RestCall&);

Error who_are_you() {
  return {Code::unauthenticated, "API token: missing, unknown or expired", "send Authorization: Bearer TOKEN"};
}

/// The token of "Authorization: Bearer TOKEN". Cookies are never looked at: no page can make a browser call this.
std::optional<Secret> bearer_token(const http::Request& request) {
  constexpr std::string_view kScheme = "bearer ";
  const auto header = request.header("authorization");
  if (header.size() <= kScheme.size() || header.size() > 300) return std::nullopt;
  for (std::size_t i = 0; i < kScheme.size(); ++i)
    if ((header[i] | (i + 1 < kScheme.size() ? 0x20 : 0)) != kScheme[i]) return std::nullopt;
  return Secret(header.substr(kScheme.size()));
}

/// Says the same for an account that does not exist as for a token that is not this account's.
Result<http::Response> call_as_bearer(const Site& site, http::Request& request, RestFunction function) {
  const auto token = bearer_token(request);
  if (!token) return who_are_you();
  auto desk = site.desk(request.parameters["account"]);
  if (!desk && desk.error().code == Code::not_found) return who_are_you();
  if (!desk && desk.error().code == Code::conflict)
    return Error{Code::unavailable, desk.error().message, desk.error().hint};
  if (!desk) return desk.error();
  auto person = desk->bearer(*token, site.clock.now());
  if (!person) return person.error().code == Code::unauthenticated ? who_are_you() : person.error();
  return function({site, *desk, *person, request});
}

http::Handler handler(const Site& site, RestFunction function) {
  return [&site, function](http::Request& request) {
    auto answer = call_as_bearer(site, request, function);
    return answer ? *std::move(answer) : rest_problem(answer.error(), request.id);
  };
}

http::Response describe(const http::Request& /*request*/) {
  return http::Response::json(std::string(embedded_files::openapi().front().bytes));
}

}  // namespace

Result<Desk> Site::desk(const std::string& account) const {
  const auto name = AccountName::parse(account);
  if (!name) return Error{Code::not_found, "account: not found", "check the address"};
  SLIPWAY_TRY(auto pool, pools(*name));
  return Desk(std::move(pool), {session_key, attachment_limit});
}

http::Response attachment_response(AttachmentFile file) {
  http::Response response{.status = 200,
                          .headers = {{"Content-Type", safe_media_type(file.info.media_type)},
                                      {"Content-Disposition", download_disposition(file.info.file_name)},
                                      {"X-Content-Type-Options", "nosniff"},
                                      {"Content-Security-Policy", "default-src 'none'; sandbox"},
                                      {"Cache-Control", "private, no-store"}}};
  response.stream = std::move(file.stream);
  response.stream_size = file.info.size_bytes;
  return response;
}

void add_rest_routes(http::Router& router, const Site& site) {
  using http::Method;
  const std::string requests = "/api/v1/{account}/requests";
  router.add(Method::get, "/api/v1/openapi.json", describe);
  router.add(Method::get, requests, handler(site, rest_list));
  router.add(Method::post, requests, handler(site, rest_open));
  router.add(Method::get, requests + "/{number}", handler(site, rest_get));
  router.add(Method::post, requests + "/{number}/messages", handler(site, rest_answer));
  router.add(Method::post, requests + "/{number}/status", handler(site, rest_move));
  router.add(Method::get, "/api/v1/{account}/attachments/{attachment}", handler(site, rest_attachment));
}

}  // namespace slipway::desk
