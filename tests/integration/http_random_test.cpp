// Random bytes against the server, from a seed that is printed (and can be given in SLIPWAY_SEED).
#include <gtest/gtest.h>

#include <cstdlib>
#include <random>

#include "appliance/crypto/crypto.hpp"
#include "appliance/http/server.hpp"
#include "tests/support/temp_directory.hpp"
#include "tests/support/wire.hpp"

namespace slipway::http {
namespace {

using test::Wire;

std::uint64_t chosen_seed() {
  const char* given = std::getenv("SLIPWAY_SEED");
  return given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device()();
}

Router any_router() {
  Router router;
  router.add(Method::get, "/{name}", [](Request& request) { return Response::text(request.parameters.at("name")); });
  router.add(Method::post, "/{name}", [](Request& request) {
    const auto form = request.form(100'000);
    return form.has_value() ? Response::text(form->text("a")) : Response::problem(form.error(), request.id);
  });
  return router;
}

/// A sound request with some of its bytes changed, cut, doubled or followed by others.
std::string spoilt_request(std::mt19937_64& random) {
  static const std::vector<std::string> sound{
      "GET /a?b=c%20d HTTP/1.1\r\nHost: x\r\nCookie: a=b; c=d\r\n\r\n",
      "POST /a HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: "
      "9\r\n\r\na=b&c=%41",
      "POST /a HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=q\r\nTransfer-Encoding: "
      "chunked\r\n\r\n"
      "4b\r\n--q\r\nContent-Disposition: form-data; name=\"a\"; filename=\"f\"\r\n\r\nbytes\r\n--q--\r\n\r\n0\r\n\r\n"};
  using namespace std::string_literals;
  static const std::string spice = "\r\n\0:;=%/\\ \xff\x80{}0123456789abcdefGET"s;
  std::string bytes = sound[random() % sound.size()];
  for (std::uint64_t changes = random() % 6; changes > 0 && !bytes.empty(); --changes) {
    const std::size_t at = random() % bytes.size();
    switch (random() % 5) {
      case 0:
        bytes[at] = spice[random() % spice.size()];
        break;
      case 1:
        bytes.erase(at, random() % 20);
        break;
      case 2:
        bytes = bytes.substr(0, at) + bytes.substr(random() % bytes.size(), random() % 40) + bytes.substr(at);
        break;
      case 3:
        bytes.insert(at, 1, static_cast<char>(random()));
        break;
      default:
        bytes += bytes.substr(at);
        break;
    }
  }
  return bytes;
}

std::string random_bytes(std::mt19937_64& random) {
  std::string bytes(random() % 2000, '\0');
  for (char& c : bytes) c = static_cast<char>(random());
  return bytes;
}

TEST(HttpRandom, NothingThatIsSentStopsTheServer) {
  const std::uint64_t seed = chosen_seed();
  SCOPED_TRACE("SLIPWAY_SEED=" + std::to_string(seed));
  std::cout << "SLIPWAY_SEED=" << seed << "\n";
  std::mt19937_64 random(seed);
  const auto server = std::move(Server::start({.port = 0, .threads = 2, .body_bytes = 100'000}, any_router())).value();
  for (int round = 0; round < 2000; ++round) {
    Wire wire(server->port());
    const std::string bytes = random() % 10 == 0 ? random_bytes(random) : spoilt_request(random);
    std::string_view rest = bytes;
    while (!rest.empty()) {
      const std::string_view piece = rest.substr(0, 1 + random() % bytes.size());
      if (!wire.send(piece)) break;
      rest.remove_prefix(piece.size());
    }
    wire.finish_sending();
    while (const auto answer = wire.receive()) {
      EXPECT_GE(answer->status, 200);
      EXPECT_NE(answer->status, 500) << bytes;
      EXPECT_LT(answer->status, 600);
    }
    ASSERT_TRUE(wire.closed_by_peer()) << bytes;
  }
  EXPECT_EQ(Wire(server->port()).ask(test::get("/still-there"))->body, "still-there");
}

TEST(HttpRandom, NothingThatIsSentToTheTlsPortStopsIt) {
  const std::uint64_t seed = chosen_seed();
  SCOPED_TRACE("SLIPWAY_SEED=" + std::to_string(seed));
  std::cout << "SLIPWAY_SEED=" << seed << "\n";
  std::mt19937_64 random(seed);
  const test::TempDirectory directory;
  ASSERT_TRUE(
      crypto::make_loopback_certificate(directory / "c.pem", directory / "k.pem", std::chrono::hours(24)).has_value());
  const auto server =
      std::move(Server::start(
                    {.port = 0, .certificate_file = directory / "c.pem", .key_file = directory / "k.pem", .threads = 2},
                    any_router()))
          .value();
  for (int round = 0; round < 300; ++round) {
    Wire wire(server->port());
    const bool tls = random() % 2 == 0;
    if (tls) {
      ASSERT_TRUE(wire.start_tls());
    }
    wire.send(tls ? spoilt_request(random)
                  : (random() % 2 == 0 ? std::string("\x16\x03\x01") : std::string()) + random_bytes(random));
    wire.finish_sending();
    ASSERT_TRUE(wire.closed_by_peer());
  }
  Wire wire(server->port());
  ASSERT_TRUE(wire.start_tls());
  EXPECT_EQ(wire.ask(test::get("/still-there"))->body, "still-there");
}

}  // namespace
}  // namespace slipway::http
