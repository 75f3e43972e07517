#include "migrate/products/mime_decode.hpp"

#include <gmime/gmime.h>

#include <array>
#include <cerrno>
#include <memory>
#include <mutex>

#include "migrate/products/charset_rules.hpp"

namespace slipway::migrate {
namespace {

void use_gmime() {
  static std::once_flag once;
  std::call_once(once, [] { g_mime_init(); });
}

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return lower;
}

std::string charset_of(std::string_view content_type) {
  if (content_type.empty()) return "utf-8";
  const std::string field(content_type);
  GMimeContentType* parsed = g_mime_content_type_parse(nullptr, field.c_str());
  if (parsed == nullptr) return "utf-8";
  const char* charset = g_mime_content_type_get_parameter(parsed, "charset");
  std::string name = lower_case(charset == nullptr ? "utf-8" : charset);
  g_object_unref(parsed);
  return name;
}

void append_escaped(std::string& text, char byte) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  const auto value = static_cast<unsigned char>(byte);
  text.append("\\x");
  text += digits[value >> 4U];
  text += digits[value & 15U];
}

std::string repaired_utf8(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size());
  while (!bytes.empty()) {
    const char* end = nullptr;
    if (g_utf8_validate(bytes.data(), static_cast<gssize>(bytes.size()), &end) != 0) return text.append(bytes);
    const auto good = static_cast<std::size_t>(end - bytes.data());
    text.append(bytes.substr(0, good));
    // The validator stops at NUL too, which is a character like others here.
    if (bytes[good] == '\0')
      text += '\0';
    else
      append_escaped(text, bytes[good]);
    bytes.remove_prefix(good + 1);
  }
  return text;
}

std::string converted(iconv_t converter, std::string_view bytes) {
  std::string text;
  std::string input(bytes);
  char* in = input.data();
  std::size_t in_left = input.size();
  std::array<char, 4096> buffer{};
  while (in_left > 0) {
    char* out = buffer.data();
    std::size_t out_left = buffer.size();
    const std::size_t result = g_mime_iconv(converter, &in, &in_left, &out, &out_left);
    const int fault = errno;
    text.append(buffer.data(), buffer.size() - out_left);
    if (result != static_cast<std::size_t>(-1) || fault == E2BIG) continue;
    append_escaped(text, *in);
    ++in;
    --in_left;
  }
  return text;
}

}  // namespace

Result<std::string> decode_transfer(std::string_view encoding, std::string bytes) {
  use_gmime();
  const std::string name = lower_case(encoding);
  if (name.empty() || name == "none" || name == "7bit" || name == "8bit" || name == "binary") return bytes;
  GMimeContentEncoding kind = GMIME_CONTENT_ENCODING_DEFAULT;
  if (name == "base64") kind = GMIME_CONTENT_ENCODING_BASE64;
  if (name == "quoted-printable") kind = GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE;
  if (kind == GMIME_CONTENT_ENCODING_DEFAULT)
    return Error{Code::unsupported, "content encoding '" + name.substr(0, 40) + "': not known"};
  GMimeEncoding state;
  g_mime_encoding_init_decode(&state, kind);
  std::string decoded(g_mime_encoding_outlen(&state, bytes.size()) + 4, '\0');
  std::size_t length = g_mime_encoding_step(&state, bytes.data(), bytes.size(), decoded.data());
  length += g_mime_encoding_flush(&state, "", 0, decoded.data() + length);
  decoded.resize(length);
  return decoded;
}

std::string to_utf8(std::string_view content_type, std::string_view bytes) {
  use_gmime();
  const std::string charset = charset_of(content_type);
  if (charset == "utf-8" || charset == "utf8" || charset == "us-ascii" || charset == "ascii")
    return repaired_utf8(bytes);
  const iconv_t converter = g_mime_iconv_open("UTF-8", charset.c_str());
  if (converter == reinterpret_cast<iconv_t>(-1)) return repaired_utf8(bytes);  // NOLINT: iconv's own error value
  std::string text = repaired_utf8(converted(converter, bytes));
  g_mime_iconv_close(converter);
  return text;
}

std::string text_of(std::string_view charset, std::string_view content_type, std::string_view bytes) {
  if (charset.empty()) return to_utf8(content_type, bytes);
  if (lower_case(charset) == "utf-8 twice") return once_encoded(to_utf8("", bytes));
  return to_utf8("text/plain; charset=\"" + std::string(charset) + "\"", bytes);
}

}  // namespace slipway::migrate
