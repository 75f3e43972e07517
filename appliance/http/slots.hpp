// The connections of a server, each owned by one thread at a time without a lock.
#pragma once

#include <atomic>
#include <mutex>
#include <optional>

#include "appliance/http/connection.hpp"

namespace slipway::http {

/// A place for a connection. `word` holds a generation (so that a late event of an earlier connection is recognised)
/// and who owns the place:
///
///   free ──open()──► busy ──rest()──► waiting ──claim()──► busy ──close()──► free
///                     │  ▲                                  │
///       claim() fails ▼  │ rest() fails: there is news      (the same for every owner)
///                    busy, news
class Slot {
 public:
  using Token = std::uint64_t;

  /// Free → busy, by the caller.
  template <typename... Arguments>
  void open(Arguments&&... arguments) {
    connection.emplace(std::forward<Arguments>(arguments)...);
    word_.store((generation() << 2U) | kBusy, std::memory_order_release);
  }
  /// Waiting → busy when this connection is still the one meant. Otherwise leaves word for the owner.
  [[nodiscard]] bool claim(std::uint32_t wanted_generation);
  /// Busy → waiting. False when there was news meanwhile: still busy, look again.
  [[nodiscard]] bool rest();
  /// Busy → waiting, news or not. For an owner that makes the news come again.
  void give_back();
  /// Busy → free; the connection is closed.
  void close();

  [[nodiscard]] std::uint32_t generation() const {
    return static_cast<std::uint32_t>(word_.load(std::memory_order_relaxed) >> 2U);
  }
  [[nodiscard]] bool waiting() const { return (word_.load(std::memory_order_relaxed) & 3U) == kWaiting; }

  std::optional<Connection> connection;      ///< of the owner
  std::atomic<std::int64_t> deadline_ns{0};  ///< readable by all: when the keeper should look
  std::atomic<bool> idle{false};             ///< readable by all: between requests

 private:
  static constexpr std::uint64_t kFree = 0, kWaiting = 1, kBusy = 2, kNews = 3;
  std::atomic<std::uint64_t> word_{0};
};

}  // namespace slipway::http
