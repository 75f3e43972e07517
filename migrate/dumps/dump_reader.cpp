#include "migrate/dumps/dump_reader.hpp"

#include <zlib.h>
#include <zstd.h>

#include <array>
#include <cstdio>
#include <memory>
#include <vector>

namespace slipway::migrate {
namespace {

constexpr std::size_t kPieceBytes = 256U << 10U;
constexpr std::string_view kLastLine = "-- Dump completed";
constexpr std::string_view kWayOut =
    "copy the file again from where it was made, or make the dump anew; check its size and checksum on both sides";

Error damaged(const std::filesystem::path& file, const std::string& what) {
  return {Code::corrupt, "dump '" + file.string() + "': " + what, std::string(kWayOut)};
}

/// Remembers the end of a stream.
class Tail {
 public:
  void add(std::string_view piece) {
    constexpr std::size_t kept = 512;
    text_.append(piece.substr(piece.size() - std::min(piece.size(), kept)));
    if (text_.size() > kept) text_.erase(0, text_.size() - kept);
  }
  [[nodiscard]] bool complete() const { return text_.find(kLastLine) != std::string::npos; }

 private:
  std::string text_;
};

using Each = std::function<Status(std::string_view)>;

/// zlib reads plain files through the same calls.
Status read_gzip_or_plain(const std::filesystem::path& file, const Each& each) {
  const std::unique_ptr<gzFile_s, decltype(&gzclose_r)> in(gzopen(file.c_str(), "rbe"), gzclose_r);
  if (!in)
    return Error{Code::not_found, "dump '" + file.string() + "': cannot be opened",
                 "check the path and its permissions"};
  std::vector<char> buffer(kPieceBytes);
  for (;;) {
    const int got = gzread(in.get(), buffer.data(), static_cast<unsigned>(buffer.size()));
    int fault = Z_OK;
    static_cast<void>(gzerror(in.get(), &fault));
    if (got < 0 || (fault != Z_OK && fault != Z_STREAM_END))
      return damaged(file, "its gzip data is damaged or cut off");
    if (got == 0) return {};
    SLIPWAY_CHECK(each({buffer.data(), static_cast<std::size_t>(got)}));
  }
}

Status read_zstd(const std::filesystem::path& file, const Each& each) {
  const std::unique_ptr<std::FILE, decltype(&std::fclose)> in(std::fopen(file.c_str(), "rbe"), std::fclose);
  const std::unique_ptr<ZSTD_DStream, decltype(&ZSTD_freeDStream)> stream(ZSTD_createDStream(), ZSTD_freeDStream);
  if (!in || !stream) return Error{Code::not_found, "dump '" + file.string() + "': cannot be opened"};
  std::vector<char> packed(ZSTD_DStreamInSize());
  std::vector<char> plain(kPieceBytes);
  std::size_t rest = 1;
  for (;;) {
    const std::size_t got = std::fread(packed.data(), 1, packed.size(), in.get());
    if (got == 0) break;
    ZSTD_inBuffer input{packed.data(), got, 0};
    while (input.pos < input.size) {
      ZSTD_outBuffer output{plain.data(), plain.size(), 0};
      rest = ZSTD_decompressStream(stream.get(), &output, &input);
      if (ZSTD_isError(rest) != 0) return damaged(file, "its zstd data is damaged");
      if (output.pos > 0) SLIPWAY_CHECK(each({plain.data(), output.pos}));
    }
  }
  if (std::ferror(in.get()) != 0) return damaged(file, "cannot be read to its end");
  return rest == 0 ? Status{} : damaged(file, "its zstd data is cut off");
}

}  // namespace

Status read_dump(const std::filesystem::path& file, const std::function<Status(std::string_view)>& each) {
  std::array<unsigned char, 4> magic{};
  {
    const std::unique_ptr<std::FILE, decltype(&std::fclose)> in(std::fopen(file.c_str(), "rbe"), std::fclose);
    if (!in)
      return Error{Code::not_found, "dump '" + file.string() + "': cannot be opened",
                   "check the path and its permissions"};
    if (std::fread(magic.data(), 1, magic.size(), in.get()) == 0) return damaged(file, "is empty");
  }
  Tail tail;
  const Each watched = [&](std::string_view piece) -> Status {
    tail.add(piece);
    return each(piece);
  };
  const bool zstd = magic == std::array<unsigned char, 4>{0x28, 0xB5, 0x2F, 0xFD};
  SLIPWAY_CHECK(zstd ? read_zstd(file, watched) : read_gzip_or_plain(file, watched));
  if (!tail.complete())
    return damaged(
        file, "does not end with '" + std::string(kLastLine) + "': it is cut off, or was made with --skip-comments");
  return {};
}

}  // namespace slipway::migrate
