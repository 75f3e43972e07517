#include "services/desk/file_rules.hpp"

#include <algorithm>
#include <array>

#include "appliance/base/utf8.hpp"

namespace slipway::desk {
namespace {

constexpr std::size_t kMostNameBytes = 255;
constexpr const char* kNeutralType = "application/octet-stream";

bool is_token_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
         std::string_view("!#$&-^_.+").find(c) != std::string_view::npos;
}

bool is_token(std::string_view text) { return !text.empty() && std::ranges::all_of(text, is_token_character); }

std::string lower(std::string_view text) {
  std::string out(text);
  for (auto& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

/// What a browser would run, or sniff into something it runs.
bool is_active(std::string_view type) {
  constexpr std::array<std::string_view, 8> parts = {"html",  "xml",   "script", "svg",
                                                     "mhtml", "flash", "xsl",    "multipart/"};
  return std::ranges::any_of(parts, [&](std::string_view part) { return type.find(part) != std::string_view::npos; });
}

}  // namespace

std::string safe_file_name(std::string_view name) {
  if (const auto slash = name.find_last_of("/\\"); slash != std::string_view::npos) name.remove_prefix(slash + 1);
  std::string out;
  for (const char c : name)
    if (static_cast<unsigned char>(c) >= 0x20 && c != 0x7F) out += c;
  if (!is_utf8(out))
    std::ranges::replace_if(
        out, [](char c) { return static_cast<unsigned char>(c) >= 0x80; }, '_');
  if (out.size() > kMostNameBytes) {
    auto end = kMostNameBytes;
    while (end > 0 && (static_cast<unsigned char>(out[end]) & 0xC0U) == 0x80U) --end;
    out.resize(end);
  }
  if (out.find_first_not_of(". ") == std::string::npos) return "file";
  return out;
}

std::string plain_media_type(std::string_view type) {
  const auto plain = lower(type.substr(0, type.find_first_of("; \t")));
  const auto slash = plain.find('/');
  const bool well_formed = slash != std::string::npos && plain.size() <= 127 && is_token(plain.substr(0, slash)) &&
                           is_token(plain.substr(slash + 1));
  return well_formed ? plain : kNeutralType;
}

std::string safe_media_type(std::string_view stored) {
  auto type = plain_media_type(stored);
  return is_active(type) ? kNeutralType : type;
}

std::string download_disposition(std::string_view file_name) {
  const auto name = safe_file_name(file_name);
  std::string fallback;
  std::string encoded;
  bool plain = true;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    const bool quoted_safe = byte < 0x80 && c != '"' && c != '\\' && c != '%';
    plain = plain && quoted_safe;
    // A continuation byte belongs to the underscore of its first byte.
    if (quoted_safe)
      fallback += c;
    else if ((byte & 0xC0U) != 0x80U)
      fallback += '_';
    const bool attribute = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                           std::string_view("!#$&+-.^_`|~").find(c) != std::string_view::npos;
    if (attribute) {
      encoded += c;
    } else {
      constexpr std::string_view digits = "0123456789ABCDEF";
      encoded += '%';
      encoded += digits[byte >> 4U];
      encoded += digits[byte & 15U];
    }
  }
  std::string value = "attachment; filename=\"" + fallback + '"';
  if (!plain) value += "; filename*=UTF-8''" + encoded;
  return value;
}

}  // namespace slipway::desk
