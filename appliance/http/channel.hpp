// The bytes of one connection, plain or TLS, never waiting.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "appliance/base/result.hpp"

struct ssl_st;
struct ssl_ctx_st;

namespace slipway::http {

enum class Io { done, wait_read, wait_write, closed };

struct Transfer {
  Io io;
  std::size_t bytes = 0;
  bool drained = false;  ///< the socket had no more than this
};

/// Owns the descriptor. One thread at a time.
class Channel {
 public:
  /// `tls` null: plain. Takes a non-blocking, connected descriptor.
  Channel(int descriptor, ssl_ctx_st* tls);
  ~Channel();
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  [[nodiscard]] Io handshake();
  [[nodiscard]] Transfer read(std::span<char> buffer);
  [[nodiscard]] Transfer write(std::string_view bytes);
  /// Says that nothing more is written; the peer can still be read.
  void finish_writing();
  /// No further read or write succeeds. May be called while another thread uses the channel.
  void shut() const;
  [[nodiscard]] int descriptor() const { return descriptor_; }
  [[nodiscard]] bool is_tls() const { return ssl_ != nullptr; }
  /// Common name of the certificate that the peer has shown and the handshake has checked; empty without one.
  [[nodiscard]] std::string peer_name() const;

 private:
  struct Free {
    void operator()(ssl_st* ssl) const;
  };
  [[nodiscard]] Io tls_state(int result) const;
  int descriptor_;
  std::unique_ptr<ssl_st, Free> ssl_;
};

}  // namespace slipway::http
