#include <zstd.h>

#include <algorithm>
#include <cstdlib>
#include <optional>

#include "appliance/archive/frame.hpp"
#include "appliance/archive/object_head.hpp"
#include "appliance/archive/sealed.hpp"

namespace slipway::archive {
namespace {

// A frame of a few bytes must not cost the clearing of a large buffer.
constexpr std::size_t kMostAtOnce = 128U << 10U;
// Level 19 looks back 8 MiB. Nobody makes us hold more, whatever an object says.
constexpr int kWindowLog = 23;

struct FreeDecompressor {
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};
using Decompressor = std::unique_ptr<ZSTD_DCtx, FreeDecompressor>;

/// `size` bytes, fewer only at the end. A source that gives all of them at once is not copied.
Result<std::string> gather(const Source& source, std::size_t size, const std::string& object) {
  std::string bytes;
  while (bytes.size() < size) {
    const std::size_t wanted = size - bytes.size();
    SLIPWAY_TRY(std::string piece, source(wanted));
    if (piece.size() > wanted) return Error{Code::internal, object + ": its source gave more than it was asked for"};
    if (piece.empty()) break;
    if (bytes.empty()) {
      bytes = std::move(piece);
      continue;
    }
    bytes.reserve(size);
    bytes += piece;
  }
  return bytes;
}

Error corrupt(const std::string& object, const std::string& what) {
  return {Code::corrupt, object + ": " + what, "fetch it again, or use another copy"};
}

/// The head with its label; `beyond` bytes behind it are read along.
struct ReadHead {
  ObjectHead head;
  std::string beyond;
};

Result<ReadHead> read_head(const Source& source, std::size_t beyond, const std::string& object) {
  SLIPWAY_TRY(const std::string fixed, gather(source, ObjectHead::kFixedBytes, object));
  SLIPWAY_TRY(FixedPart part, decode_fixed_part(fixed, object));
  SLIPWAY_TRY(std::string rest, gather(source, part.label_bytes + beyond, object));
  if (rest.size() < part.label_bytes) return corrupt(object, "ends inside its label");
  ReadHead read{std::move(part.head), rest.substr(part.label_bytes)};
  rest.resize(part.label_bytes);
  read.head.label = std::move(rest);
  return read;
}

}  // namespace

Result<std::string> peek_label(const Source& source) {
  SLIPWAY_TRY(ReadHead read, read_head(source, 0, "sealed object"));
  return std::move(read.head.label);
}

struct Opener::State {
  State(std::string object, Source from, Decompressor decompress, FrameCipher decrypt, ReadHead read)
      : name(std::move(object)),
        label(std::move(read.head.label)),
        source(std::move(from)),
        decompressor(std::move(decompress)),
        cipher(std::move(decrypt)),
        next_head(std::move(read.beyond)) {}

  std::string name;
  std::string label;
  Source source;
  Decompressor decompressor;
  FrameCipher cipher;
  std::string next_head;  ///< what was read of the next frame's head
  std::string frame;      ///< decrypted where it stands
  ZSTD_inBuffer in{nullptr, 0, 0};
  bool last = false;     ///< the last frame has been read
  bool more = false;     ///< the decompressor may hold more than was asked of it
  bool decoded = false;  ///< the compressed data has come to its end
  bool torn = false;     ///< tolerated: nothing whole follows
  bool tolerant = false;
  std::optional<Error> failed;

  [[nodiscard]] Error broken(const std::string& what) const {
    return corrupt(name, "frame " + std::to_string(cipher.next_frame()) + ": " + what);
  }

  /// Whether what follows is what a power cut may leave behind the last bytes written, nothing or zeros, and the caller
  /// wants to live with it. `rest`: what was read of it.
  [[nodiscard]] Result<bool> tolerated(std::string rest) {
    if (!tolerant) return false;
    while (!rest.empty()) {
      if (rest.find_first_not_of('\0') != std::string::npos) return false;
      SLIPWAY_TRY(rest, source(kMostAtOnce));
    }
    return true;
  }

  /// At a place where the object cannot be read on.
  [[nodiscard]] Status stop(Error error, std::string rest) {
    SLIPWAY_TRY(torn, tolerated(std::move(rest)));
    return torn ? Status() : std::move(error);
  }

