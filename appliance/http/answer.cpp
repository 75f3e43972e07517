#include "appliance/http/answer.hpp"

#include <Poco/Net/HTTPResponse.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>
#include <nlohmann/json.hpp>

namespace slipway::http {
namespace {

struct Default {
  std::string_view name;
  std::string_view value;
  bool tls_only;
};

constexpr std::array<Default, 5> kDefaults{{
    {"Cache-Control", "no-store", false},
    {"Content-Security-Policy",
     "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'; img-src "
     "'self' data:",
     false},
    {"Referrer-Policy", "same-origin", false},
    {"X-Content-Type-Options", "nosniff", false},
    {"Strict-Transport-Security", "max-age=31536000", true},
}};

/// Headers that the server alone writes.
constexpr std::array<std::string_view, 5> kOwn{"Connection", "Content-Length", "Date", "Transfer-Encoding",
                                               "X-Request-Id"};

bool same_name(std::string_view a, std::string_view b) {
  const auto low = [](char c) { return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c; };
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [&](char x, char y) { return low(x) == low(y); });
}

void append_number(std::string& out, std::uint64_t number) {
  std::array<char, 20> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ");
  const std::size_t start = out.size();
  out.append(value);
  std::replace_if(
      out.begin() + static_cast<std::ptrdiff_t>(start), out.end(),
      [](char c) { return (c >= 0 && c < 0x20) || c == 0x7f; }, ' ');
  out.append("\r\n");
}

/// "Date: …" with line end, made once a second and thread.
std::string_view date_line() {
  thread_local std::time_t made = 0;
  thread_local std::array<char, 64> line{};
  thread_local std::size_t size = 0;
  const std::time_t now = std::time(nullptr);
  if (now != made) {
    std::tm parts{};
    gmtime_r(&now, &parts);
    size = std::strftime(line.data(), line.size(), "Date: %a, %d %b %Y %H:%M:%S GMT\r\n", &parts);
    made = now;
  }
  return {line.data(), size};
}

}  // namespace

void AnswerWriter::append_head(std::string& out, const Response& response, const AnswerFacts& facts) const {
  out.append("HTTP/1.1 ");
  append_number(out, static_cast<std::uint64_t>(response.status));
  out.append(" ").append(
      Poco::Net::HTTPResponse::getReasonForStatus(static_cast<Poco::Net::HTTPResponse::HTTPStatus>(response.status)));
  out.append("\r\n").append(date_line());
  if (status_has_body(response.status)) {
    out.append("Content-Length: ");
    append_number(out, facts.content_length);
    out.append("\r\n");
  }
  std::array<bool, kDefaults.size()> given{};
  for (const auto& header : response.headers) {
    const std::string& name = header.first;
    if (std::any_of(kOwn.begin(), kOwn.end(), [&](std::string_view own) { return same_name(own, name); })) continue;
    for (std::size_t i = 0; i < kDefaults.size(); ++i) given[i] = given[i] || same_name(kDefaults[i].name, name);
    append_field(out, name, header.second);
  }
  for (std::size_t i = 0; i < kDefaults.size(); ++i)
    if (!given[i] && (tls_ || !kDefaults[i].tls_only))
      out.append(kDefaults[i].name).append(": ").append(kDefaults[i].value).append("\r\n");
  out.append("X-Request-Id: ").append(facts.request_id);
  out.append(facts.keep_alive ? "\r\nConnection: keep-alive\r\n\r\n" : "\r\nConnection: close\r\n\r\n");
}

Response status_problem(int status, std::string_view reason, const std::string& request_id) {
  const std::string title =
      Poco::Net::HTTPResponse::getReasonForStatus(static_cast<Poco::Net::HTTPResponse::HTTPStatus>(status));
  const nlohmann::ordered_json problem{{"type", "about:blank"},
                                       {"title", title},
                                       {"status", status},
                                       {"detail", std::string(reason)},
                                       {"request_id", request_id}};
  return Response{.status = status, .headers = {{"Content-Type", "application/problem+json"}}, .body = problem.dump()};
}

}  // namespace slipway::http
