#include "appliance/archive/frame_outlet.hpp"

namespace slipway::archive {
namespace {

constexpr std::size_t kMostWaiting = 8;  // 2 MiB

}  // namespace

FrameOutlet::FrameOutlet(std::string name, Sink sink, FrameCipher cipher, bool threaded)
    : name_(std::move(name)), sink_(std::move(sink)), cipher_(std::move(cipher)), threaded_(threaded) {}

FrameOutlet::~FrameOutlet() {
  const std::lock_guard lock(mutex_);
  stopping_ = true;
  changed_.notify_all();
}

Status FrameOutlet::write(std::string_view bytes) {
  sum_.add(bytes);
  stored_bytes_ += bytes.size();
  return sink_(bytes);
}

Status FrameOutlet::hand_on(Waiting& waiting) {
  if (!cipher_.seal(waiting.frame.data(), waiting.content, waiting.last))
    return Error{Code::too_large, name_ + ": has more frames than an object can have", "divide it into several"};
  return write({waiting.frame.data(), FrameHead::kBytes + waiting.content + kTagBytes});
}

Status FrameOutlet::put(std::vector<char>& frame, std::size_t content, bool last) {
  if (!threaded_) {
    Waiting now{std::move(frame), content, last};
    auto done = hand_on(now);
    frame = std::move(now.frame);
    return done;
  }
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return error_ || waiting_.size() < kMostWaiting; });
  if (error_) return *error_;
  const std::size_t bytes = frame.size();
  waiting_.push_back({std::move(frame), content, last});
  if (free_.empty()) {
    frame = std::vector<char>(bytes);
  } else {
    frame = std::move(free_.back());
    free_.pop_back();
  }
  if (!thread_.joinable()) thread_ = std::jthread([this] { run(); });
  changed_.notify_all();
  return {};
}

Status FrameOutlet::settle() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return error_ || (waiting_.empty() && !busy_); });
  if (error_) return *error_;
  return {};
}

void FrameOutlet::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
    if (stopping_) return;
    Waiting next = std::move(waiting_.front());
    waiting_.pop_front();
    busy_ = true;
    lock.unlock();
    auto done = hand_on(next);
    lock.lock();
    busy_ = false;
    free_.push_back(std::move(next.frame));
    if (!done) error_ = done.error();
    changed_.notify_all();
    if (!done) return;  // nothing may follow what is missing
  }
}

}  // namespace slipway::archive
