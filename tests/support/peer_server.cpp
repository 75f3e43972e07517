#include "tests/support/peer_server.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <random>

#include "appliance/crypto/crypto.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/test_server.hpp"

namespace slipway::test {
namespace {

// Unpacking one takes seconds, but needs the network, and another test may be at it.
constexpr std::chrono::minutes kPrepareLimit{10};
constexpr std::chrono::seconds kStartLimit{120};
// Below those that the kernel gives to outgoing connections: a server that is started again must find its port free,
// also where somebody tries to reach it all the while (such a client can even be connected to itself).
constexpr int kFirstPort = 16384, kEphemeralPorts = 32768;
constexpr int kPortTurns = 1000;

[[noreturn]] void give_up(const std::string& name, const std::string& why) {
  std::fprintf(stderr, "peer server %s: %s\n", name.c_str(), why.c_str());
  std::abort();
}

/// For as long as this process lives, also against tests of other processes.
bool reserve(int port) {
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  const int size = std::snprintf(name.sun_path + 1, sizeof name.sun_path - 1, "slipway-test-port-%d", port);
  const int holder = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + static_cast<std::size_t>(size));
  if (::bind(holder, reinterpret_cast<sockaddr*>(&name), length) == 0) return true;
  ::close(holder);
  return false;
}

bool is_free(int port) {
  const int probe = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  const bool free = ::bind(probe, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  ::close(probe);
  return free;
}

void prepare(const std::string& name) {
  const auto done = process::run({.argv = {SLIPWAY_TEST_PEERS "/servers/server", "prepare", name}}, {kPrepareLimit});
  if (!done) give_up(name, to_text(done.error()));
  if (done->exit_status != 0) give_up(name, done->err);
}

}  // namespace

std::uint16_t free_port() {
  static std::mt19937 random(std::random_device{}());
  std::uniform_int_distribution<int> among(kFirstPort, kEphemeralPorts - 1);
  for (int turn = 0; turn < kPortTurns; ++turn) {
    const int port = among(random);
    if (reserve(port) && is_free(port)) return static_cast<std::uint16_t>(port);
  }
  give_up("for a test", "no port is free");
}

PeerServer::PeerServer(const std::string& name, const std::vector<std::string>& options)
    : name_(name), port_(free_port()) {
  prepare(name);
  const auto made =
      crypto::make_loopback_certificate(directory_ / "server.pem", directory_ / "server.key", std::chrono::hours(24));
  if (!made) give_up(name, to_text(made.error()));
  process::Command command{.argv = {std::string(SLIPWAY_TEST_PEERS) + "/servers/server", "exec", name,
                                    directory_.path().string(), "--skip-networking=0", "--bind-address=127.0.0.1",
                                    "--port=" + std::to_string(port_),
                                    "--ssl-cert=" + (directory_ / "server.pem").string(),
                                    "--ssl-key=" + (directory_ / "server.key").string()}};
  command.argv.insert(command.argv.end(), options.begin(), options.end());
  command.log_file = directory_ / "start.log";
  command.ends_with_starter = true;
  auto spawned = process::Child::spawn(command);
  if (!spawned) give_up(name, to_text(spawned.error()));
  child_.emplace(std::move(spawned).value());
  const bool answers = eventually(kStartLimit, [&] {
    return child_->exit_status().has_value() || sql::Connection::open(administrator()).has_value();
  });
  if (!answers || child_->exit_status())
    give_up(name, read_file(directory_ / "start.log") + read_file(directory_ / "log.err"));
}

PeerServer::~PeerServer() {
  if (child_) child_->stop(std::chrono::seconds(60));
}

PeerServer& PeerServer::shared(const std::string& name) {
  static std::map<std::string, std::unique_ptr<PeerServer>> servers;
  auto& server = servers[name];
  if (!server) server = std::make_unique<PeerServer>(name);
  return *server;
}

sql::Endpoint PeerServer::administrator() const {
  sql::Endpoint endpoint;
  endpoint.socket = (directory_ / "s").string();
  endpoint.user = "root";
  endpoint.statement_limit = std::chrono::seconds(120);
  return endpoint;
}

sql::Endpoint PeerServer::over_tls(const std::string& user, const std::string& password) const {
  sql::Endpoint endpoint;
  endpoint.host = "127.0.0.1";
  endpoint.port = port_;
  endpoint.user = user;
  endpoint.password = Secret(password);
  endpoint.tls = sql::TlsMode::verify_identity;
  endpoint.tls_ca_file = (directory_ / "server.pem").string();
  endpoint.connect_limit = std::chrono::seconds(30);
  return endpoint;
}

sql::Endpoint PeerServer::fresh_database() {
  sql::Endpoint endpoint = administrator();
  endpoint.database = "moving_" + std::to_string(++databases_);
  auto connection = connect(administrator());
  const auto made = connection.execute_text("CREATE DATABASE " + *sql::quote_identifier(endpoint.database));
  if (!made) give_up(name_, to_text(made.error()));
  return endpoint;
}

void PeerServer::kill() { child_->kill(); }

}  // namespace slipway::test
