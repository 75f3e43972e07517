#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "appliance/crypto/crypto.hpp"
#include "appliance/http/server.hpp"
#include "tests/support/temp_directory.hpp"
#include "tests/support/wire.hpp"

namespace slipway::http {
namespace {

using test::get;
using test::Wire;
using ::testing::HasSubstr;

Router small_router() {
  Router router;
  router.add(Method::get, "/hello", [](Request&) { return Response::json(R"({"hello":"world"})"); });
  router.add(Method::get, "/things/{name}",
             [](Request& request) { return Response::text(request.parameters.at("name")); });
  router.add(Method::get, "/throws", [](Request&) -> Response { throw std::runtime_error("on purpose"); });
  router.add(Method::get, "/large", [](Request&) { return Response::text(std::string(5'000'000, 'x')); });
  router.add(Method::get, "/stream", [](Request&) {
    Response response;
    response.stream_size = 3'000'000;
    response.stream = [](const BodyWriter& write) -> Status {
      for (int i = 0; i < 30; ++i) SLIPWAY_CHECK(write(std::string(100'000, static_cast<char>('a' + i % 26))));
      return {};
    };
    return response;
  });
  router.add(Method::post, "/echo", [](Request& request) {
    const auto body = request.body(1U << 20U);
    return body.has_value() ? Response::text(*body) : Response::problem(body.error(), request.id);
  });
  router.add(Method::post, "/form", [](Request& request) {
    const auto form = request.form(16U << 20U);
    if (!form.has_value()) return Response::problem(form.error(), request.id);
    std::string text = form->text("text");
    for (const Upload& upload : form->uploads) {
      std::ifstream file(upload.path, std::ios::binary);
      const std::string bytes{std::istreambuf_iterator<char>(file), {}};
      text += "|" + upload.field + "|" + upload.file_name + "|" + upload.media_type + "|" + crypto::sha256_hex(bytes);
    }
    return Response::text(text);
  });
  return router;
}

std::unique_ptr<Server> started(ServerOptions options) {
  options.port = 0;
  options.threads = 4;
  auto server = Server::start(options, small_router());
  EXPECT_TRUE(server.has_value()) << (server.has_value() ? "" : server.error().message);
  return server.has_value() ? std::move(*server) : nullptr;
}

TEST(HttpServer, AnswersWithLengthRequestIdAndSecurityHeaders) {
  const auto server = started({});
  Wire wire(server->port());
  const auto answer = wire.ask(get("/hello"));
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->body, R"({"hello":"world"})");
  EXPECT_EQ(answer->headers.at("content-length"), "17");
  EXPECT_EQ(answer->headers.at("x-request-id").size(), 16U);
  EXPECT_EQ(answer->headers.at("cache-control"), "no-store");
  EXPECT_EQ(answer->headers.at("x-content-type-options"), "nosniff");
  EXPECT_THAT(answer->headers.at("content-security-policy"), HasSubstr("frame-ancestors 'none'"));
  EXPECT_TRUE(answer->headers.contains("date"));
  EXPECT_FALSE(answer->headers.contains("strict-transport-security"));
}

TEST(HttpServer, KeepsConnectionsAndAnswersPipelinedRequestsInOrder) {
  const auto server = started({});
  Wire wire(server->port());
  ASSERT_TRUE(wire.send(get("/things/one") + get("/things/two") + get("/things/three")));
  for (const char* expected : {"one", "two", "three"}) {
    const auto answer = wire.receive();
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->body, expected);
  }
  EXPECT_EQ(wire.ask(get("/things/four"))->body, "four");
}

TEST(HttpServer, HeadHasTheLengthButNoBody) {
  const auto server = started({});
  Wire wire(server->port());
  wire.send("HEAD /hello HTTP/1.1\r\nHost: x\r\n\r\n");
  const auto head = wire.receive(true);
  ASSERT_TRUE(head.has_value());
  EXPECT_EQ(head->headers.at("content-length"), "17");
  EXPECT_EQ(wire.ask(get("/hello"))->body, R"({"hello":"world"})");
}

TEST(HttpServer, SendsLargeBodiesAndStreams) {
  const auto server = started({});
  Wire wire(server->port());
  EXPECT_EQ(wire.ask(get("/large"))->body, std::string(5'000'000, 'x'));
  const auto streamed = wire.ask(get("/stream"));
  ASSERT_TRUE(streamed.has_value());
  EXPECT_EQ(streamed->body.size(), 3'000'000U);
  EXPECT_EQ(streamed->body.substr(100'000, 2), "bb");
}

TEST(HttpServer, SurvivesHandlersThatThrow) {
  const auto server = started({});
  Wire wire(server->port());
  const auto answer = wire.ask(get("/throws"));
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->status, 500);
  EXPECT_EQ(answer->body.find("on purpose"), std::string::npos);
  EXPECT_EQ(wire.ask(get("/hello"))->status, 200);
}

TEST(HttpServer, TakesBodiesWholeAndChunked) {
  const auto server = started({});
  Wire wire(server->port());
  EXPECT_EQ(wire.ask("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello")->body, "hello");
  EXPECT_EQ(wire.ask("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                     "3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nTrailer: x\r\n\r\n")
                ->body,
            "abcde");
  const std::string large(500'000, 'z');
  EXPECT_EQ(wire.ask("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 500000\r\n\r\n" + large)->body, large);
}

TEST(HttpServer, SpoolsUploadsAndKeepsTheirBytes) {
  const auto server = started({});
  std::string bytes(3'000'000, '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * 7919U >> 3U);
  const std::string body =
      "--cut\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\ncaf\xc3\xa9\r\n--cut\r\n"
      "Content-Disposition: form-data; name=\"file\"; filename=\"../../etc/pass\x01wd\"\r\n"
      "Content-Type: image/png\r\n\r\n" +
      bytes + "\r\n--cut--\r\n";
  Wire wire(server->port());
  const auto answer =
      wire.ask("POST /form HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=cut\r\nContent-Length: " +
               std::to_string(body.size()) + "\r\n\r\n" + body);
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->body, "caf\xc3\xa9|file|passwd|image/png|" + crypto::sha256_hex(bytes));
}

// A3
TEST(HttpServer, SpeaksTls12And13Only) {
  const test::TempDirectory directory;
  ASSERT_TRUE(
      crypto::make_loopback_certificate(directory / "c.pem", directory / "k.pem", std::chrono::hours(24)).has_value());
  const auto server = started({.certificate_file = directory / "c.pem", .key_file = directory / "k.pem"});
  for (const char* version : {"1.2", "1.3"}) {
    Wire wire(server->port());
    ASSERT_TRUE(wire.start_tls(version)) << version;
    const auto answer = wire.ask(get("/hello"));
    ASSERT_TRUE(answer.has_value());
    EXPECT_TRUE(answer->headers.contains("strict-transport-security"));
    EXPECT_EQ(wire.ask(get("/large"))->body.size(), 5'000'000U);
    Wire again(server->port());
    ASSERT_TRUE(again.start_tls(version, &wire)) << version;
    EXPECT_TRUE(again.resumed()) << version;
  }
  Wire old(server->port());
  EXPECT_FALSE(old.start_tls("1.1"));
}

}  // namespace
}  // namespace slipway::http
