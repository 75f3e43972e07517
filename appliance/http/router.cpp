#include "appliance/http/router.hpp"

#include <algorithm>
#include <array>

namespace slipway::http {
namespace {

bool is_parameter(const std::string& segment) { return segment.size() > 2 && segment.front() == '{'; }
bool is_rest(const std::string& segment) { return segment.size() > 5 && segment.ends_with("...}"); }
std::string parameter_name(const std::string& segment) {
  return segment.substr(1, segment.size() - (is_rest(segment) ? 5 : 2));
}

std::vector<std::string> split(const std::string& pattern) {
  std::vector<std::string> segments;
  for (std::size_t at = 0; at < pattern.size();) {
    const std::size_t next = std::min(pattern.find('/', at + 1), pattern.size());
    segments.push_back(pattern.substr(at + 1, next - at - 1));
    at = next;
  }
  return segments;
}

/// Constant before {parameter} before {rest...}, from the first segment on.
bool more_specific(const Router::Route& a, const Router::Route& b) {
  const auto rank = [](const std::string& segment) { return is_rest(segment) ? 2 : is_parameter(segment) ? 1 : 0; };
  for (std::size_t i = 0; i < std::min(a.segments.size(), b.segments.size()); ++i)
    if (rank(a.segments[i]) != rank(b.segments[i])) return rank(a.segments[i]) < rank(b.segments[i]);
  return a.segments.size() > b.segments.size();
}

/// Whether the path fits; calls `found(segment, value)` for each parameter.
template <typename Found>
bool matches(const std::vector<std::string>& segments, std::string_view path, Found found) {
  for (const std::string& segment : segments) {
    if (path.empty()) return false;
    path.remove_prefix(1);
    if (is_rest(segment)) {
      if (path.empty()) return false;
      found(segment, path);
      return true;
    }
    const std::string_view value = path.substr(0, path.find('/'));
    if (is_parameter(segment)) {
      if (value.empty()) return false;
      found(segment, value);
    } else if (value != segment) {
      return false;
    }
    path.remove_prefix(value.size());
  }
  return path.empty();
}

Method route_method(Method method) { return method == Method::head ? Method::get : method; }

}  // namespace

std::string_view method_name(Method method) {
  static constexpr std::array<std::string_view, 7> names{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"};
  return names[static_cast<std::size_t>(method)];
}

void Router::add(Method method, const std::string& pattern, Handler handler, std::uint64_t body_bytes) {
  insert({method, pattern, split(pattern), std::move(handler), body_bytes, false});
}

void Router::add_quick(Method method, const std::string& pattern, Handler handler) {
  insert({method, pattern, split(pattern), std::move(handler), UINT64_MAX, true});
}

void Router::insert(Route route) {
  const auto place = std::upper_bound(routes_.begin(), routes_.end(), route, more_specific);
  routes_.insert(place, std::move(route));
}

void Router::set_not_found(Handler handler) { not_found_ = std::move(handler); }
void Router::set_error_answer(ErrorAnswer answer) { error_answer_ = std::move(answer); }
void Router::set_guard(Guard guard) { guard_ = std::move(guard); }

const Router::Route* Router::find(Request& request) const {
  const Method wanted = route_method(request.method);
  for (const Route& route : routes_) {
    if (route.method != wanted || !matches(route.segments, request.path, [](const auto&, auto) {})) continue;
    matches(route.segments, request.path, [&](const std::string& segment, std::string_view value) {
      request.parameters.insert_or_assign(parameter_name(segment), std::string(value));
    });
    request.route = route.pattern;
    return &route;
  }
  return nullptr;
}

Response Router::dispatch(Request& request) const { return dispatch(request, find(request)); }

Response Router::dispatch(Request& request, const Route* found) const {
  if (found != nullptr) {
    const bool reads = route_method(request.method) == Method::get || request.method == Method::options;
    return guard_ && !reads ? guard_(request, found->handler) : found->handler(request);
  }
  const std::string allow = allowed_methods(request.path);
  if (!allow.empty() && request.method == Method::options)
    return Response{.status = 204, .headers = {{"Allow", allow}}};
  Response response =
      not_found_ ? not_found_(request)
                 : Response::problem({Code::not_found, "page '" + request.path + "': does not exist"}, request.id);
  if (!allow.empty()) {
    response.status = 405;
    response.with("Allow", allow);
  }
  return response;
}

std::string Router::allowed_methods(const std::string& path) const {
  std::string allow;
  for (const Method method : {Method::get, Method::head, Method::post, Method::put, Method::patch, Method::del}) {
    const bool known = std::any_of(routes_.begin(), routes_.end(), [&](const Route& route) {
      return route.method == route_method(method) && matches(route.segments, path, [](const auto&, auto) {});
    });
    if (known) allow.append(allow.empty() ? "" : ", ").append(method_name(method));
  }
  return allow;
}

Response Router::error_answer(const Request& request, const Error& error) const {
  Response response = error_answer_ ? error_answer_(request, error) : Response::problem(error, request.id);
  response.status = traits(error.code).http_status;
  return response;
}

}  // namespace slipway::http
