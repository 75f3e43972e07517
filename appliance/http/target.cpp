#include "appliance/http/target.hpp"

#include <algorithm>

namespace slipway::http {
namespace {

Error refused(const char* what) { return {Code::invalid_argument, std::string("request target: ") + what}; }

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// Appends the decoded text; false when an escape is broken.
bool decode(std::string_view text, bool plus_is_space, std::string& out) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    char c = text[at];
    if (c == '%') {
      if (at + 2 >= text.size()) return false;
      const int high = hex_digit(text[at + 1]);
      const int low = hex_digit(text[at + 2]);
      if (high < 0 || low < 0) return false;
      c = static_cast<char>(high * 16 + low);
      at += 2;
    } else if (c == '+' && plus_is_space) {
      c = ' ';
    }
    out += c;
  }
  return true;
}

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return (c >= 0 && c < 0x20) || c == 0x7f; });
}

Status parse_path(std::string_view raw, std::string& path) {
  std::string_view rest = raw;
  while (!rest.empty()) {
    rest.remove_prefix(1);  // the slash
    const std::string_view raw_segment = rest.substr(0, rest.find('/'));
    rest.remove_prefix(raw_segment.size());
    path += '/';
    const std::size_t start = path.size();
    if (!decode(raw_segment, false, path)) return refused("broken percent escape");
    const std::string_view segment = std::string_view(path).substr(start);
    if (segment == "." || segment == "..") return refused("dot segment in the path");
    if (segment.find('/') != segment.npos || segment.find('\\') != segment.npos)
      return refused("encoded slash or backslash in the path");
  }
  if (has_control(path)) return refused("control character in the path");
  if (!is_utf8(path)) return refused("path is not UTF-8");
  return {};
}

Status parse_query(std::string_view raw, std::multimap<std::string, std::string>& query) {
  while (!raw.empty()) {
    const std::string_view pair = raw.substr(0, raw.find('&'));
    raw.remove_prefix(std::min(raw.size(), pair.size() + 1));
    if (pair.empty()) continue;
    const std::size_t equals = pair.find('=');
    std::string name;
    std::string value;
    if (!decode(pair.substr(0, equals), true, name)) return refused("broken percent escape");
    if (equals != pair.npos && !decode(pair.substr(equals + 1), true, value)) return refused("broken percent escape");
    if (name.find('\0') != name.npos || value.find('\0') != value.npos) return refused("NUL in the query");
    if (!is_utf8(name) || !is_utf8(value)) return refused("query is not UTF-8");
    query.emplace(std::move(name), std::move(value));
  }
  return {};
}

}  // namespace

bool is_utf8(std::string_view text) {
  std::size_t at = 0;
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  while (at < text.size()) {
    const unsigned lead = byte(at);
    if (lead < 0x80) {
      ++at;
      continue;
    }
    const std::size_t more = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : 1;
    if (lead < 0xc2 || lead > 0xf4 || at + more >= text.size()) return false;
    for (std::size_t i = 1; i <= more; ++i)
      if ((byte(at + i) & 0xc0U) != 0x80U) return false;
    const unsigned second = byte(at + 1);  // overlong forms, surrogates, beyond U+10FFFF
    if ((lead == 0xe0 && second < 0xa0) || (lead == 0xed && second > 0x9f) || (lead == 0xf0 && second < 0x90) ||
        (lead == 0xf4 && second > 0x8f))
      return false;
    at += more + 1;
  }
  return true;
}

Result<Target> parse_target(std::string_view target) {
  if (target.substr(0, 7) == "http://" || target.substr(0, 8) == "https://") {  // absolute form: the host is ignored
    const std::size_t slash = target.find('/', target.find("://") + 3);
    target = slash == target.npos ? std::string_view("/") : target.substr(slash);
  }
  if (target.empty() || target.front() != '/') return refused("not a path");
  if (target.find('#') != target.npos) return refused("fragment in the target");
  const std::size_t mark = target.find('?');
  Target parsed;
  SLIPWAY_CHECK(parse_path(target.substr(0, mark), parsed.path));
  if (mark != target.npos) SLIPWAY_CHECK(parse_query(target.substr(mark + 1), parsed.query));
  return parsed;
}

}  // namespace slipway::http
