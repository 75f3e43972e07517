#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "appliance/http/answer.hpp"
#include "appliance/http/form.hpp"
#include "appliance/http/incoming.hpp"
#include "appliance/http/session.hpp"

namespace slipway::http {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const std::string kToken = "abcdefghijklmnopqrstuvwxyzABCDEF0123456789-";

// A4
TEST(SessionCookie, IsBoundToItsAccountAndHiddenFromScripts) {
  EXPECT_EQ(session_cookie("acme", Secret(kToken)),
            "__Secure-slipway=" + kToken + "; Path=/acme; Secure; HttpOnly; SameSite=Lax");
  EXPECT_EQ(expired_session_cookie("acme"), "__Secure-slipway=; Path=/acme; Secure; HttpOnly; SameSite=Lax; Max-Age=0");
}

TEST(SessionCookie, IsTakenOnlyWhenWellFormed) {
  IncomingRequest request;
  EXPECT_FALSE(session_token(request).has_value());
  request.cookies = parse_cookies("a=b; __Secure-slipway=" + kToken + ";c=\"d\"; broken; __Secure-slipway=second");
  EXPECT_EQ(session_token(request)->reveal(), kToken);
  EXPECT_EQ(request.cookies.at("c"), "d");
  for (const std::string& bad :
       {std::string("short"), std::string(200, 'a'), kToken + "'; DROP TABLE", kToken + "\xc3\xa9"}) {
    request.cookies["__Secure-slipway"] = bad;
    EXPECT_FALSE(session_token(request).has_value()) << bad;
  }
  EXPECT_EQ(session_key(Secret(kToken)).size(), 64U);
  EXPECT_THAT(session_key(Secret(kToken)), Not(HasSubstr(kToken)));
}

TEST(Csrf, HoldsForThisSessionAndThisSiteOnly) {
  const Secret key("key");
  const Secret session(kToken);
  Form form;
  form.fields.emplace("csrf", csrf_token(key, session));
  IncomingRequest request;
  request.headers["host"] = "desk.example:8443";
  EXPECT_TRUE(csrf_valid(key, session, request, form));
  EXPECT_FALSE(csrf_valid(Secret("other"), session, request, form));
  EXPECT_FALSE(csrf_valid(key, Secret("another session"), request, form));
  EXPECT_FALSE(csrf_valid(key, session, request, Form{}));

  request.headers["origin"] = "https://desk.example:8443";
  EXPECT_TRUE(csrf_valid(key, session, request, form));
  for (const char* origin :
       {"https://evil.example", "null", "https://desk.example", "https://desk.example:8443.evil.example"}) {
    request.headers["origin"] = origin;
    EXPECT_FALSE(csrf_valid(key, session, request, form)) << origin;
  }
  request.headers.erase("origin");
  request.headers["sec-fetch-site"] = "cross-site";
  EXPECT_FALSE(csrf_valid(key, session, request, form));
  request.headers["sec-fetch-site"] = "same-origin";
  EXPECT_TRUE(csrf_valid(key, session, request, form));
}

TEST(UploadName, IsNeverAPath) {
  EXPECT_EQ(safe_file_name("../../etc/passwd"), "passwd");
  EXPECT_EQ(safe_file_name("C:\\Users\\me\\caf\xc3\xa9.png"), "caf\xc3\xa9.png");
  EXPECT_EQ(safe_file_name("a\r\nb\x01.txt"), "ab.txt");
  EXPECT_EQ(safe_file_name("dir/"), "file");
  EXPECT_EQ(safe_file_name(".."), "file");
  EXPECT_EQ(safe_file_name("bad\xff.bin"), "bad_.bin");
  std::string long_name(254, 'a');
  EXPECT_EQ(safe_file_name(long_name + "\xc3\xa9.png"), long_name);
}

TEST(ProxyHeaders, GiveTheLastHopAndAKnownRequestId) {
  IncomingRequest request;
  request.client_address = "local";
  request.id = "made-here";
  request.headers = {{"x-forwarded-for", "6.6.6.6, 10.0.0.7"}, {"x-request-id", "0123456789abcdef"}};
  adopt_proxy_headers(request);
  EXPECT_EQ(request.client_address, "10.0.0.7");
  EXPECT_EQ(request.id, "0123456789abcdef");
  request.headers = {{"x-forwarded-for", "6.6.6.6, <script>"}, {"x-request-id", "bad id\""}};
  adopt_proxy_headers(request);
  EXPECT_EQ(request.client_address, "10.0.0.7");
  EXPECT_EQ(request.id, "0123456789abcdef");
}

TEST(AnswerHead, LetsHandlersOverrideDefaultsButNotFraming) {
  std::string head;
  const Response response = Response::html("x")
                                .with("cache-control", "max-age=60")
                                .with("Content-Security-Policy", "default-src 'none'")
                                .with("Content-Length", "999")
                                .with("X-Injected", "a\r\nSet-Cookie: b");
  AnswerWriter(true).append_head(head, response, {.request_id = "r1", .keep_alive = false, .content_length = 1});
  EXPECT_THAT(head, HasSubstr("cache-control: max-age=60\r\n"));
  EXPECT_THAT(head, Not(HasSubstr("no-store")));
  EXPECT_THAT(head, Not(HasSubstr("default-src 'self'")));
  EXPECT_THAT(head, HasSubstr("Content-Length: 1\r\n"));
  EXPECT_THAT(head, Not(HasSubstr("999")));
  EXPECT_THAT(head, HasSubstr("X-Injected: a  Set-Cookie: b\r\n"));
  EXPECT_THAT(head, HasSubstr("Strict-Transport-Security: max-age=31536000\r\n"));
  EXPECT_THAT(head, HasSubstr("Connection: close\r\n\r\n"));

  std::string empty;
  AnswerWriter(false).append_head(empty, {.status = 304}, {.request_id = "r1"});
  EXPECT_THAT(empty, Not(HasSubstr("Content-Length")));
}

}  // namespace
}  // namespace slipway::http
