// A client that says exactly what a test wants, byte by byte, plain or over TLS.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct ssl_st;
struct ssl_ctx_st;

namespace slipway::test {

struct WireAnswer {
  int status = 0;
  std::map<std::string, std::string> headers;  ///< names in lower case
  std::string body;
};

/// One connection to 127.0.0.1. Everything gives up after `limit`. Not thread-safe.
class Wire {
 public:
  explicit Wire(std::uint16_t port, std::chrono::milliseconds limit = std::chrono::seconds(10));
  explicit Wire(const std::filesystem::path& unix_socket, std::chrono::milliseconds limit = std::chrono::seconds(10));
  Wire(Wire&& other) noexcept;
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;
  ~Wire();

  [[nodiscard]] bool connected() const { return descriptor_ >= 0; }
  /// TLS of exactly this version ("1.1", "1.2", "1.3"; "": any), the server's certificate unchecked; offers to resume
  /// the session of `earlier`. False when it is refused.
  [[nodiscard]] bool start_tls(const std::string& version = "", const Wire* earlier = nullptr);
  [[nodiscard]] bool resumed() const;

  /// False when the server no longer takes bytes.
  bool send(std::string_view bytes);
  void finish_sending();
  /// The next answer. Nothing when the connection ends or the limit passes before it is complete.
  [[nodiscard]] std::optional<WireAnswer> receive(bool head_request = false);
  /// send() and receive().
  [[nodiscard]] std::optional<WireAnswer> ask(std::string_view request);
  /// True when the server closes the connection within the limit; what it still sends is dropped.
  [[nodiscard]] bool closed_by_peer();

 private:
  [[nodiscard]] bool fill();
  int descriptor_ = -1;
  std::chrono::milliseconds limit_;
  std::string in_;
  ssl_ctx_st* context_ = nullptr;
  ssl_st* ssl_ = nullptr;
};

/// "GET path HTTP/1.1" with Host.
[[nodiscard]] std::string get(std::string_view path);

}  // namespace slipway::test
