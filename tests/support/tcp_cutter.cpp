#include "tests/support/tcp_cutter.hpp"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <limits>

namespace slipway::test {
namespace {

constexpr int kTickMs = 50;  // how soon a thread sees that it is to stop
constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

int new_socket() {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) std::abort();
  return descriptor;
}

}  // namespace

struct TcpCutter::Link {
  int client;
  int server;
  std::atomic<bool> over{false};
  std::thread thread;

  Link(int client_socket, int server_socket) : client(client_socket), server(server_socket) {}
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;
  ~Link() {
    if (thread.joinable()) thread.join();
    ::close(client);
    ::close(server);
  }
};

TcpCutter::TcpCutter(std::uint16_t server_port) : server_port_(server_port), listener_(new_socket()), left_(kNever) {
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  if (::bind(listener_, reinterpret_cast<const sockaddr*>(&address), size) != 0 || ::listen(listener_, 64) != 0 ||
      ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
    std::abort();
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { accept_all(); });
}

TcpCutter::~TcpCutter() {
  stopping_ = true;
  acceptor_.join();
  links_.clear();
  ::close(listener_);
}

void TcpCutter::cut_after(std::int64_t bytes) { left_ = bytes; }

void TcpCutter::restore() { left_ = kNever; }

void TcpCutter::accept_all() {
  while (!stopping_) {
    pollfd waiting{listener_, POLLIN, 0};
    if (::poll(&waiting, 1, kTickMs) <= 0) continue;
    const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) continue;
    links_.remove_if([](const auto& link) { return link->over.load(); });
    const int server = new_socket();
    const sockaddr_in address = loopback(server_port_);
    if (::connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
      ::close(client);
      ::close(server);
      continue;
    }
    links_.push_back(std::make_unique<Link>(client, server));
    Link& link = *links_.back();
    link.thread = std::thread([this, &link] { serve(link); });
  }
}

void TcpCutter::serve(Link& link) {
  while (!stopping_ && left_ > 0) {
    if (held_) {
      ::poll(nullptr, 0, kTickMs);
      continue;
    }
    std::array<pollfd, 2> waiting{{{link.client, POLLIN, 0}, {link.server, POLLIN, 0}}};
    if (::poll(waiting.data(), waiting.size(), kTickMs) < 0) break;
    if (waiting[0].revents != 0 && !forward(link.client, link.server)) break;
    if (waiting[1].revents != 0 && !forward(link.server, link.client)) break;
  }
  ::shutdown(link.client, SHUT_RDWR);
  ::shutdown(link.server, SHUT_RDWR);
  link.over = true;
}

bool TcpCutter::forward(int from, int to) {
  std::array<char, 16384> buffer{};
  const ssize_t size = ::recv(from, buffer.data(), buffer.size(), 0);
  if (size <= 0) return false;
  if (left_ != kNever && (left_ -= size) <= 0) return false;
  for (ssize_t sent = 0; sent < size;) {
    const ssize_t count = ::send(to, buffer.data() + sent, static_cast<std::size_t>(size - sent), MSG_NOSIGNAL);
    if (count <= 0) return false;
    sent += count;
  }
  return true;
}

}  // namespace slipway::test
