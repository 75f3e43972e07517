#include "migrate/products/charset_rules.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

namespace slipway::migrate {
namespace {

/// What windows-1252 has at 0x80 to 0x9F; 0: nothing, which MySQL's latin1 takes for the control character there.
constexpr std::array<std::uint16_t, 32> kUpperControls{0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
                                                       0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0,      0x017D, 0,
                                                       0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
                                                       0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178};

/// The next character of `text` from `at` on, which is moved behind it; nothing when the bytes are no UTF-8.
std::optional<std::uint32_t> next_character(std::string_view text, std::size_t& at) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(text[i])); };
  const std::uint32_t first = byte(at);
  const std::size_t length = first < 0x80U ? 1 : first >= 0xF0U ? 4 : first >= 0xE0U ? 3 : 2;
  if (length == 1) return ++at, first;
  if (first < 0xC2U || first > 0xF4U || at + length > text.size()) return std::nullopt;
  std::uint32_t character = first & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(at + i) & 0xC0U) != 0x80U) return std::nullopt;
    character = (character << 6U) | (byte(at + i) & 0x3FU);
  }
  constexpr std::array<std::uint32_t, 5> least{0, 0, 0x80U, 0x800U, 0x10000U};
  if (character < least[length] || character > 0x10FFFFU || (character >= 0xD800U && character < 0xE000U))
    return std::nullopt;
  at += length;
  return character;
}

std::optional<char> latin1_byte(std::uint32_t character) {
  if (character < 0x100U) return static_cast<char>(character);
  const auto* found = std::find(kUpperControls.begin(), kUpperControls.end(), character);
  if (found == kUpperControls.end()) return std::nullopt;
  return static_cast<char>(0x80 + (found - kUpperControls.begin()));
}

}  // namespace

std::string once_encoded(std::string_view utf8) {
  std::string bytes;
  for (std::size_t at = 0; at < utf8.size();) {
    const auto character = next_character(utf8, at);
    const auto byte = character ? latin1_byte(*character) : std::nullopt;
    if (!byte) return std::string(utf8);
    bytes += *byte;
  }
  for (std::size_t at = 0; at < bytes.size();)
    if (!next_character(bytes, at)) return std::string(utf8);
  return bytes;
}

}  // namespace slipway::migrate
