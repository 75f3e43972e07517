// What the web server does where there are two sites.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <thread>

#include "tests/integration/desk_site.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/test_server.hpp"

namespace slipway::desk::test {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

const std::string kRequests = "/api/v1/north/requests";
const std::string kRequest = R"({"subject":"Screen","description":"It is dark.","severity":2})";

lease::Lease lease_of(std::uint64_t epoch) {
  return {.epoch = epoch, .write_until = boot_clock() + hours(1), .acknowledge_until = boot_clock() + hours(1)};
}

class DeskWriteGate : public ::testing::Test {
 protected:
  http::ClientAnswer open() { return site.call("POST", kRequests, requester, kRequest); }
  /// The page of a write that cannot be confirmed.
  http::Response unsure() {
    class FormRequest final : public http::Request {
     public:
      FormRequest() {
        method = http::Method::post;
        path = "/north/requests";
      }
      Result<std::string> body(std::uint64_t) override { return std::string(); }
      Result<http::Form> form(std::uint64_t) override { return http::Form{}; }
    };
    FormRequest request;
    return error_response(site.parts(), request, lease::unknown_outcome());
  }
  std::int64_t requests() {
    auto db = site.north.connect();
    return (*db.query_one("SELECT COUNT(*) FROM request"))->integer(0);
  }

  slipway::test::TempDirectory directory;
  lease::LeasePage page = *lease::LeasePage::create(directory / "lease");
  TestSite site{directory / "lease"};
  std::string requester = site.north.token(site.north.requester, site.clock.now());
};

// F5
TEST_F(DeskWriteGate, ASiteWithoutTheWritesShowsWhatItHasAndChangesNothing) {
  const auto refused = open();
  EXPECT_EQ(refused.status, 503) << refused.body;
  EXPECT_EQ(site.call("GET", kRequests, requester).status, 200);
  EXPECT_EQ(requests(), 0);
  page.publish(lease_of(4));
  EXPECT_EQ(open().status, 201);
  page.publish({.epoch = 4, .write_until = boot_clock(), .acknowledge_until = boot_clock()});
  EXPECT_EQ(open().status, 503) << "its lease has run out";
  EXPECT_EQ(requests(), 1);
}

// F5: what a person has to do differs from that of a server which is merely away.
TEST_F(DeskWriteGate, TellsAPersonWhetherItWasSaved) {
  const std::string url = "http://127.0.0.1:" + std::to_string(site.port()) + "/north/sign-in";
  const http::ClientRequest request{
      .method = "POST",
      .url = url,
      .headers = {{"Content-Type", "application/x-www-form-urlencoded"}, {"Accept-Language", "fr"}},
      .body = "login=rita"};
  const auto refused = http::fetch(request);
  ASSERT_TRUE(refused.has_value());
  EXPECT_EQ(refused->status, 503);
  EXPECT_NE(refused->body.find("n’a pas été enregistré"), std::string::npos) << refused->body;
  EXPECT_EQ(unsure().body.find("Try again in a moment"), std::string::npos);
  EXPECT_NE(unsure().body.find("before you send it again"), std::string::npos) << unsure().body;
}

// F5: an agent that was installed anew has another file.
TEST_F(DeskWriteGate, FollowsThePageOfANewAgent) {
  page.publish(lease_of(4));
  EXPECT_EQ(open().status, 201);
  page.publish({});
  std::filesystem::remove(directory / "lease");
  EXPECT_EQ(open().status, 503);
  auto other = lease::LeasePage::create(directory / "lease");
  ASSERT_TRUE(other.has_value());
  other->publish(lease_of(5));
  EXPECT_EQ(open().status, 201);
}

// F5
TEST_F(DeskWriteGate, WhatWasWrittenInAnotherEpochIsNotAcknowledged) {
  page.publish(lease_of(4));
  auto holding = site.north.connect();
  ASSERT_TRUE(holding.execute_text("LOCK TABLES request WRITE").has_value());
  http::ClientAnswer answer;
  std::thread writing([&] { answer = open(); });
  auto watching = site.north.connect();
  EXPECT_TRUE(slipway::test::eventually(seconds(20), [&] {
    const auto waiting = watching.query_one(
        "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE STATE = 'Waiting for table metadata lock' AND DB = "
        "DATABASE()");
    return waiting && (*waiting)->integer(0) > 0;
  }));
  page.publish(lease_of(6));
  ASSERT_TRUE(holding.execute_text("UNLOCK TABLES").has_value());
  writing.join();
  EXPECT_EQ(answer.status, 503);
  EXPECT_NE(answer.body.find("not known"), std::string::npos) << answer.body;
  EXPECT_EQ(requests(), 1) << "it is there all the same";
}

}  // namespace
}  // namespace slipway::desk::test
