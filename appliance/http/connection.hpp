// One connection as a state machine that never waits: advance() does all that the socket allows and says what it waits
// for.
#pragma once

#include <atomic>
#include <chrono>

#include "appliance/http/answer.hpp"
#include "appliance/http/channel.hpp"
#include "appliance/http/chunked.hpp"
#include "appliance/http/incoming.hpp"
#include "appliance/http/outbox.hpp"
#include "appliance/http/seats.hpp"
#include "appliance/http/server.hpp"

namespace slipway::http {

/// What all connections of a server share.
struct Engine {
  ServerOptions options;
  Router router;
  AnswerWriter answers;
  bool behind_proxy;  ///< a UNIX socket: the peer is our own nginx
  Seats seats;
  std::atomic<bool> stopping{false};
};

/// handshake → head → body → answer → head …, or → drain → closed. `head` with nothing received is the idle state;
/// `drain` reads what a refused client still sends, so that it sees the answer and not a reset. Used by one thread at a
/// time.
class Connection {
 public:
  enum class Wait { read, write, closed };
  using TimePoint = std::chrono::steady_clock::time_point;

  Connection(Engine& engine, int descriptor, ssl_ctx_st* tls, std::string peer);

  /// The socket has news. `hang_up`: its end may be among them, which a short read does not show.
  [[nodiscard]] Wait advance(bool hang_up);
  /// The deadline has passed: answers 408 where a request was under way, otherwise closes.
  [[nodiscard]] Wait expire();

  [[nodiscard]] TimePoint deadline() const { return deadline_; }
  [[nodiscard]] bool idle() const { return state_ == State::head && in_.empty(); }
  [[nodiscard]] const Channel& channel() const { return channel_; }

 private:
  enum class State { handshake, head, body, answer, drain };
  enum class Step { again, wait_read, wait_write, close };

  [[nodiscard]] Wait run();
  void enter(State state);
  [[nodiscard]] Step step();
  [[nodiscard]] Step fill();
  [[nodiscard]] Step shake_hands();
  [[nodiscard]] Step read_head();
  [[nodiscard]] Step begin_request(Head& head);
  [[nodiscard]] Step begin_body(const Head& head, std::uint64_t limit_bytes);
  [[nodiscard]] Step read_body();
  [[nodiscard]] Status take_body();
  [[nodiscard]] Step drain();
  [[nodiscard]] Step handle();
  [[nodiscard]] Step refuse(int status, std::string_view reason);
  [[nodiscard]] Step refuse(const Error& error);
  [[nodiscard]] Step answer(const Response& response);
  [[nodiscard]] Step compose(const Response& response);
  [[nodiscard]] Step answer_stream(const Response& response);
  [[nodiscard]] Step write_answer();
  void new_request();
  void renew_deadline(std::uint64_t moved);

  Engine& engine_;
  Channel channel_;
  std::string peer_;
  State state_;
  TimePoint now_;  ///< read from the clock once for each piece of work
  TimePoint deadline_;
  std::string in_;        ///< received, not yet used
  bool drained_ = false;  ///< nothing more to read until there is news
  bool hang_up_ = false;
  int served_ = 0;       ///< requests answered since advance() was called
  int reads_ = 0;        ///< done since advance() was called
  int blank_lines_ = 0;  ///< before the request line to come

  std::optional<IncomingRequest> request_;
  TimePoint received_;  ///< when the head was complete
  bool keep_alive_ = false;
  bool head_only_ = false;
  bool unread_ = false;  ///< the client may still be sending this request
  const Router::Route* route_ = nullptr;
  std::uint64_t body_limit_bytes_ = 0;
  std::uint64_t body_left_ = 0;
  std::optional<ChunkedDecoder> chunks_;
  std::uint64_t drain_left_ = 0;
  std::uint64_t mib_ = 0;  ///< full MiB moved in this state

  Outbox outbox_;
};

}  // namespace slipway::http
