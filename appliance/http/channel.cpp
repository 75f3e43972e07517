#include "appliance/http/channel.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>

// POCO's sockets are not used here: 1.11's StreamSocket throws when a non-blocking socket is full, and its
// SecureSocketImpl neither clears OpenSSL's error queue nor tells a stale EAGAIN from a fresh one.

namespace slipway::http {

void Channel::Free::operator()(ssl_st* ssl) const { SSL_free(ssl); }

Channel::Channel(int descriptor, ssl_ctx_st* tls) : descriptor_(descriptor) {
  if (tls == nullptr) return;
  ssl_.reset(SSL_new(tls));
  if (ssl_ == nullptr || SSL_set_fd(ssl_.get(), descriptor) != 1) std::abort();  // out of memory
  SSL_set_accept_state(ssl_.get());
}

Channel::~Channel() { ::close(descriptor_); }

Io Channel::tls_state(int result) const {
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_NONE:
      return Io::done;
    case SSL_ERROR_WANT_READ:
      return Io::wait_read;
    case SSL_ERROR_WANT_WRITE:
      return Io::wait_write;
    default:
      return Io::closed;
  }
}

Io Channel::handshake() {
  ERR_clear_error();
  return tls_state(SSL_do_handshake(ssl_.get()));
}

std::string Channel::peer_name() const {
  X509* shown = ssl_ ? SSL_get0_peer_certificate(ssl_.get()) : nullptr;
  if (shown == nullptr || SSL_get_verify_result(ssl_.get()) != X509_V_OK) return {};
  std::array<char, 256> name{};
  const int length = X509_NAME_get_text_by_NID(X509_get_subject_name(shown), NID_commonName, name.data(),
                                               static_cast<int>(name.size()));
  // A name that does not fit would have been cut, and one with a zero in it would be read as a shorter one.
  if (length <= 0 || length + 1 >= static_cast<int>(name.size())) return {};
  const std::string text(name.data(), static_cast<std::size_t>(length));
  return text.find('\0') == std::string::npos ? text : std::string();
}

Transfer Channel::read(std::span<char> buffer) {
  if (ssl_) {
    ERR_clear_error();
    const int got =
        SSL_read(ssl_.get(), buffer.data(), static_cast<int>(std::min<std::size_t>(buffer.size(), INT_MAX)));
    if (got > 0) return {Io::done, static_cast<std::size_t>(got)};
    return {tls_state(got)};
  }
  for (;;) {
    const ssize_t got = ::recv(descriptor_, buffer.data(), buffer.size(), 0);
    if (got > 0) return {Io::done, static_cast<std::size_t>(got), static_cast<std::size_t>(got) < buffer.size()};
    if (got < 0 && errno == EINTR) continue;
    return {got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK) ? Io::wait_read : Io::closed};
  }
}

Transfer Channel::write(std::string_view bytes) {
  if (ssl_) {
    ERR_clear_error();
    const int sent =
        SSL_write(ssl_.get(), bytes.data(), static_cast<int>(std::min<std::size_t>(bytes.size(), INT_MAX)));
    if (sent > 0) return {Io::done, static_cast<std::size_t>(sent)};
    return {tls_state(sent)};
  }
  for (;;) {
    const ssize_t sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent >= 0) return {Io::done, static_cast<std::size_t>(sent)};
    if (errno == EINTR) continue;
    return {errno == EAGAIN || errno == EWOULDBLOCK ? Io::wait_write : Io::closed};
  }
}

void Channel::finish_writing() {
  if (ssl_ && SSL_is_init_finished(ssl_.get()) == 1) {
    ERR_clear_error();
    SSL_shutdown(ssl_.get());
  }
  ::shutdown(descriptor_, SHUT_WR);
}

void Channel::shut() const { ::shutdown(descriptor_, SHUT_RDWR); }

}  // namespace slipway::http
