#include "appliance/http/head.hpp"

#include <algorithm>
#include <charconv>

namespace slipway::http {
namespace {

constexpr std::size_t kMostHeaders = 100;

bool is_token_character(char c) {
  if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) return true;
  return c != '\0' && std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_token_character);
}

/// Visible characters, spaces and tabs; bytes beyond ASCII are let through as they are.
bool is_field_value(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) { return (c >= 0 && c < 0x20 && c != '\t') || c == 0x7f; });
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

void lower(std::string& text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
}

std::string lowered(std::string_view text) {
  std::string copy(text);
  lower(copy);
  return copy;
}

bool list_holds(std::string_view list, std::string_view wanted) {
  while (!list.empty()) {
    const std::string_view item = list.substr(0, list.find(','));
    if (lowered(trimmed(item)) == wanted) return true;
    list.remove_prefix(std::min(list.size(), item.size() + 1));
  }
  return false;
}

std::optional<Refusal> parse_request_line(std::string_view line, Head& head, bool& http11) {
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  if (first == line.npos || first == last) return Refusal{400, "malformed request line"};
  const std::string_view method = line.substr(0, first);
  const std::string_view target = line.substr(first + 1, last - first - 1);
  const std::string_view version = line.substr(last + 1);
  if (!is_token(method) || method.size() > 32) return Refusal{400, "malformed method"};
  const bool printable = std::all_of(target.begin(), target.end(), [](char c) { return c > 0x20 && c < 0x7f; });
  if (target.empty() || !printable) return Refusal{400, "malformed request target"};
  const bool well_formed = version.size() == 8 && version.substr(0, 5) == "HTTP/" && version[6] == '.' &&
                           version[5] >= '0' && version[5] <= '9' && version[7] >= '0' && version[7] <= '9';
  if (!well_formed) return Refusal{400, "malformed HTTP version"};
  if (version[5] != '1') return Refusal{505, "HTTP version not supported"};
  http11 = version[7] != '0';
  head.method = method;
  head.target = target;
  return std::nullopt;
}

std::optional<Refusal> parse_field(std::string_view line, Head& head) {
  const std::size_t colon = line.find(':');
  if (colon == line.npos || !is_token(line.substr(0, colon))) return Refusal{400, "malformed header line"};
  const std::string_view value = trimmed(line.substr(colon + 1));
  if (!is_field_value(value)) return Refusal{400, "control character in a header"};
  std::string name(line.substr(0, colon));
  lower(name);
  if (const auto known = head.headers.find(name); known != head.headers.end()) {
    if (name == "content-length" || name == "transfer-encoding" || name == "host")
      return Refusal{400, "repeated framing header"};
    known->second.append(name == "cookie" ? "; " : ", ").append(value);
  } else {
    if (head.headers.size() == kMostHeaders) return Refusal{431, "too many headers"};
    head.headers.emplace(std::move(name), value);
  }
  return std::nullopt;
}

/// Where the body ends: Content-Length or chunked, never both and never doubtful.
std::optional<Refusal> decide_framing(Head& head, bool http11) {
  const auto length = head.headers.find("content-length");
  const auto coding = head.headers.find("transfer-encoding");
  if (coding != head.headers.end()) {
    if (length != head.headers.end()) return Refusal{400, "both Content-Length and Transfer-Encoding"};
    if (!http11) return Refusal{400, "Transfer-Encoding in HTTP/1.0"};
    if (lowered(coding->second) != "chunked") return Refusal{501, "transfer coding not supported"};
    head.chunked = true;
  } else if (length != head.headers.end()) {
    const std::string& digits = length->second;
    const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), head.content_length);
    const bool sound = !digits.empty() && digits.front() != '-' && end == digits.data() + digits.size();
    if (!sound || problem == std::errc::invalid_argument) return Refusal{400, "malformed Content-Length"};
    if (problem == std::errc::result_out_of_range) head.content_length = UINT64_MAX;
  }
  return std::nullopt;
}

}  // namespace

std::optional<Refusal> parse_head(std::string_view bytes, Head& head) {
  head = Head{};
  bool http11 = false;
  bool first = true;
  for (;;) {
    const std::size_t end = bytes.find("\r\n");
    if (end == bytes.npos) return Refusal{400, "malformed header line"};
    const std::string_view line = bytes.substr(0, end);
    bytes.remove_prefix(end + 2);
    if (line.find('\n') != line.npos || line.find('\r') != line.npos) return Refusal{400, "bare line end"};
    if (line.empty()) break;
    if (auto refusal = first ? parse_request_line(line, head, http11) : parse_field(line, head)) return refusal;
    first = false;
  }
  if (first) return Refusal{400, "malformed request line"};
  if (auto refusal = decide_framing(head, http11)) return refusal;
  const auto host = head.headers.find("host");
  if (http11 && host == head.headers.end()) return Refusal{400, "Host is missing"};
  const auto connection = head.headers.find("connection");
  const std::string_view options = connection == head.headers.end() ? std::string_view() : connection->second;
  head.keep_alive = http11 ? !list_holds(options, "close") : list_holds(options, "keep-alive");
  if (const auto expect = head.headers.find("expect"); expect != head.headers.end() && http11) {
    if (lowered(expect->second) != "100-continue") return Refusal{417, "expectation not supported"};
    head.expect_continue = true;
  }
  return std::nullopt;
}

}  // namespace slipway::http
