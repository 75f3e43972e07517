#include <gtest/gtest.h>

#include "appliance/http/chunked.hpp"
#include "appliance/http/head.hpp"

namespace slipway::http {
namespace {

int refused_with(const std::string& bytes) {
  Head head;
  const auto refusal = parse_head(bytes, head);
  return refusal.has_value() ? refusal->status : 200;
}

std::string with_fields(const std::string& fields) { return "POST /x HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n"; }

TEST(RequestHead, IsReadWhole) {
  Head head;
  ASSERT_FALSE(
      parse_head("POST /a?b=c HTTP/1.1\r\nHost: h\r\nX-One:  two \r\nX-one: three\r\nCookie: a=1\r\ncookie: b=2\r\n"
                 "Content-Length: 12\r\nExpect: 100-continue\r\n\r\n",
                 head)
          .has_value());
  EXPECT_EQ(head.method, "POST");
  EXPECT_EQ(head.target, "/a?b=c");
  EXPECT_EQ(head.headers.at("x-one"), "two, three");
  EXPECT_EQ(head.headers.at("cookie"), "a=1; b=2");
  EXPECT_EQ(head.content_length, 12U);
  EXPECT_TRUE(head.expect_continue);
  EXPECT_TRUE(head.keep_alive);
  EXPECT_FALSE(head.chunked);
}

TEST(RequestHead, DecidesWhetherTheConnectionStays) {
  const auto keeps = [](const std::string& bytes) {
    Head head;
    EXPECT_FALSE(parse_head(bytes, head).has_value());
    return head.keep_alive;
  };
  EXPECT_TRUE(keeps("GET / HTTP/1.1\r\nHost: h\r\n\r\n"));
  EXPECT_FALSE(keeps("GET / HTTP/1.1\r\nHost: h\r\nConnection: TE, Close\r\n\r\n"));
  EXPECT_FALSE(keeps("GET / HTTP/1.0\r\n\r\n"));
  EXPECT_TRUE(keeps("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n"));
}

TEST(RequestHead, RefusesWhatTwoServersCouldReadDifferently) {
  for (const char* fields :
       {"Content-Length: 1\r\nContent-Length: 1\r\n", "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n",
        "Content-Length: 1, 1\r\n", "Content-Length: +1\r\n", "Content-Length: -1\r\n", "Content-Length: 0x1\r\n",
        "Content-Length: 1 1\r\n", "Content-Length:\r\n", "Content-Length : 1\r\n", "Host: other\r\n",
        "X: a\r\n folded\r\n", "X: a\rb\r\n", "X: a\nY: b\r\n", " X: a\r\n", ": a\r\n", "X\r\n", "X\x01Y: a\r\n",
        "X: a\x7f\r\n", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"})
    EXPECT_EQ(refused_with(with_fields(fields)), 400) << fields;
  EXPECT_EQ(refused_with(with_fields("Transfer-Encoding: gzip, chunked\r\n")), 501);
  EXPECT_EQ(refused_with(with_fields("Transfer-Encoding: xchunked\r\n")), 501);
  EXPECT_EQ(refused_with("POST /x HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"), 400);
  EXPECT_EQ(refused_with(with_fields(std::string("X: a\0b\r\n", 8))), 400);
  EXPECT_EQ(refused_with(with_fields("Transfer-Encoding: chunked\r\n")), 200);
}

TEST(RequestHead, RefusesMalformedRequestLines) {
  for (const char* line :
       {"GET", "GET /", "GET  HTTP/1.1", "GET / HTTP/1.1 ", " GET / HTTP/1.1", "G@T / HTTP/1.1", "GET / http/1.1",
        "GET / HTTP/1.10", "GET /a b HTTP/1.1", "GET /\x80 HTTP/1.1", "GET / HTTP/x.1", "\x16\x03\x01"})
    EXPECT_EQ(refused_with(std::string(line) + "\r\nHost: h\r\n\r\n"), 400) << line;
  EXPECT_EQ(refused_with("GET / HTTP/2.0\r\nHost: h\r\n\r\n"), 505);
  EXPECT_EQ(refused_with("GET / HTTP/1.1\r\n\r\n"), 400) << "no Host";
  EXPECT_EQ(refused_with(with_fields("Expect: magic\r\n")), 417);
  std::string many;
  for (int i = 0; i < 101; ++i) many += "X-" + std::to_string(i) + ": a\r\n";
  EXPECT_EQ(refused_with(with_fields(many)), 431);
}

/// The decoded body, "!" when refused, "…" when more is needed; fed in pieces of `step` bytes.
std::string decoded(std::string_view input, std::size_t step) {
  ChunkedDecoder decoder;
  std::string body;
  while (!input.empty() && !decoder.done()) {
    std::string_view piece = input.substr(0, step);
    const std::size_t offered = piece.size();
    const Status status = decoder.decode(piece, [&](std::string_view data) -> Status {
      body += data;
      return {};
    });
    if (!status.has_value()) return "!";
    input.remove_prefix(offered - piece.size());
  }
  return decoder.done() ? body + "|" + std::string(input) : "…";
}

TEST(ChunkedDecoder, GivesTheSameBodyHoweverTheBytesCome) {
  for (const std::size_t step : {1U, 2U, 3U, 7U, 1000U}) {
    EXPECT_EQ(decoded("5\r\nhello\r\nA;name=\"v\"\r\n0123456789\r\n0\r\n\r\nGET /", step), "hello0123456789|GET /");
    EXPECT_EQ(decoded("0\r\nTrailer: a\r\nB: c\r\n\r\n", step), "|");
    EXPECT_EQ(decoded("5\r\nhel", step), "…");
  }
}

TEST(ChunkedDecoder, RefusesWhatIsMalformed) {
  for (const char* input : {"\r\n", "x\r\n", "-1\r\n", "5\nhello\r\n", "5\r\nhelloX\r\n", "5\r\nhello\rX",
                            "1234567890abcdef\r\n", "5;a\nb\r\n", "0\r\nTrailer\n\r\n", "0\r\n\rX"})
    EXPECT_EQ(decoded(input, 1), "!") << input;
  EXPECT_EQ(decoded("1;" + std::string(9000, 'a') + "\r\n", 100), "!");
}

}  // namespace
}  // namespace slipway::http
