// Events on their way from the thread that reads them off the wire to the one that writes them. Inside this folder
// only.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <utility>

#include "appliance/sql/binlog_event.hpp"

namespace slipway::backup {

/// An event on its way from the thread that reads to the one that writes.
struct Arrived {
  std::string bytes;
  sql::LogPlace place;
  bool answer_wanted = false;
};

/// Bounded by bytes (32 MiB and one event). One thread gives, another takes.
class Inbox {
 public:
  /// False when the taker is gone.
  bool give(Arrived arrived) {
    std::unique_lock lock(mutex_);
    room_.wait(lock, [this] { return bytes_ < kBytesAtMost || closed_; });
    if (closed_) return false;
    bytes_ += arrived.bytes.size();
    waiting_.push_back(std::move(arrived));
    there_.notify_one();
    return true;
  }
  void end(Error reason) {
    const std::lock_guard lock(mutex_);
    ended_ = std::move(reason);
    there_.notify_one();
  }
  void close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    room_.notify_all();
    there_.notify_all();
  }
  void wake() { there_.notify_all(); }

  /// Everything that is there, waiting for something until `deadline`.
  std::deque<Arrived> take(std::chrono::steady_clock::time_point deadline, const std::function<bool()>& woken) {
    std::unique_lock lock(mutex_);
    there_.wait_until(lock, deadline, [&] { return !waiting_.empty() || ended_ || closed_ || woken(); });
    bytes_ = 0;
    room_.notify_one();
    return std::exchange(waiting_, {});
  }
  [[nodiscard]] std::optional<Error> ended() {
    const std::lock_guard lock(mutex_);
    return waiting_.empty() ? ended_ : std::nullopt;
  }

 private:
  static constexpr std::size_t kBytesAtMost = 32U << 20U;
  std::mutex mutex_;
  std::condition_variable room_;
  std::condition_variable there_;
  std::deque<Arrived> waiting_;
  std::size_t bytes_ = 0;
  std::optional<Error> ended_;
  bool closed_ = false;
};

}  // namespace slipway::backup
