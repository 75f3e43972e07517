#include "appliance/http/incoming.hpp"

#include <algorithm>
#include <random>

#include "appliance/http/form.hpp"
#include "appliance/http/router.hpp"

namespace slipway::http {
namespace {

Error too_large(std::uint64_t limit_bytes) {
  return {Code::too_large, "request body: larger than " + std::to_string(limit_bytes) + " bytes"};
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

bool consists_of(std::string_view text, std::string_view characters) {
  return !text.empty() && text.find_first_not_of(characters) == text.npos;
}

}  // namespace

Result<std::string> IncomingRequest::body(std::uint64_t limit_bytes) {
  if (spool_.size() > limit_bytes) return too_large(limit_bytes);
  return spool_.text();
}

Result<Form> IncomingRequest::form(std::uint64_t limit_bytes) {
  if (spool_.size() > limit_bytes) return too_large(limit_bytes);
  const auto stream = spool_.stream();
  return read_form(header("content-type"), *stream, limit_bytes, files_);
}

std::string new_request_id() {
  thread_local std::mt19937_64 random = [] {
    std::random_device device;
    std::seed_seq seed{device(), device(), device(), device()};
    return std::mt19937_64(seed);
  }();
  std::uint64_t bits = random();
  std::string id(16, '0');
  for (char& c : id) {
    c = "0123456789abcdef"[bits & 0xfU];
    bits >>= 4U;
  }
  return id;
}

std::optional<Method> parse_method(std::string_view name) {
  for (const Method method :
       {Method::get, Method::post, Method::head, Method::put, Method::patch, Method::del, Method::options})
    if (name == method_name(method)) return method;
  return std::nullopt;
}

std::map<std::string, std::string> parse_cookies(std::string_view header) {
  std::map<std::string, std::string> cookies;
  while (!header.empty()) {
    const std::string_view pair = header.substr(0, header.find(';'));
    header.remove_prefix(std::min(header.size(), pair.size() + 1));
    const std::size_t equals = pair.find('=');
    if (equals == pair.npos) continue;
    std::string_view value = trimmed(pair.substr(equals + 1));
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
    cookies.emplace(trimmed(pair.substr(0, equals)), value);  // the first wins: the one with the longest path
  }
  return cookies;
}

void adopt_proxy_headers(Request& request) {
  const std::string forwarded = request.header("x-forwarded-for");
  const std::string_view last = trimmed(std::string_view(forwarded).substr(forwarded.rfind(',') + 1));
  if (last.size() <= 45 && consists_of(last, "0123456789abcdefABCDEF.:")) request.client_address = last;
  const std::string id = request.header("x-request-id");
  if (id.size() >= 8 && id.size() <= 64 && consists_of(id, "0123456789abcdefABCDEF-")) request.id = id;
}

}  // namespace slipway::http
