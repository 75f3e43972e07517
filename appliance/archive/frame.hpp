// The frames of a sealed object: AES-256-GCM, a nonce of prefix, frame number and last-frame mark. The form is in
// docs/backup-format.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "appliance/archive/key.hpp"
#include "appliance/archive/object_head.hpp"

struct evp_cipher_ctx_st;

namespace slipway::archive {

/// What stands in front of a frame.
struct FrameHead {
  static constexpr std::size_t kBytes = 8;

  std::uint32_t content_bytes = 0;  ///< without the tag
  bool last = false;
};

constexpr std::size_t kTagBytes = 16;
constexpr std::size_t kFrameContent = 256U << 10U;          ///< of the frames we write, but for short ones
constexpr std::size_t kLongestFrameContent = 1024U << 10U;  ///< of the frames we read

/// Nothing when the bytes are not those of a frame's head.
[[nodiscard]] std::optional<FrameHead> decode_frame_head(std::string_view bytes);

/// Encrypts or decrypts the frames of one object, in their order. Not thread-safe.
class FrameCipher {
 public:
  enum class Direction { seal, open };

  /// The key of the object is derived from `key` and the head's salt; head and `name` are bound into each frame.
  FrameCipher(Direction direction, const Key& key, const ObjectHead& head, std::string_view name);

  /// `frame` has room for head, `content_bytes` of plain content, tag: becomes the frame, in place. False when the
  /// object has as many frames as the nonce can count.
  [[nodiscard]] bool seal(char* frame, std::size_t content_bytes, bool last);
  /// `content` holds content and tag: becomes plain, in place. False when the tag does not fit: what stands there then
  /// must not be used.
  [[nodiscard]] bool open(char* content, const FrameHead& head);

  /// The number of the frame that comes next, from 1.
  [[nodiscard]] std::uint64_t next_frame() const { return next_frame_; }

 private:
  struct FreeContext {
    void operator()(evp_cipher_ctx_st* context) const;
  };
  void begin_frame(bool last);

  std::unique_ptr<evp_cipher_ctx_st, FreeContext> context_;
  std::string nonce_prefix_;
  std::string binding_;
  std::uint64_t next_frame_ = 1;
};

}  // namespace slipway::archive
