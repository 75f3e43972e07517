// Sealed objects: bytes compressed by zstd and encrypted by AES-256-GCM in frames, with a label that can be read
// without the key. The form is in docs/backup-format.md: what stands there and here is one contract.
//
// An object that is truncated, reordered, altered anywhere (label included), or that stands under another name is found
// out: `corrupt`. The construction is the published one of streaming AEAD (a key per object by HKDF-SHA-256, a nonce of
// prefix, frame number and last-frame mark); the primitives are OpenSSL's.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "appliance/archive/key.hpp"
#include "appliance/base/result.hpp"

namespace slipway::archive {

/// Takes bytes, all of them or an error. Called on the thread that calls the Sealer; by a Sealer with workers on
/// another one, and never after finish() has returned or the Sealer is gone.
using Sink = std::function<Status(std::string_view bytes)>;
/// Gives up to `most` further bytes, empty at the end.
using Source = std::function<Result<std::string>(std::size_t most)>;

/// What became of the bytes.
struct Sealed {
  std::uint64_t plain_bytes = 0;
  std::uint64_t stored_bytes = 0;
  std::string stored_sha256;  ///< 64 hex digits
};

struct SealOptions {
  std::string name;   ///< what the object is called; bound in, must be given again to open it
  std::string label;  ///< readable by everybody, bound in; at most 64 KiB (JSON by convention)
  int level = 1;      ///< zstd's, -7 … 19 (0: zstd's own default)
  int workers = 0;    ///< further threads that compress, at most 64, and one for the sink; 0: the caller's own
};

/// Writes one object. Not thread-safe. After an error every further call gives the same one; with workers an
/// error of the sink may show some calls later, in finish() at the latest. Memory: about 2 MiB at level 1, with workers
/// some 10 MiB for each; level 19 wants 100 MiB.
class Sealer {
 public:
  /// Writes the head. Errors: invalid_argument (label, name, level or workers), those of the sink.
  [[nodiscard]] static Result<Sealer> start(const Key& key, const SealOptions& options, Sink sink);
  Sealer(Sealer&&) noexcept;
  Sealer& operator=(Sealer&&) noexcept;
  ~Sealer();

  [[nodiscard]] Status add(std::string_view bytes);
  /// Writes out what was added, so that an Opener gets all of it even when nothing follows (see
  /// Opener::tolerate_no_end).
  [[nodiscard]] Status flush();
  /// Ends the object. Nothing may be added after it.
  [[nodiscard]] Result<Sealed> finish();

 private:
  struct State;
  explicit Sealer(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// The label of an object, from its head alone and unchecked: enough to look for something, never to act upon.
/// Errors: corrupt, unsupported (a form newer than this program), those of the source.
[[nodiscard]] Result<std::string> peek_label(const Source& source);

/// Reads one object. Not thread-safe. After an error every further call gives the same one. Memory: at most 12 MiB
/// whatever the object says, and what read() gives.
class Opener {
 public:
  /// Reads and checks the head. Errors: unauthenticated (sealed with another key: both are named by their ids),
  /// corrupt, unsupported, those of the source.
  [[nodiscard]] static Result<Opener> start(const Key& key, const std::string& name, Source source);
  Opener(Opener&&) noexcept;
  Opener& operator=(Opener&&) noexcept;
  ~Opener();

  /// For an object whose writer was killed or lost power: it ends after the last whole frame, without an error; zeros
  /// behind that are not looked at. A frame that does not fit and is followed by more is `corrupt` all the same.
  void tolerate_no_end();

  [[nodiscard]] const std::string& label() const;  ///< checked once the first frame has been read
  /// Further plain bytes, at most `most` and 128 KiB; empty at the end, which was then checked. Every byte given was
  /// authenticated. Gives what there is and does not wait for more of the source until it has nothing.
  [[nodiscard]] Result<std::string> read(std::size_t most);
  /// True when the object ended as finish() ends it.
  [[nodiscard]] bool whole() const;

 private:
  struct State;
  explicit Opener(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace slipway::archive
