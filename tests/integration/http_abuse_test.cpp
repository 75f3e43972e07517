// What hostile, broken and slow clients get, while others are answered all the time.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "appliance/crypto/crypto.hpp"
#include "appliance/http/server.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/small_disk.hpp"
#include "tests/support/temp_directory.hpp"
#include "tests/support/wire.hpp"

namespace slipway::http {
namespace {

using std::chrono::milliseconds;
using test::get;
using test::Wire;

constexpr std::size_t kLarge = 8'000'000;

class HttpAbuse : public ::testing::Test {
 protected:
  void start(ServerOptions options) {
    options.port = 0;
    options.threads = 2;
    Router router;
    router.add(Method::get, "/hello", [](Request&) { return Response::text("hello"); });
    router.add(Method::get, "/large", [](Request&) { return Response::text(std::string(kLarge, 'x')); });
    router.add(Method::post, "/echo",
               [](Request& request) { return Response::text(request.body(UINT64_MAX).value_or("?")); });
    router.add(Method::post, "/length", [](Request& request) {
      return Response::text(std::to_string(request.body(UINT64_MAX).value_or("").size()));
    });
    router.add(
        Method::post, "/small", [](Request&) { return Response::text("small"); }, 10);
    auto server = Server::start(options, std::move(router));
    ASSERT_TRUE(server.has_value()) << server.error().message;
    server_ = std::move(*server);
  }
  [[nodiscard]] Wire connect() const { return Wire(server_->port()); }

  void others_are_answered() const {
    Wire other(server_->port(), std::chrono::seconds(8));
    const auto answer = other.ask(get("/hello"));
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->body, "hello");
  }

  std::unique_ptr<Server> server_;
};

TEST_F(HttpAbuse, BlankLinesWithoutEndAreRefused) {
  start({});
  std::string blank;
  for (int i = 0; i < 100'000; ++i) blank += "\r\n";
  EXPECT_EQ(connect().ask("\r\n\r\n" + get("/hello"))->status, 200);
  Wire wire = connect();
  const auto answer = wire.ask(blank);
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->status, 400);
  EXPECT_TRUE(wire.closed_by_peer());
  others_are_answered();
}

TEST_F(HttpAbuse, DeclaredGigabyteIsRefusedUnread) {
  start({});
  Wire wire = connect();
  const auto answer = wire.ask("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000\r\n\r\n");
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->status, 413);
  EXPECT_EQ(answer->headers.at("connection"), "close");
  EXPECT_TRUE(wire.closed_by_peer());
  EXPECT_EQ(connect().ask("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999999\r\n\r\n")->status,
            413);
  EXPECT_EQ(connect().ask("POST /small HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\n\r\n")->status, 413);
  EXPECT_EQ(connect().ask("POST /nowhere HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\n\r\n")->status, 404);
}

TEST_F(HttpAbuse, ChunkedGigabyteIsCut) {
  start({.body_bytes = 1'000'000});
  Wire wire = connect();
  ASSERT_TRUE(wire.send("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"));
  const std::string chunk = "10000\r\n" + std::string(65536, 'c') + "\r\n";
  std::uint64_t sent = 0;
  while (sent < 1'000'000'000 && wire.send(chunk)) sent += chunk.size();
  EXPECT_LT(sent, 500'000'000U);
  others_are_answered();

  Wire patient = connect();  // one that looks before it sends too much sees why
  ASSERT_TRUE(patient.send("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"));
  for (int i = 0; i < 20; ++i) patient.send(chunk);
  const auto answer = patient.receive();
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->status, 413);
}

