// Numbers as four bytes, the highest first.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace slipway::archive {

[[nodiscard]] inline std::string big_endian(std::uint32_t number) {
  std::string bytes(4, '\0');
  for (unsigned i = 0; i < 4; ++i) bytes[i] = static_cast<char>(number >> (24U - 8U * i) & 0xFFU);
  return bytes;
}

/// From the first four bytes of `bytes`.
[[nodiscard]] inline std::uint32_t from_big_endian(std::string_view bytes) {
  std::uint32_t number = 0;
  for (unsigned i = 0; i < 4; ++i) number = number << 8U | static_cast<unsigned char>(bytes[i]);
  return number;
}

}  // namespace slipway::archive
