// One connection by itself, over a socket pair: how much of its work it does before others get their turn.
#include <gtest/gtest.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "appliance/crypto/crypto.hpp"
#include "appliance/http/connection.hpp"
#include "appliance/http/tls.hpp"
#include "tests/support/temp_directory.hpp"

namespace slipway::http {
namespace {

/// The client's end of TLS without a thread: what it has to say is carried over when asked.
class TlsClient {
 public:
  explicit TlsClient(int descriptor)
      : descriptor_(descriptor), context_(SSL_CTX_new(TLS_client_method())), ssl_(SSL_new(context_)) {
    SSL_set_bio(ssl_, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    SSL_set_connect_state(ssl_);
  }
  TlsClient(const TlsClient&) = delete;
  TlsClient& operator=(const TlsClient&) = delete;
  ~TlsClient() {
    SSL_free(ssl_);
    SSL_CTX_free(context_);
    ::close(descriptor_);
  }

  /// True when the handshake is complete.
  [[nodiscard]] bool shake_hands() {
    take();
    const bool done = SSL_do_handshake(ssl_) == 1;
    give();
    return done;
  }
  /// One record, kept until give().
  void write(std::string_view bytes) { SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size())); }
  /// Everything written so far, to the server at once.
  void give() {
    char* bytes = nullptr;
    const auto size = BIO_get_mem_data(SSL_get_wbio(ssl_), &bytes);
    EXPECT_EQ(::send(descriptor_, bytes, static_cast<std::size_t>(size), MSG_DONTWAIT), size);
    static_cast<void>(BIO_reset(SSL_get_wbio(ssl_)));
  }
  [[nodiscard]] std::string read() {
    take();
    std::string text(65536, '\0');
    const int got = SSL_read(ssl_, text.data(), static_cast<int>(text.size()));
    text.resize(static_cast<std::size_t>(std::max(got, 0)));
    return text;
  }

 private:
  void take() {
    std::array<char, 65536> buffer{};
    for (ssize_t got = 0; (got = ::recv(descriptor_, buffer.data(), buffer.size(), MSG_DONTWAIT)) > 0;)
      BIO_write(SSL_get_rbio(ssl_), buffer.data(), static_cast<int>(got));
  }

  int descriptor_;
  SSL_CTX* context_;
  SSL* ssl_;
};

TEST(HttpTurns, AClientThatAlwaysHasMoreWaitsBehindTheOthers) {
  const test::TempDirectory directory;
  ASSERT_TRUE(
      crypto::make_loopback_certificate(directory / "c.pem", directory / "k.pem", std::chrono::hours(24)).has_value());
  const ServerOptions options{.certificate_file = directory / "c.pem", .key_file = directory / "k.pem"};
  auto tls = make_tls_context(options);
  ASSERT_TRUE(tls.has_value()) << tls.error().message;
  Router router;
  router.add(Method::post, "/length", [](Request& request) {
    return Response::text(std::to_string(request.body(UINT64_MAX).value_or("").size()));
  });
  Engine engine{options, std::move(router), AnswerWriter(true), false, Seats(2)};
  std::array<int, 2> ends{};
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()), 0);
  Connection connection(engine, ends[0], (*tls)->sslContext(), "client");
  TlsClient client(ends[1]);
  for (int i = 0; i < 10 && !client.shake_hands(); ++i) static_cast<void>(connection.advance(false));
  ASSERT_EQ(connection.advance(false), Connection::Wait::read) << "the handshake is complete and nothing was asked";

  // Each record takes one read, and all of them are there from the start.
  constexpr int kRecords = 1000;
  client.write("POST /length HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n");
  for (int i = 0; i < kRecords; ++i) client.write("x");
  client.give();
  int turns = 0;
  while (connection.advance(false) == Connection::Wait::write && turns < kRecords) ++turns;
  EXPECT_GE(turns, 5) << "everything was read while others waited";
  EXPECT_LE(turns, 100) << "hardly anything was read in a turn";
  const std::string answer = client.read();
  EXPECT_EQ(answer.substr(0, 15), "HTTP/1.1 200 OK");
  EXPECT_TRUE(answer.ends_with("\r\n1000")) << answer;
}

}  // namespace
}  // namespace slipway::http
