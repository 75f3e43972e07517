#include <openssl/rand.h>
#include <zstd.h>

#include <cstdlib>
#include <optional>
#include <vector>

#include "appliance/archive/frame_outlet.hpp"
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
  State(const SealOptions& options, Sink sink, Compressor compress, FrameCipher encrypt)
      : name(options.name),
        compressor(std::move(compress)),
        outlet(options.name, std::move(sink), std::move(encrypt), options.workers > 0),
        frame(FrameHead::kBytes + kFrameContent + kTagBytes) {}

  std::string name;
  Compressor compressor;
  FrameOutlet outlet;
  std::uint64_t plain_bytes = 0;
  // Compressed, encrypted and handed on where it stands: the bytes of a frame are never copied.
  std::vector<char> frame;
  std::size_t content = 0;
  bool unflushed = false;
  bool finished = false;
  std::optional<Error> failed;

  [[nodiscard]] Status write_frame(bool last) { return outlet.put(frame, std::exchange(content, 0), last); }

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
  auto state = std::make_unique<State>(options, std::move(sink), std::move(compressor),
                                       FrameCipher(FrameCipher::Direction::seal, key, head, options.name));
  SLIPWAY_CHECK(state->outlet.write(encode(head)));
  return Sealer(std::move(state));
}

Status Sealer::add(std::string_view bytes) {
  return state_->run([&]() -> Status {
    state_->plain_bytes += bytes.size();
    state_->unflushed = state_->unflushed || !bytes.empty();
    return state_->compress(bytes, ZSTD_e_continue);
  });
}

Status Sealer::flush() {
  return state_->run([&]() -> Status {
    if (!state_->unflushed) return {};
    SLIPWAY_CHECK(state_->compress({}, ZSTD_e_flush));
    state_->unflushed = false;
    if (state_->content > 0) SLIPWAY_CHECK(state_->write_frame(false));
    return state_->outlet.settle();
  });
}

Result<Sealed> Sealer::finish() {
  SLIPWAY_CHECK(state_->run([&]() -> Status {
    SLIPWAY_CHECK(state_->compress({}, ZSTD_e_end));
    SLIPWAY_CHECK(state_->write_frame(true));
    return state_->outlet.settle();
  }));
  state_->finished = true;
  return Sealed{state_->plain_bytes, state_->outlet.stored_bytes(), state_->outlet.stored_sha256()};
}

}  // namespace slipway::archive
