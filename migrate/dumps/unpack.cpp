#include "migrate/dumps/unpack.hpp"

#include <lzma.h>
#include <zlib.h>
#include <zstd.h>

#include <cerrno>
#include <cstdio>
#include <vector>

namespace slipway::migrate {
namespace {

constexpr std::size_t kPieceBytes = 256U << 10U;
constexpr std::uint64_t kMostMemoryBytes = 256U << 20U;
constexpr std::string_view kWayOut =
    "copy the file again from where it was made, or make the dump anew; check its size and checksum on both sides";

/// Reads a file, and says how far.
class Input {
 public:
  explicit Input(const std::filesystem::path& file) : file_(std::fopen(file.c_str(), "rbe"), std::fclose) {}
  [[nodiscard]] bool open() const { return file_ != nullptr; }
  /// At most `size` bytes into `to`; 0 at the end.
  [[nodiscard]] Result<std::size_t> read(char* to, std::size_t size) {
    const std::size_t got = std::fread(to, 1, size, file_.get());
    if (got == 0 && std::ferror(file_.get()) != 0)
      return Error{Code::corrupt, "cannot be read to its end", std::string(kWayOut)};
    done_ += got;
    return got;
  }
  [[nodiscard]] std::uint64_t done() const { return done_; }

 private:
  std::unique_ptr<std::FILE, decltype(&std::fclose)> file_;
  std::uint64_t done_ = 0;
};

class PlainFile final : public Unpacker {
 public:
  explicit PlainFile(Input input) : input_(std::move(input)), buffer_(kPieceBytes) {}
  Result<std::string_view> next() override {
    SLIPWAY_TRY(const std::size_t got, input_.read(buffer_.data(), buffer_.size()));
    return std::string_view(buffer_.data(), got);
  }
  [[nodiscard]] std::uint64_t packed_bytes() const override { return input_.done(); }

 private:
  Input input_;
  std::vector<char> buffer_;
};

class GzipFile final : public Unpacker {
 public:
  explicit GzipFile(gzFile file) : file_(file, gzclose_r), buffer_(kPieceBytes) {}
  Result<std::string_view> next() override {
    const int got = gzread(file_.get(), buffer_.data(), static_cast<unsigned>(buffer_.size()));
    int fault = Z_OK;
    static_cast<void>(gzerror(file_.get(), &fault));
    if (got < 0 || (fault != Z_OK && fault != Z_STREAM_END)) return damaged(Packing::gzip, "damaged or cut off");
    return std::string_view(buffer_.data(), static_cast<std::size_t>(got));
  }
  [[nodiscard]] std::uint64_t packed_bytes() const override {
    const auto at = gzoffset(file_.get());
    return at < 0 ? 0 : static_cast<std::uint64_t>(at);
  }

 private:
  std::unique_ptr<gzFile_s, decltype(&gzclose_r)> file_;
  std::vector<char> buffer_;
};

class ZstdFile final : public Unpacker {
 public:
  ZstdFile(Input input, ZSTD_DStream* stream)
      : input_(std::move(input)),
        stream_(stream, ZSTD_freeDStream),
        packed_(ZSTD_DStreamInSize()),
        plain_(kPieceBytes) {}
  Result<std::string_view> next() override {
    for (;;) {
      if (waiting_.pos == waiting_.size && !more_inside_) {
        SLIPWAY_TRY(const std::size_t got, input_.read(packed_.data(), packed_.size()));
        if (got == 0) return rest_ == 0 ? Result<std::string_view>(std::string_view{}) : cut();
        waiting_ = {packed_.data(), got, 0};
      }
      ZSTD_outBuffer output{plain_.data(), plain_.size(), 0};
      rest_ = ZSTD_decompressStream(stream_.get(), &output, &waiting_);
      if (ZSTD_isError(rest_) != 0) return fault();
      more_inside_ = output.pos == output.size;
      if (output.pos > 0) return std::string_view(plain_.data(), output.pos);
    }
  }
  [[nodiscard]] std::uint64_t packed_bytes() const override { return input_.done(); }

