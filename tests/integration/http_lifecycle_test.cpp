// Starting, stopping, and what is in the way of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <future>
#include <set>

#include "appliance/crypto/crypto.hpp"
#include "appliance/http/server.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/temp_directory.hpp"
#include "tests/support/wire.hpp"

namespace slipway::http {
namespace {

using test::get;
using test::Wire;
using ::testing::HasSubstr;

Router hello_router() {
  Router router;
  router.add(Method::get, "/hello", [](Request& request) { return Response::text(request.client_address); });
  return router;
}

TEST(HttpLifecycle, StopLetsTheRequestUnderWayFinish) {
  std::promise<void> entered;
  std::promise<void> release;
  Router router = hello_router();
  router.add(Method::get, "/long", [&](Request&) {
    entered.set_value();
    release.get_future().wait();
    return Response::text("finished");
  });
  auto server = std::move(Server::start({.port = 0, .threads = 2}, std::move(router))).value();
  Wire idle(server->port());
  EXPECT_EQ(idle.ask(get("/hello"))->status, 200);
  Wire busy(server->port());
  busy.send(get("/long"));
  entered.get_future().wait();

  auto stopped = std::async(std::launch::async, [&] { server->stop(); });
  EXPECT_TRUE(idle.closed_by_peer());
  EXPECT_TRUE(test::eventually(std::chrono::seconds(5), [&] { return !Wire(server->port()).connected(); }));
  EXPECT_EQ(stopped.wait_for(std::chrono::seconds(0)), std::future_status::timeout);
  release.set_value();
  const auto answer = busy.receive();
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->body, "finished");
  EXPECT_EQ(answer->headers.at("connection"), "close");
  EXPECT_TRUE(busy.closed_by_peer());
  stopped.wait();
  server->stop();  // once more: nothing to do
}

// A10
TEST(HttpLifecycle, HandlersThatWaitLeaveTheOtherThreadsFree) {
  std::atomic<int> waiting{0};
  std::promise<void> release;
  const std::shared_future<void> released = release.get_future().share();
  Router router = hello_router();
  router.add(Method::get, "/long", [&, released](Request&) {
    ++waiting;
    released.wait();
    return Response::text("finished");
  });
  const auto server = std::move(Server::start({.port = 0, .threads = 8}, std::move(router))).value();
  std::vector<Wire> busy;
  for (int i = 0; i < 7; ++i) {
    busy.emplace_back(server->port());
    busy.back().send(get("/long"));
  }
  EXPECT_TRUE(test::eventually(std::chrono::seconds(5), [&] { return waiting == 7; }));
  for (int i = 0; i < 20; ++i) EXPECT_EQ(Wire(server->port()).ask(get("/hello"))->status, 200);
  release.set_value();
  for (Wire& wire : busy) EXPECT_EQ(wire.receive()->body, "finished");
}

TEST(HttpLifecycle, StopDoesNotWaitForeverForClients) {
  auto server =
      std::move(Server::start({.port = 0, .threads = 2, .stop_limit = std::chrono::milliseconds(100)}, hello_router()))
          .value();
  Wire half(server->port());
  half.send("GET /hello HTTP/1.1\r\n");
  const auto before = std::chrono::steady_clock::now();
  server->stop();
  EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds(3));
  EXPECT_TRUE(half.closed_by_peer());
}

TEST(HttpLifecycle, PortInUseIsNamed) {
  const auto first = std::move(Server::start({.port = 0, .threads = 1}, hello_router())).value();
  const auto second = Server::start({.port = first->port(), .threads = 1}, hello_router());
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().code, Code::in_use);
  EXPECT_THAT(second.error().message, HasSubstr("127.0.0.1:" + std::to_string(first->port())));
  EXPECT_FALSE(second.error().hint.empty());
}

