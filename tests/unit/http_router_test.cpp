#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "appliance/http/router.hpp"

namespace slipway::http {
namespace {

class PlainRequest final : public Request {
 public:
  PlainRequest(Method with_method, std::string with_path) {
    method = with_method;
    path = std::move(with_path);
    id = "r1";
  }
  Result<std::string> body(std::uint64_t) override { return std::string(); }
  Result<Form> form(std::uint64_t) override { return Form{}; }
};

std::string header(const Response& response, const std::string& name) {
  for (const auto& [key, value] : response.headers)
    if (key == name) return value;
  return "";
}

/// Every handler answers its pattern and parameters.
Router desk_router() {
  Router router;
  const auto add = [&](Method method, const std::string& pattern) {
    router.add(method, pattern, [](Request& request) {
      std::string text = request.route;
      for (const auto& [name, value] : request.parameters) text.append(" ").append(name).append("=").append(value);
      return Response::text(text);
    });
  };
  add(Method::get, "/{account}/requests/{number}");
  add(Method::get, "/{account}/requests/new");
  add(Method::get, "/{account}/requests");
  add(Method::post, "/{account}/requests");
  add(Method::get, "/static/{rest...}");
  add(Method::get, "/");
  return router;
}

std::string answered(Method method, const std::string& path) {
  PlainRequest request(method, path);
  const Response response = desk_router().dispatch(request);
  return response.status == 200 ? response.body : std::to_string(response.status) + " " + header(response, "Allow");
}

TEST(Router, PrefersTheMoreSpecificRoute) {
  EXPECT_EQ(answered(Method::get, "/"), "/");
  EXPECT_EQ(answered(Method::get, "/acme/requests/new"), "/{account}/requests/new account=acme");
  EXPECT_EQ(answered(Method::get, "/acme/requests/7"), "/{account}/requests/{number} account=acme number=7");
  EXPECT_EQ(answered(Method::get, "/static/requests"), "/static/{rest...} rest=requests");
  EXPECT_EQ(answered(Method::get, "/static/css/a.css"), "/static/{rest...} rest=css/a.css");
  EXPECT_EQ(answered(Method::head, "/acme/requests"), "/{account}/requests account=acme");
}

TEST(Router, TellsMissingPagesFromOtherMethods) {
  EXPECT_EQ(answered(Method::get, "/acme"), "404 ");
  EXPECT_EQ(answered(Method::get, "/acme/requests/"), "404 ");
  EXPECT_EQ(answered(Method::get, "//requests"), "404 ");
  EXPECT_EQ(answered(Method::get, "/static/"), "404 ");
  EXPECT_EQ(answered(Method::put, "/acme/requests"), "405 GET, HEAD, POST");
  EXPECT_EQ(answered(Method::options, "/acme/requests"), "204 GET, HEAD, POST");
}

TEST(Router, LetsTheProgramChooseHowErrorsLook) {
  Router router = desk_router();
  router.set_not_found([](Request&) { return Response::html("<p>nothing here</p>", 404); });
  router.set_error_answer([](const Request&, const Error& error) { return Response::html(error.message); });
  PlainRequest request(Method::get, "/nowhere");
  EXPECT_EQ(router.dispatch(request).body, "<p>nothing here</p>");
  const Response large = router.error_answer(request, {Code::too_large, "too much"});
  EXPECT_EQ(large.status, 413);
  EXPECT_EQ(large.body, "too much");
}

// F5
TEST(Router, PutsItsGuardBeforeChangesAlone) {
  Router router = desk_router();
  router.set_guard([](Request& request, const Handler& handler) {
    const Response answer = handler(request);
    return Response::text("guarded " + answer.body);
  });
  PlainRequest change(Method::post, "/acme/requests");
  EXPECT_EQ(router.dispatch(change).body, "guarded /{account}/requests account=acme");
  for (const Method method : {Method::get, Method::head}) {
    PlainRequest look(method, "/acme/requests");
    EXPECT_EQ(router.dispatch(look).body, "/{account}/requests account=acme");
  }
}

TEST(Response, ProblemCarriesWhatAClientNeeds) {
  const Response response = Response::problem({Code::not_found, "request 7: does not exist", "look at the list"}, "r1");
  EXPECT_EQ(response.status, 404);
  EXPECT_EQ(header(response, "Content-Type"), "application/problem+json");
  const auto problem = nlohmann::json::parse(response.body);
  EXPECT_EQ(problem.at("type"), "urn:slipway:problem:not_found");
  EXPECT_EQ(problem.at("title"), "not found");
  EXPECT_EQ(problem.at("status"), 404);
  EXPECT_EQ(problem.at("detail"), "request 7: does not exist");
  EXPECT_EQ(problem.at("hint"), "look at the list");
  EXPECT_EQ(problem.at("request_id"), "r1");
}

TEST(Response, RedirectsStayOnThisSite) {
  EXPECT_EQ(header(Response::redirect("/acme/requests?x=1"), "Location"), "/acme/requests?x=1");
  for (const char* elsewhere : {"//evil.example", "/\\evil.example", "https://evil.example", "", "acme"})
    EXPECT_EQ(header(Response::redirect(elsewhere), "Location"), "/") << elsewhere;
}

}  // namespace
}  // namespace slipway::http
