#include "appliance/http/message.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace slipway::http {

std::string Form::text(const std::string& name) const {
  const auto found = fields.find(name);
  return found == fields.end() ? std::string() : found->second;
}

std::optional<std::string> Request::query_text(const std::string& name) const {
  const auto found = query.find(name);
  if (found == query.end()) return std::nullopt;
  return found->second;
}

std::string Request::header(const std::string& lower_case_name) const {
  const auto found = headers.find(lower_case_name);
  return found == headers.end() ? std::string() : found->second;
}

Response& Response::with(std::string name, std::string value) & {
  headers.emplace_back(std::move(name), std::move(value));
  return *this;
}

Response&& Response::with(std::string name, std::string value) && {
  headers.emplace_back(std::move(name), std::move(value));
  return std::move(*this);
}

Response Response::html(std::string body, int status) {
  return Response{.status = status, .headers = {{"Content-Type", "text/html; charset=utf-8"}}, .body = std::move(body)};
}

Response Response::json(std::string body, int status) {
  return Response{.status = status, .headers = {{"Content-Type", "application/json"}}, .body = std::move(body)};
}

Response Response::text(std::string body, int status) {
  return Response{
      .status = status, .headers = {{"Content-Type", "text/plain; charset=utf-8"}}, .body = std::move(body)};
}

Response Response::redirect(const std::string& path) {
  // "//host" and "/\host" lead a browser elsewhere.
  const bool local = !path.empty() && path[0] == '/' && (path.size() == 1 || (path[1] != '/' && path[1] != '\\'));
  return Response{.status = 303, .headers = {{"Location", local ? path : "/"}}};
}

Response Response::problem(const Error& error, const std::string& request_id) {
  const CodeTraits& code = traits(error.code);
  std::string title(code.name);
  std::replace(title.begin(), title.end(), '_', ' ');
  nlohmann::ordered_json problem{{"type", "urn:slipway:problem:" + std::string(code.name)},
                                 {"title", title},
                                 {"status", code.http_status},
                                 {"detail", error.message}};
  if (!error.hint.empty()) problem["hint"] = error.hint;
  if (!request_id.empty()) problem["request_id"] = request_id;
  return Response{.status = code.http_status,
                  .headers = {{"Content-Type", "application/problem+json"}},
                  .body = problem.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace)};
}

}  // namespace slipway::http