  /// Reads and decrypts the next frame, and the head of the one behind it.
  [[nodiscard]] Status next_frame() {
    if (next_head.size() < FrameHead::kBytes) return stop(broken("is not there, the object ends before it"), {});
    const auto head = decode_frame_head(next_head);
    // A head that was being written when the power went ends in zeros; what follows it must be zeros in any case.
    if (!head) return stop(broken("has no valid head"), next_head.substr(FrameHead::kBytes - 1));
    const std::size_t size = head->content_bytes + kTagBytes;
    SLIPWAY_TRY(frame, gather(source, size + FrameHead::kBytes, name));
    if (frame.size() < size) return stop(broken("is cut off, the object ends inside it"), {});
    next_head = frame.substr(size);
    const Error altered = broken("was altered, or does not belong to an object of this name");
    if (!cipher.open(frame.data(), *head)) return stop(altered, next_head);
    last = head->last;
    if (last && !next_head.empty()) {
      SLIPWAY_TRY(const bool zeros, tolerated(next_head));
      if (!zeros) return corrupt(name, "goes on after its last frame");
    }
    in = {frame.data(), head->content_bytes, 0};
    return {};
  }

  /// Decompresses what is there into `plain`.
  [[nodiscard]] Status decompress(ZSTD_outBuffer& plain) {
    const std::size_t state = ZSTD_decompressStream(decompressor.get(), &plain, &in);
    if (ZSTD_isError(state) != 0)
      return corrupt(name, "frame " + std::to_string(cipher.next_frame() - 1) +
                               ": cannot be decompressed: " + ZSTD_getErrorName(state));
    more = state != 0 && plain.pos == plain.size;
    if (state == 0 && (in.pos < in.size || !last)) return corrupt(name, "holds more than its compressed data");
    decoded = state == 0;
    return {};
  }

  [[nodiscard]] Result<std::string> read(std::size_t most) {
    std::string bytes(std::min(most, kMostAtOnce), '\0');
    ZSTD_outBuffer plain{bytes.data(), bytes.size(), 0};
    while (plain.pos == 0 && plain.size > 0 && !decoded && !torn) {
      if (in.pos < in.size || more)
        SLIPWAY_CHECK(decompress(plain));
      else if (last)
        return corrupt(name, "its compressed data has no end");
      else
        SLIPWAY_CHECK(next_frame());
    }
    bytes.resize(plain.pos);
    return bytes;
  }
};

Opener::Opener(std::unique_ptr<State> state) : state_(std::move(state)) {}
Opener::Opener(Opener&&) noexcept = default;
Opener& Opener::operator=(Opener&&) noexcept = default;
Opener::~Opener() = default;

Result<Opener> Opener::start(const Key& key, const std::string& name, Source source) {
  SLIPWAY_TRY(ReadHead read, read_head(source, FrameHead::kBytes, name));
  if (read.head.key_id != key.id())
    return Error{Code::unauthenticated, name + ": sealed with key " + read.head.key_id + ", not with " + key.id(),
                 "use the file or the recovery text of key " + read.head.key_id};
  Decompressor decompressor(ZSTD_createDCtx());
  if (decompressor == nullptr ||
      ZSTD_isError(ZSTD_DCtx_setParameter(decompressor.get(), ZSTD_d_windowLogMax, kWindowLog)) != 0)
    return Error{Code::internal, name + ": no decompressor can be made", "free some memory"};
  FrameCipher cipher(FrameCipher::Direction::open, key, read.head, name);
  return Opener(
      std::make_unique<State>(name, std::move(source), std::move(decompressor), std::move(cipher), std::move(read)));
}

void Opener::tolerate_no_end() { state_->tolerant = true; }
const std::string& Opener::label() const { return state_->label; }
bool Opener::whole() const { return state_->decoded; }

Result<std::string> Opener::read(std::size_t most) {
  if (state_->failed) return *state_->failed;
  Result<std::string> bytes = state_->read(most);
  if (!bytes.has_value()) state_->failed = bytes.error();
  return bytes;
}

}  // namespace slipway::archive
