#include <openssl/rand.h>
#include <zstd.h>

#include <cstdlib>
#include <optional>
#include <vector>

#include "appliance/archive/frame.hpp"
#include "appliance/archive/object_head.hpp"
#include "appliance/archive/sealed.hpp"
#include "appliance/crypto/crypto.hpp"

namespace slipway::archive {
namespace {

constexpr std::size_t kLongestName = 4096;
constexpr int kMostWorkers = 64;

struct FreeCompressor {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
};
using Compressor = std::unique_ptr<ZSTD_CCtx, FreeCompressor>;

Status check(const SealOptions& options) {
  if (options.name.empty() || options.name.size() > kLongestName)
    return Error{Code::invalid_argument, "sealed object: its name has " + std::to_string(options.name.size()) +
                                             " bytes, it must have 1 to 4096"};
  if (options.label.size() > ObjectHead::kLongestLabel)
    return Error{Code::invalid_argument,
                 options.name + ": its label has " + std::to_string(options.label.size()) + " bytes, at most 65536"};
  if (options.level < -7 || options.level > 19)
    return Error{Code::invalid_argument,
                 options.name + ": compression level " + std::to_string(options.level) + " is not from -7 to 19"};
  if (options.workers < 0 || options.workers > kMostWorkers)
    return Error{Code::invalid_argument,
                 options.name + ": " + std::to_string(options.workers) + " workers, there may be 0 to 64"};
  return {};
}

std::string random_bytes(int count) {
  std::string bytes(static_cast<std::size_t>(count), '\0');
  if (RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), count) != 1) std::abort();
  return bytes;
}

Result<Compressor> make_compressor(const SealOptions& options) {
  Compressor compressor(ZSTD_createCCtx());
  if (compressor == nullptr ||
      ZSTD_isError(ZSTD_CCtx_setParameter(compressor.get(), ZSTD_c_compressionLevel, options.level)) != 0)
    return Error{Code::internal, options.name + ": no compressor can be made", "free some memory"};
  if (options.workers > 0 &&
      ZSTD_isError(ZSTD_CCtx_setParameter(compressor.get(), ZSTD_c_nbWorkers, options.workers)) != 0)
    return Error{Code::unsupported, options.name + ": this machine's libzstd has no threads", "use no workers"};
  return compressor;
}

}  // namespace

struct Sealer::State {
  State(std::string object, Sink to, Compressor compress, FrameCipher encrypt)
      : name(std::move(object)),
        sink(std::move(to)),
        compressor(std::move(compress)),
        cipher(std::move(encrypt)),
        frame(FrameHead::kBytes + kFrameContent + kTagBytes) {}

  std::string name;
  Sink sink;
  Compressor compressor;
  FrameCipher cipher;
  crypto::Sha256 stored_sum;
  Sealed sealed;
  // Compressed, encrypted and handed on where it stands: the bytes of a frame are never copied.
  std::vector<char> frame;
  std::size_t content = 0;
  bool unflushed = false;
  bool finished = false;
  std::optional<Error> failed;

  [[nodiscard]] Status write(std::string_view bytes) {
    stored_sum.add(bytes);
    sealed.stored_bytes += bytes.size();
    return sink(bytes);
  }

  [[nodiscard]] Status write_frame(bool last) {
    if (!cipher.seal(frame.data(), content, last))
      return Error{Code::too_large, name + ": has more frames than an object can have", "divide it into several"};
    const std::size_t bytes = FrameHead::kBytes + content + kTagBytes;
    content = 0;
    return write({frame.data(), bytes});
  }

  /// Compresses `bytes`; with ZSTD_e_continue until all are taken, otherwise until all are written out as well. A full
  /// frame is written only when more follows, because it might be the last.
  [[nodiscard]] Status compress(std::string_view bytes, ZSTD_EndDirective directive) {
    ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
    while (true) {
      if (content == kFrameContent) SLIPWAY_CHECK(write_frame(false));
      ZSTD_outBuffer out{frame.data() + FrameHead::kBytes, kFrameContent, content};
      const std::size_t left = ZSTD_compressStream2(compressor.get(), &out, &in, directive);
      content = out.pos;
      if (ZSTD_isError(left) != 0)
        return Error{Code::internal, name + ": cannot be compressed: " + ZSTD_getErrorName(left)};
      if (directive == ZSTD_e_continue ? in.pos == in.size : left == 0) return {};
    }
  }

  /// Runs one step; after a step that failed, all fail alike.
  template <typename Step>
  [[nodiscard]] Status run(Step step) {
    if (finished) std::abort();  // nothing may follow finish()
    if (failed) return *failed;
    Status status = step();
    if (!status.has_value()) failed = status.error();
    return status;
  }
};

Sealer::Sealer(std::unique_ptr<State> state) : state_(std::move(state)) {}
Sealer::Sealer(Sealer&&) noexcept = default;
Sealer& Sealer::operator=(Sealer&&) noexcept = default;
Sealer::~Sealer() = default;

Result<Sealer> Sealer::start(const Key& key, const SealOptions& options, Sink sink) {
  SLIPWAY_CHECK(check(options));
  SLIPWAY_TRY(Compressor compressor, make_compressor(options));
  const ObjectHead head{random_bytes(7), key.id(), random_bytes(32), options.label};
  auto state = std::make_unique<State>(options.name, std::move(sink), std::move(compressor),
                                       FrameCipher(FrameCipher::Direction::seal, key, head, options.name));
  SLIPWAY_CHECK(state->write(encode(head)));
  return Sealer(std::move(state));
}

Status Sealer::add(std::string_view bytes) {
  return state_->run([&]() -> Status {
    state_->sealed.plain_bytes += bytes.size();
    state_->unflushed = state_->unflushed || !bytes.empty();
    return state_->compress(bytes, ZSTD_e_continue);
  });
}

Status Sealer::flush() {
  return state_->run([&]() -> Status {
    if (!state_->unflushed) return {};
    SLIPWAY_CHECK(state_->compress({}, ZSTD_e_flush));
    state_->unflushed = false;
    return state_->content > 0 ? state_->write_frame(false) : Status();
  });
}

Result<Sealed> Sealer::finish() {
  SLIPWAY_CHECK(state_->run([&]() -> Status {
    SLIPWAY_CHECK(state_->compress({}, ZSTD_e_end));
    return state_->write_frame(true);
  }));
  state_->finished = true;
  state_->sealed.stored_sha256 = crypto::hex(state_->stored_sum.finish_raw());
  return state_->sealed;
}

}  // namespace slipway::archive
