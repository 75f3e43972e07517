// The server of the benchmark `json`: one route with constant bytes. Prints its port; ends when its standard input
// does.
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "appliance/http/server.hpp"
#include "appliance/telemetry/log.hpp"

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: http_json_server FILE THREADS\n");
    return 2;
  }
  std::ifstream file(argv[1], std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  slipway::telemetry::set_up_logging("http_json_server", slipway::telemetry::Level::info);
  slipway::http::Router router;
  router.add_quick(slipway::http::Method::get, "/data.json",
                   [&bytes](slipway::http::Request&) { return slipway::http::Response::json(bytes); });
  auto server = slipway::http::Server::start({.port = 0, .threads = std::atoi(argv[2])}, std::move(router));
  if (!server.has_value()) {
    std::fprintf(stderr, "%s\n", slipway::to_text(server.error()).c_str());
    return 1;
  }
  std::printf("%d\n", static_cast<int>((*server)->port()));
  std::fflush(stdout);
  char ignored = 0;
  while (::read(STDIN_FILENO, &ignored, 1) > 0) {
  }
  (*server)->stop();
  return 0;
}
