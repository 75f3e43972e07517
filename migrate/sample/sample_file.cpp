#include "migrate/sample/sample_file.hpp"

#include <zlib.h>

namespace slipway::migrate {
namespace {

constexpr std::uint32_t kWidth = 320;
constexpr std::uint32_t kHeight = 200;

void append_number(std::string& bytes, std::uint32_t number) {
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(number >> static_cast<unsigned>(shift));
}

void append_chunk(std::string& png, std::string_view kind, const std::string& data) {
  append_number(png, static_cast<std::uint32_t>(data.size()));
  std::string body(kind);
  body += data;
  png += body;
  append_number(png, static_cast<std::uint32_t>(
                         crc32(0, reinterpret_cast<const Bytef*>(body.data()), static_cast<uInt>(body.size()))));
}

/// A window with a title bar and lines of "text", as screenshots go.
std::string picture(std::mt19937_64& random) {
  const auto hue = static_cast<unsigned char>(random() % 160 + 40);
  std::string pixels;
  for (std::uint32_t y = 0; y < kHeight; ++y) {
    pixels += '\0';  // no filter
    for (std::uint32_t x = 0; x < kWidth; ++x) {
      const bool bar = y < 22;
      const bool ink = !bar && y % 14 < 5 && x > 16 && x < 60 + (y / 14 * 97 + hue) % 240;
      const auto shade = static_cast<unsigned char>(ink ? 70 : 245 - y / 8);
      pixels += static_cast<char>(bar ? hue : shade);
      pixels += static_cast<char>(bar ? 90 : shade);
      pixels += static_cast<char>(bar ? 160 : shade);
    }
  }
  uLongf length = compressBound(pixels.size());
  std::string packed(length, '\0');
  compress2(reinterpret_cast<Bytef*>(packed.data()), &length, reinterpret_cast<const Bytef*>(pixels.data()),
            pixels.size(), 6);
  packed.resize(length);
  std::string head;
  append_number(head, kWidth);
  append_number(head, kHeight);
  head.append({8, 2, 0, 0, 0});  // 8 bits, true colour
  std::string png("\x89PNG\r\n\x1a\n");
  append_chunk(png, "IHDR", head);
  append_chunk(png, "IDAT", packed);
  append_chunk(png, "IEND", "");
  return png;
}

std::string log_text(std::mt19937_64& random) {
  std::string text;
  const auto lines = 60 + random() % 400;
  for (std::uint64_t i = 0; i < lines; ++i) {
    const auto minute = std::to_string(100 + i / 60 % 60).substr(1);
    const auto second = std::to_string(100 + i % 60).substr(1);
    text += "09:" + minute + ":" + second +
            (random() % 23 == 0 ? " WARN  no answer from gateway, retry " : " INFO  session alive, round trip ") +
            std::to_string(random() % 80 + 4) + " ms\n";
  }
  return text;
}

std::string table_text(std::mt19937_64& random) {
  std::string text = "number;article;quantity;amount\r\n";
  const auto lines = 40 + random() % 500;
  for (std::uint64_t i = 1; i <= lines; ++i) {
    text += std::to_string(i) + ";Réf. " + std::to_string(random() % 9000 + 1000) + ";" +
            std::to_string(random() % 40 + 1) + ";" + std::to_string(random() % 900) + ",50\r\n";
  }
  return text;
}

}  // namespace

MadeFile make_file(SampleFile kind, std::mt19937_64& random) {
  const std::string number = std::to_string(random() % 900 + 100);
  if (kind == SampleFile::picture) return {"screenshot-" + number + ".png", "image/png", picture(random)};
  if (kind == SampleFile::log) return {"client-" + number + ".log", "text/plain", log_text(random)};
  return {"export-" + number + ".csv", "text/csv", table_text(random)};
}

}  // namespace slipway::migrate
