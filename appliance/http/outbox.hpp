// What is still to be sent on a connection: in memory up to a bound, beyond it in a temporary file, so that a slow
// reader costs disk and not a thread.
#pragma once

#include "appliance/http/channel.hpp"
#include "appliance/http/spool.hpp"

namespace slipway::http {

class Outbox {
 public:
  static constexpr std::size_t kInMemory = 256U << 10U;

  /// The buffer to compose an answer's head (and small body) in; only while nothing is waiting.
  [[nodiscard]] std::string& buffer() { return bytes_; }
  /// Queues without trying to send.
  [[nodiscard]] Status add(std::string_view bytes);
  /// Sends what fits and queues the rest. Errors: unavailable when the client has gone; no_space.
  [[nodiscard]] Status send(Channel& channel, std::string_view bytes);
  /// Sends what is waiting. `done`: all of it.
  [[nodiscard]] Io flush(Channel& channel);
  [[nodiscard]] bool empty() const { return at_ == bytes_.size() && !overflow_; }
  [[nodiscard]] std::uint64_t sent() const { return sent_; }  ///< since the outbox was last empty

 private:
  [[nodiscard]] bool refill();
  std::string bytes_;
  std::size_t at_ = 0;
  std::unique_ptr<TemporaryFile> overflow_;  ///< comes after bytes_
  std::uint64_t overflow_at_ = 0;
  std::uint64_t sent_ = 0;
};

}  // namespace slipway::http