 private:
  static Error cut() { return damaged(Packing::zstd, "cut off"); }
  [[nodiscard]] Error fault() const {
    if (std::string_view(ZSTD_getErrorName(rest_)).find("memory") != std::string_view::npos)
      return Error{Code::unsupported, "its zstd data needs too much memory to unpack (--long)",
                   "unpack it yourself, or pack it without --long"};
    return damaged(Packing::zstd, "damaged");
  }
  Input input_;
  std::unique_ptr<ZSTD_DStream, decltype(&ZSTD_freeDStream)> stream_;
  std::vector<char> packed_;
  std::vector<char> plain_;
  ZSTD_inBuffer waiting_{nullptr, 0, 0};
  bool more_inside_ = false;
  std::size_t rest_ = 1;
};

class XzFile final : public Unpacker {
 public:
  explicit XzFile(Input input) : input_(std::move(input)), packed_(kPieceBytes), plain_(kPieceBytes) {
    ready_ = lzma_stream_decoder(&stream_, kMostMemoryBytes, LZMA_CONCATENATED) == LZMA_OK;
  }
  ~XzFile() override { lzma_end(&stream_); }
  Result<std::string_view> next() override {
    if (ended_) return std::string_view{};
    stream_.next_out = reinterpret_cast<std::uint8_t*>(plain_.data());
    stream_.avail_out = plain_.size();
    while (ready_ && stream_.avail_out > 0) {
      if (stream_.avail_in == 0 && !all_read_) {
        SLIPWAY_TRY(const std::size_t got, input_.read(packed_.data(), packed_.size()));
        stream_.next_in = reinterpret_cast<const std::uint8_t*>(packed_.data());
        stream_.avail_in = got;
        all_read_ = got == 0;
      }
      const lzma_ret result = lzma_code(&stream_, all_read_ ? LZMA_FINISH : LZMA_RUN);
      ended_ = result == LZMA_STREAM_END;
      if (ended_) break;
      if (result == LZMA_MEMLIMIT_ERROR)
        return Error{Code::unsupported, "its xz data needs too much memory to unpack", "unpack it yourself"};
      if (result == LZMA_BUF_ERROR) return damaged(Packing::xz, "cut off");
      if (result != LZMA_OK) return damaged(Packing::xz, "damaged");
    }
    if (!ready_) return Error{Code::internal, "xz: cannot begin"};
    return std::string_view(plain_.data(), plain_.size() - stream_.avail_out);
  }
  [[nodiscard]] std::uint64_t packed_bytes() const override { return input_.done(); }

 private:
  Input input_;
  lzma_stream stream_ = LZMA_STREAM_INIT;
  std::vector<char> packed_;
  std::vector<char> plain_;
  bool ready_ = false;
  bool all_read_ = false;
  bool ended_ = false;
};

Error not_opened() {
  if (errno == EACCES) return {Code::permission, "may not be read", "run this as a user who may read it"};
  return {Code::not_found, "cannot be opened", "check the path and its permissions"};
}

}  // namespace

Error damaged(Packing packing, std::string_view how) {
  return {Code::corrupt, "its " + std::string(packing_name(packing)) + " data is " + std::string(how),
          std::string(kWayOut)};
}

Result<std::unique_ptr<Unpacker>> open_packed(const std::filesystem::path& file) {
  Packing packing = Packing::plain;
  {
    Input input(file);
    if (!input.open()) return not_opened();
    std::array<char, 8> head{};
    SLIPWAY_TRY(const std::size_t got, input.read(head.data(), head.size()));
    packing = packing_of({head.data(), got});
  }
  if (packing == Packing::zip) return open_zip(file);
  if (packing == Packing::gzip) {
    const gzFile opened = gzopen(file.c_str(), "rbe");
    if (opened == nullptr) return not_opened();
    return std::unique_ptr<Unpacker>(std::make_unique<GzipFile>(opened));
  }
  Input input(file);
  if (!input.open()) return not_opened();
  if (packing == Packing::xz) return std::unique_ptr<Unpacker>(std::make_unique<XzFile>(std::move(input)));
  if (packing == Packing::plain) return std::unique_ptr<Unpacker>(std::make_unique<PlainFile>(std::move(input)));
  ZSTD_DStream* const stream = ZSTD_createDStream();
  if (stream == nullptr) return Error{Code::internal, "zstd: out of memory"};
  return std::unique_ptr<Unpacker>(std::make_unique<ZstdFile>(std::move(input), stream));
}

}  // namespace slipway::migrate