TEST(HttpLifecycle, OldSocketFileIsReplacedButNotALiveOne) {
  const test::TempDirectory directory;
  const auto path = directory / "web.socket";
  {  // as a killed server leaves it
    const int left = ::socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.string().copy(address.sun_path, sizeof address.sun_path - 1);
    ASSERT_EQ(::bind(left, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    ::close(left);
  }
  const auto server = Server::start({.unix_socket = path, .threads = 1}, hello_router());
  ASSERT_TRUE(server.has_value()) << server.error().message;
  Wire wire(path);
  EXPECT_EQ(wire.ask("GET /hello HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 10.1.2.3\r\n\r\n")->body, "10.1.2.3");

  const auto second = Server::start({.unix_socket = path, .threads = 1}, hello_router());
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().code, Code::in_use);

  test::write_file(directory / "file", "precious");
  const auto on_file = Server::start({.unix_socket = directory / "file", .threads = 1}, hello_router());
  ASSERT_FALSE(on_file.has_value());
  EXPECT_EQ(on_file.error().code, Code::conflict);
  EXPECT_EQ(test::read_file(directory / "file"), "precious");
}

TEST(HttpLifecycle, BadAddressesAndCertificatesAreNamed) {
  const auto code = [](const ServerOptions& options) {
    const auto server = Server::start(options, hello_router());
    return server.has_value() ? Code::internal : server.error().code;
  };
  EXPECT_EQ(code({.address = "203.0.113.1", .port = 0}), Code::invalid_argument);
  EXPECT_EQ(code({.address = "not an address", .port = 0}), Code::invalid_argument);

  const test::TempDirectory directory;
  for (const char* name : {"a", "b"}) {
    const auto made = crypto::make_loopback_certificate(
        directory / (std::string(name) + ".pem"), directory / (std::string(name) + ".key"), std::chrono::hours(1));
    ASSERT_TRUE(made.has_value());
  }
  test::write_file(directory / "text", "no certificate");
  EXPECT_EQ(code({.port = 0, .certificate_file = directory / "none", .key_file = directory / "a.key"}),
            Code::invalid_argument);
  EXPECT_EQ(code({.port = 0, .certificate_file = directory / "text", .key_file = directory / "a.key"}),
            Code::invalid_argument);
  EXPECT_EQ(code({.port = 0, .certificate_file = directory / "a.pem", .key_file = directory / "b.key"}),
            Code::invalid_argument);
  EXPECT_EQ(code({.port = 0, .certificate_file = directory / "a.pem"}), Code::invalid_argument);
}

TEST(HttpLifecycle, RequestIdsDifferAndClientsCannotChooseThem) {
  const auto server = std::move(Server::start({.port = 0, .threads = 2}, hello_router())).value();
  Wire wire(server->port());
  std::set<std::string> ids;
  for (int i = 0; i < 100; ++i) {
    const auto answer = wire.ask(
        "GET /hello HTTP/1.1\r\nHost: x\r\nX-Request-Id: 0123456789abcdef\r\nX-Forwarded-For: 6.6.6.6\r\n\r\n");
    ids.insert(answer->headers.at("x-request-id"));
    EXPECT_EQ(answer->body, "127.0.0.1");
  }
  EXPECT_EQ(ids.size(), 100U);
  EXPECT_FALSE(ids.contains("0123456789abcdef"));
}

TEST(HttpLifecycle, OldAndCautiousClientsAreServed) {
  Router router = hello_router();
  router.add(Method::post, "/echo", [](Request& request) { return Response::text(request.body(100).value_or("?")); });
  const auto server = std::move(Server::start({.port = 0, .threads = 2}, std::move(router))).value();
  Wire old(server->port());
  EXPECT_EQ(old.ask("GET /hello HTTP/1.0\r\n\r\n")->status, 200);
  EXPECT_TRUE(old.closed_by_peer());

  Wire half_closed(server->port());
  half_closed.send(get("/hello"));
  half_closed.finish_sending();
  EXPECT_EQ(half_closed.receive()->status, 200);
  EXPECT_TRUE(half_closed.closed_by_peer());

  Wire cautious(server->port());
  EXPECT_EQ(cautious.ask("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")->status,
            100);
  EXPECT_EQ(cautious.ask("ab")->body, "ab");
}

}  // namespace
}  // namespace slipway::http
