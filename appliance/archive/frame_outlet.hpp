// From filled frames to the sink: encrypted, summed, handed on. Inside this folder only.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "appliance/archive/frame.hpp"
#include "appliance/archive/sealed.hpp"
#include "appliance/crypto/crypto.hpp"

namespace slipway::archive {

/// On the caller's thread, or on one of its own, so that whoever fills frames need not wait for the sink. Used by one
/// thread; the sink is called by one thread at a time.
class FrameOutlet {
 public:
  FrameOutlet(std::string name, Sink sink, FrameCipher cipher, bool threaded);
  FrameOutlet(const FrameOutlet&) = delete;
  FrameOutlet& operator=(const FrameOutlet&) = delete;
  /// Frames that have not been handed on are dropped.
  ~FrameOutlet();

  /// What stands in front of the frames: before the first of them.
  [[nodiscard]] Status write(std::string_view bytes);
  /// Takes a frame with `content` bytes behind its head, and leaves an empty one of the same size. With a thread an
  /// error may be of a frame before it. Errors: too_large, those of the sink.
  [[nodiscard]] Status put(std::vector<char>& frame, std::size_t content, bool last);
  /// Everything has been handed on, or says why not.
  [[nodiscard]] Status settle();

  // After settle().
  [[nodiscard]] std::uint64_t stored_bytes() const { return stored_bytes_; }
  [[nodiscard]] std::string stored_sha256() { return crypto::hex(sum_.finish_raw()); }

 private:
  struct Waiting {
    std::vector<char> frame;
    std::size_t content = 0;
    bool last = false;
  };
  [[nodiscard]] Status hand_on(Waiting& waiting);
  void run();

  const std::string name_;
  const Sink sink_;
  FrameCipher cipher_;
  crypto::Sha256 sum_;
  std::uint64_t stored_bytes_ = 0;
  const bool threaded_;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Waiting> waiting_;
  std::vector<std::vector<char>> free_;
  std::optional<Error> error_;
  bool busy_ = false;
  bool stopping_ = false;
  std::jthread thread_;
};

}  // namespace slipway::archive
