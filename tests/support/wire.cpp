#include "tests/support/wire.hpp"

#include <netinet/in.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <utility>

namespace slipway::test {
namespace {

/// Time limits, and a small window: what a test does not read stays with the server.
void set_limits(int descriptor, std::chrono::milliseconds limit) {
  const int window = 65536;
  ::setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &window, sizeof window);
  timeval time{};
  time.tv_sec = limit.count() / 1000;
  time.tv_usec = (limit.count() % 1000) * 1000;
  ::setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
  ::setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &time, sizeof time);
}

int version_number(const std::string& version) {
  if (version == "1.1") return TLS1_1_VERSION;
  if (version == "1.2") return TLS1_2_VERSION;
  if (version == "1.3") return TLS1_3_VERSION;
  return 0;
}

}  // namespace

Wire::Wire(std::uint16_t port, std::chrono::milliseconds limit) : limit_(limit) {
  descriptor_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  set_limits(descriptor_, limit);
  if (::connect(descriptor_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    ::close(descriptor_);
    descriptor_ = -1;
  }
}

Wire::Wire(const std::filesystem::path& unix_socket, std::chrono::milliseconds limit) : limit_(limit) {
  descriptor_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, unix_socket.c_str(), sizeof address.sun_path - 1);
  set_limits(descriptor_, limit);
  if (::connect(descriptor_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    ::close(descriptor_);
    descriptor_ = -1;
  }
}

Wire::Wire(Wire&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      limit_(other.limit_),
      in_(std::move(other.in_)),
      context_(std::exchange(other.context_, nullptr)),
      ssl_(std::exchange(other.ssl_, nullptr)) {}

Wire::~Wire() {
  SSL_free(ssl_);
  SSL_CTX_free(context_);
  if (descriptor_ >= 0) ::close(descriptor_);
}

bool Wire::start_tls(const std::string& version, const Wire* earlier) {
  context_ = SSL_CTX_new(TLS_client_method());
  if (const int number = version_number(version); number != 0) {
    SSL_CTX_set_min_proto_version(context_, number);
    SSL_CTX_set_max_proto_version(context_, number);
    SSL_CTX_set_security_level(context_, 0);  // so that the refusal is the server's
  }
  ssl_ = SSL_new(context_);
  SSL_set_fd(ssl_, descriptor_);
  if (earlier != nullptr) {
    SSL_SESSION* session = SSL_get1_session(earlier->ssl_);
    SSL_set_session(ssl_, session);
    SSL_SESSION_free(session);
  }
  return SSL_connect(ssl_) == 1;
}

bool Wire::resumed() const { return ssl_ != nullptr && SSL_session_reused(ssl_) == 1; }

bool Wire::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = ssl_ != nullptr
                          ? static_cast<ssize_t>(SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size())))
                          : ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

void Wire::finish_sending() {
  if (ssl_ != nullptr) SSL_shutdown(ssl_);
  ::shutdown(descriptor_, SHUT_WR);
}

bool Wire::fill() {
  std::array<char, 65536> buffer{};
  const auto got = ssl_ != nullptr
                       ? static_cast<ssize_t>(SSL_read(ssl_, buffer.data(), static_cast<int>(buffer.size())))
                       : ::recv(descriptor_, buffer.data(), buffer.size(), 0);
  if (got <= 0) return false;
  in_.append(buffer.data(), static_cast<std::size_t>(got));
  return true;
}

std::optional<WireAnswer> Wire::receive(bool head_request) {
  while (in_.find("\r\n\r\n") == std::string::npos)
    if (!fill()) return std::nullopt;
  WireAnswer answer;
  answer.status = std::atoi(in_.c_str() + std::strlen("HTTP/1.1 "));
  std::size_t at = in_.find("\r\n") + 2;
  while (in_.compare(at, 2, "\r\n") != 0) {
    const std::size_t end = in_.find("\r\n", at);
    const std::size_t colon = in_.find(':', at);
    std::string name = in_.substr(at, colon - at);
    for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    answer.headers[name] = in_.substr(colon + 2, end - colon - 2);
    at = end + 2;
  }
  in_.erase(0, at + 2);
  const auto length = answer.headers.find("content-length");
  const std::size_t size = head_request || length == answer.headers.end() ? 0 : std::stoul(length->second);
  while (in_.size() < size)
    if (!fill()) return std::nullopt;
  answer.body = in_.substr(0, size);
  in_.erase(0, size);
  return answer;
}

std::optional<WireAnswer> Wire::ask(std::string_view request) {
  send(request);
  return receive();
}

bool Wire::closed_by_peer() {
  const auto deadline = std::chrono::steady_clock::now() + limit_;
  while (fill()) in_.clear();
  return std::chrono::steady_clock::now() < deadline;
}

std::string get(std::string_view path) { return "GET " + std::string(path) + " HTTP/1.1\r\nHost: localhost\r\n\r\n"; }

}  // namespace slipway::test
