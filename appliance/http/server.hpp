// The web server: POCO's HTTP classes behind our own limits. Idle keep-alive connections cost a file descriptor, not a
// thread; slow clients meet a deadline; everything answered carries a fixed Content-Length and security headers.
#pragma once

#include <chrono>

#include "appliance/http/router.hpp"

namespace slipway::http {

struct ServerOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 8443;                    ///< 0: any free one, see Server::port()
  std::filesystem::path unix_socket = {};       ///< when set: plain HTTP on this socket instead, behind nginx
  std::filesystem::path certificate_file = {};  ///< PEM chain; with key_file turns TLS 1.2+ on
  std::filesystem::path key_file = {};
  /// When set, only clients that show a certificate of these authorities (PEM) get through the handshake.
  std::filesystem::path client_ca_file = {};
  int threads = 16;                                ///< requests handled at the same time
  int max_connections = 4096;                      ///< further ones get 503 and are closed
  std::size_t header_bytes = 32U << 10U;           ///< more: 431
  std::uint64_t body_bytes = 80ULL << 20U;         ///< largest body of any route; more: 413, unread
  std::chrono::milliseconds header_limit{10'000};  ///< from the first byte to the end of the headers; more: 408
  std::chrono::milliseconds body_limit{120'000};   ///< for each MiB of the body in, and of the answer out
  std::chrono::milliseconds idle_limit{75'000};    ///< between requests
  std::chrono::milliseconds stop_limit{10'000};    ///< requests under way get this long on stop()
};

/// A worker never waits for a client: bodies are collected and answers sent as the socket allows, large ones through
/// unlinked files in the temporary directory. So `threads` slow handlers are the only way to keep all workers busy.
class Server {
 public:
  /// Binds and starts. Raises the soft limit of open files when max_connections needs it; ignores SIGPIPE.
  /// Errors: in_use naming address and port, permission, invalid_argument (certificate, key, address).
  [[nodiscard]] static Result<std::unique_ptr<Server>> start(const ServerOptions& options, Router router);
  virtual ~Server() = default;
  /// Stops accepting, lets requests under way finish within stop_limit, closes the rest. A handler is never cut off:
  /// stop() returns when the last one has. Idempotent.
  virtual void stop() = 0;
  [[nodiscard]] virtual std::uint16_t port() const = 0;
};

}  // namespace slipway::http
