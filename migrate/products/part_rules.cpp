#include "migrate/products/part_rules.hpp"

#include <algorithm>
#include <array>

namespace slipway::migrate {
namespace {

constexpr int kMostNesting = 100;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

bool is_file(const Part& part) {
  if (!part.file_name.empty()) return true;
  const std::string disposition = header_field(part.headers, "Content-Disposition");
  return equal_ignoring_case(std::string_view(disposition).substr(0, 10), "attachment");
}

std::optional<std::size_t> find_body(const std::vector<Part>& parts, std::size_t at, int depth) {
  const Part& part = parts[at];
  if (is_file(part) || depth > kMostNesting) return std::nullopt;
  if (part.media_type == "text/plain" || part.media_type == "text/html") return at;
  const bool alternative = part.media_type.starts_with("multipart/") && part.media_type != "multipart/mixed";
  if (!alternative && part.media_type != "multipart/mixed" && part.media_type != "message/rfc822") return std::nullopt;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (parts[i].parent != part.id || i == at) continue;
    if (alternative) {
      if (parts[i].media_type == "text/plain" && parts[i].size_bytes > 0) return i;
    } else if (const auto found = find_body(parts, i, depth + 1)) {
      return found;
    }
  }
  return std::nullopt;
}

}  // namespace

bool is_container(const Part& part) {
  return part.media_type.starts_with("multipart/") || (part.media_type.starts_with("message/") && part.size_bytes == 0);
}

std::optional<std::size_t> choose_body(const std::vector<Part>& parts) {
  for (std::size_t i = 0; i < parts.size(); ++i)
    if (const auto found = find_body(parts, i, 0)) return found;
  return std::nullopt;
}

std::string header_field(std::string_view headers, std::string_view name) {
  std::string value;
  bool inside = false;
  while (!headers.empty()) {
    const auto end = std::min(headers.find('\n'), headers.size());
    std::string_view line = headers.substr(0, end);
    headers.remove_prefix(std::min(end + 1, headers.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!line.empty() && (line.front() == ' ' || line.front() == '\t')) {
      if (inside) value.append(" ").append(line.substr(std::min(line.find_first_not_of(" \t"), line.size())));
      continue;
    }
    if (inside) break;
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || !equal_ignoring_case(line.substr(0, colon), name)) continue;
    inside = true;
    const auto start = line.find_first_not_of(" \t", colon + 1);
    value = start == std::string_view::npos ? "" : line.substr(start);
  }
  return value;
}

std::string made_up_name(const Part& part) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 8> endings{{{"text/plain", ".txt"},
                                                                                         {"text/html", ".html"},
                                                                                         {"text/csv", ".csv"},
                                                                                         {"text/calendar", ".ics"},
                                                                                         {"image/png", ".png"},
                                                                                         {"image/jpeg", ".jpg"},
                                                                                         {"application/pdf", ".pdf"},
                                                                                         {"message/rfc822", ".eml"}}};
  const auto* found =
      std::find_if(endings.begin(), endings.end(), [&](const auto& e) { return e.first == part.media_type; });
  return "part-" + std::to_string(part.id) + std::string(found == endings.end() ? ".bin" : found->second);
}

std::string plain_address(std::string_view text) {
  std::string plain;
  bool at_start = true;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool hex = (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'f');
    const bool more = i + 1 < text.size() && ((text[i + 1] >= '0' && text[i + 1] <= '9') ||
                                              (lower(text[i + 1]) >= 'a' && lower(text[i + 1]) <= 'f'));
    if (at_start && c == '0' && more) continue;
    plain += c;
    at_start = !hex;
  }
  return plain;
}

}  // namespace slipway::migrate