TEST_F(HttpAbuse, HeadOfAMegabyteIsRefused) {
  start({});
  Wire one_field = connect();
  one_field.send("GET /hello HTTP/1.1\r\nHost: x\r\nX: " + std::string(1'000'000, 'a') + "\r\n\r\n");
  EXPECT_EQ(one_field.receive()->status, 431);
  Wire target = connect();
  target.send("GET /" + std::string(1'000'000, 'a') + " HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(target.receive()->status, 431);
  Wire fits = connect();
  EXPECT_EQ(fits.ask("GET /hello HTTP/1.1\r\nHost: x\r\nX: " + std::string(30'000, 'a') + "\r\n\r\n")->status, 200);
}

TEST_F(HttpAbuse, SlowHeadMeetsItsDeadlineEvenWhenItTrickles) {
  start({.header_limit = milliseconds(200)});
  Wire silent = connect();
  silent.send("GET /hel");
  EXPECT_EQ(silent.receive()->status, 408);

  Wire trickling(server_->port(), milliseconds(20));  // receive() gives up after 20 ms: the pace of the trickle
  std::optional<test::WireAnswer> answer;
  trickling.send("GET /hello HTTP/1.1\r\n");
  for (int i = 0; i < 200 && !answer.has_value(); ++i) {
    trickling.send(std::string("X").append(std::to_string(i)).append(": a\r\n"));
    answer = trickling.receive();
  }
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->status, 408);
}

TEST_F(HttpAbuse, SlowBodyMeetsItsDeadlineEvenWhenItTrickles) {
  start({.body_limit = milliseconds(200)});
  Wire silent = connect();
  silent.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc");
  EXPECT_EQ(silent.receive()->status, 408);

  Wire trickling(server_->port(), milliseconds(20));
  trickling.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 10000\r\n\r\n");
  std::optional<test::WireAnswer> answer;
  for (int i = 0; i < 200 && !answer.has_value(); ++i) {
    trickling.send("x");
    answer = trickling.receive();
  }
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->status, 408);
}

TEST_F(HttpAbuse, IdleConnectionsAreClosedAfterTheirLimit) {
  start({.idle_limit = milliseconds(100)});
  Wire never_spoke = connect();
  Wire spoke = connect();
  EXPECT_EQ(spoke.ask(get("/hello"))->status, 200);
  EXPECT_TRUE(never_spoke.closed_by_peer());
  EXPECT_TRUE(spoke.closed_by_peer());
}

TEST_F(HttpAbuse, SlowClientsOfEveryKindHoldNoThread) {
  start({});
  std::vector<Wire> clients;
  for (int i = 0; i < 200; ++i) {
    clients.push_back(connect());
    clients.back().send("GET /hello HTTP/1.1\r\nHost:");
    clients.push_back(connect());
    clients.back().send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nabc");
  }
  for (int i = 0; i < 10; ++i) {  // who ask for much and read nothing
    clients.push_back(connect());
    clients.back().send(get("/large"));
  }
  others_are_answered();
  EXPECT_EQ(clients.back().receive()->body.size(), kLarge) << "a slow reader gets everything in the end";
  clients[0].send(" x\r\n\r\n");
  EXPECT_EQ(clients[0].receive()->status, 200) << "a slow writer is answered in the end";
}

TEST_F(HttpAbuse, SlowReaderIsCutAfterItsLimit) {
  start({.max_connections = 1, .body_limit = milliseconds(200)});
  Wire slow = connect();
  slow.send(get("/large"));
  EXPECT_TRUE(test::eventually(std::chrono::seconds(5), [&] {  // its place becomes free
    const auto answer = connect().ask(get("/hello"));
    return answer.has_value() && answer->status == 200;
  }));
  EXPECT_FALSE(slow.receive().has_value()) << "not the whole answer";
}

TEST_F(HttpAbuse, AnswersBesideAThousandIdleConnections) {
  start({});
  std::vector<Wire> idle;
  for (int i = 0; i < 1000; ++i) {
    idle.push_back(connect());
    ASSERT_TRUE(idle.back().connected());
  }
  others_are_answered();
  EXPECT_EQ(idle.front().ask(get("/hello"))->status, 200);
  EXPECT_EQ(idle.back().ask(get("/hello"))->status, 200);
}

TEST_F(HttpAbuse, AnswersBesideAThousandIdleTlsConnections) {
  const test::TempDirectory directory;
  ASSERT_TRUE(
      crypto::make_loopback_certificate(directory / "c.pem", directory / "k.pem", std::chrono::hours(24)).has_value());
  start({.certificate_file = directory / "c.pem", .key_file = directory / "k.pem"});
  std::vector<Wire> idle;
  for (int i = 0; i < 1000; ++i) {
    idle.push_back(connect());
    if (i % 2 == 0) {  // the others stop before their handshake
      ASSERT_TRUE(idle.back().start_tls());
    }
  }
  Wire other(server_->port(), std::chrono::seconds(8));
  ASSERT_TRUE(other.start_tls());
  EXPECT_EQ(other.ask(get("/hello"))->body, "hello");
  EXPECT_EQ(idle.front().ask(get("/hello"))->status, 200);
}

TEST_F(HttpAbuse, MalformedAndAmbiguousRequestsAreRefusedAndNothingIsSmuggled) {
  start({});
  const std::string smuggled = "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n";
  for (const std::string& request :
       {std::string("\x16\x03\x01\x02\r\n\r\n"), std::string("GET\r\n\r\n"), std::string("GET /hello\r\n\r\n"),
        "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + smuggled,
        "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 0\r\n\r\n" + smuggled,
        "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n" + smuggled,
        "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n" + smuggled,
        std::string("GET /../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n"),
        std::string("GET /%2e%2e/x HTTP/1.1\r\nHost: x\r\n\r\n"),
        std::string("GET /a%00b HTTP/1.1\r\nHost: x\r\n\r\n")}) {
    Wire wire = connect();
    const auto answer = wire.ask(request);
    ASSERT_TRUE(answer.has_value()) << request;
    EXPECT_EQ(answer->status, 400) << request;
    EXPECT_FALSE(wire.receive().has_value()) << "a second answer: " << request;
  }
  EXPECT_EQ(connect().ask("BREW /hello HTTP/1.1\r\nHost: x\r\n\r\n")->status, 501);
  EXPECT_EQ(connect().ask("PUT /hello HTTP/1.1\r\nHost: x\r\n\r\n")->status, 405);
  EXPECT_EQ(connect().ask("GET /hello HTTP/3.0\r\nHost: x\r\n\r\n")->status, 505);
  others_are_answered();
}

TEST_F(HttpAbuse, FurtherTlsConnectionsAreClosedUnheard) {
  const test::TempDirectory directory;
  ASSERT_TRUE(
      crypto::make_loopback_certificate(directory / "c.pem", directory / "k.pem", std::chrono::hours(24)).has_value());
  start({.certificate_file = directory / "c.pem", .key_file = directory / "k.pem", .max_connections = 2});
  std::vector<Wire> held;
  for (int i = 0; i < 2; ++i) {
    held.push_back(connect());
    ASSERT_TRUE(held.back().start_tls());
    ASSERT_EQ(held.back().ask(get("/hello"))->status, 200);
  }
  for (int i = 0; i < 5; ++i) {
    Wire further = connect();
    ASSERT_TRUE(further.connected());
    EXPECT_FALSE(further.start_tls());
    EXPECT_TRUE(further.closed_by_peer());
  }
  for (Wire& wire : held) EXPECT_EQ(wire.ask(get("/hello"))->body, "hello");
  held.pop_back();
  EXPECT_TRUE(test::eventually(std::chrono::seconds(30), [&] {  // its place becomes free
    Wire next = connect();
    const bool open = next.start_tls();
    const auto answer = open ? next.ask(get("/hello")) : std::nullopt;
    return answer.has_value() && answer->status == 200;
  }));
}

/// The directory of temporary files, for as long as the object lives.
class TemporaryFilesIn {
 public:
  explicit TemporaryFilesIn(const std::filesystem::path& directory) {
    if (const char* before = std::getenv("TMPDIR"); before != nullptr) before_ = before;
    ::setenv("TMPDIR", directory.c_str(), 1);
  }
  TemporaryFilesIn(const TemporaryFilesIn&) = delete;
  TemporaryFilesIn& operator=(const TemporaryFilesIn&) = delete;
  ~TemporaryFilesIn() {
    if (before_) {
      ::setenv("TMPDIR", before_->c_str(), 1);
    } else {
      ::unsetenv("TMPDIR");
    }
  }

 private:
  std::optional<std::string> before_;
};

TEST_F(HttpAbuse, UploadOnAFullDiskIsRefusedAndTheNextOneTaken) {
  const test::SmallDisk disk("4m");
  if (!disk.mounted()) GTEST_SKIP() << "a small file system can be mounted by root only";
  const TemporaryFilesIn directory(disk.path());
  start({});
  const auto has_room = [&] {  // a request ends, and its file goes, after its answer
    return test::eventually(std::chrono::seconds(30),
                            [&] { return std::filesystem::space(disk.path()).available > (3U << 20U); });
  };
  const auto upload = [&](std::size_t bytes) {
    Wire wire(server_->port(), std::chrono::seconds(60));
    wire.send("POST /length HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(bytes) + "\r\n\r\n");
    wire.send(std::string(bytes, 'u'));  // not all of it when the answer comes first
    return wire.receive();
  };
  const auto larger_than_the_disk = upload(6U << 20U);
  ASSERT_TRUE(larger_than_the_disk.has_value());
  EXPECT_EQ(larger_than_the_disk->status, 507);
  EXPECT_EQ(larger_than_the_disk->headers.at("content-type"), "application/problem+json");
  EXPECT_THAT(larger_than_the_disk->body, ::testing::HasSubstr("urn:slipway:problem:no_space"));
  others_are_answered();

  EXPECT_TRUE(has_room());
  EXPECT_EQ(upload(3U << 20U).value_or(test::WireAnswer{}).body, std::to_string(3U << 20U));
  EXPECT_TRUE(has_room());
  disk.fill();
  EXPECT_EQ(upload(1U << 20U).value_or(test::WireAnswer{}).status, 507);
  EXPECT_EQ(upload(1000).value_or(test::WireAnswer{}).body, "1000") << "a small body needs no file";
  others_are_answered();
  disk.make_room();
  EXPECT_EQ(upload(3U << 20U).value_or(test::WireAnswer{}).body, std::to_string(3U << 20U));
}

TEST_F(HttpAbuse, FurtherConnectionsGet503) {
  start({.max_connections = 3});
  std::vector<Wire> held;
  for (int i = 0; i < 3; ++i) {
    held.push_back(connect());
    ASSERT_EQ(held.back().ask(get("/hello"))->status, 200);
  }
  Wire fourth = connect();
  const auto refused = fourth.receive();
  ASSERT_TRUE(refused.has_value());
  EXPECT_EQ(refused->status, 503);
  EXPECT_TRUE(fourth.closed_by_peer());
  EXPECT_EQ(held.front().ask(get("/hello"))->status, 200);
}

}  // namespace
}  // namespace slipway::http
