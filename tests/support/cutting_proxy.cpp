#include "tests/support/cutting_proxy.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <cstring>

namespace slipway::test {
namespace {

constexpr int kTickMs = 50;  // how soon a thread sees that it is to stop

sockaddr_un address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) std::abort();
  std::memcpy(address.sun_path, path.data(), path.size());
  return address;
}

int new_socket() {
  const int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) std::abort();
  return descriptor;
}

bool send_all(int descriptor, const char* bytes, std::size_t size) {
  while (size > 0) {
    const ssize_t sent = ::send(descriptor, bytes, size, MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes += sent;
    size -= static_cast<std::size_t>(sent);
  }
  return true;
}

}  // namespace

struct CuttingProxy::Link {
  int client;
  int server;
  std::array<unsigned char, 4> header{};  // of the client's packet: three bytes of length, one of sequence
  std::size_t header_size = 0;
  std::size_t payload_left = 0;
  std::thread thread;

  Link(int client_socket, int server_socket) : client(client_socket), server(server_socket) {}
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;
  ~Link() {
    if (thread.joinable()) thread.join();
    ::close(client);
    ::close(server);
  }
  void cut() const {
    ::shutdown(client, SHUT_RDWR);
    ::shutdown(server, SHUT_RDWR);
  }
};

CuttingProxy::CuttingProxy(std::filesystem::path server_socket) : server_socket_(std::move(server_socket)) {
  listener_ = new_socket();
  const sockaddr_un address = address_of(socket());
  if (::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(listener_, 64) != 0)
    std::abort();
  acceptor_ = std::thread([this] { accept_all(); });
}

CuttingProxy::~CuttingProxy() {
  stopping_ = true;
  acceptor_.join();
  links_.clear();
  ::close(listener_);
}

void CuttingProxy::arm(int command, Cut cut) {
  commands_ = 0;
  cut_ = cut;
  cut_at_ = command;
}

void CuttingProxy::accept_all() {
  while (!stopping_) {
    pollfd waiting{listener_, POLLIN, 0};
    if (::poll(&waiting, 1, kTickMs) <= 0) continue;
    const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) continue;
    const int server = new_socket();
    const sockaddr_un address = address_of(server_socket_.string());
    if (::connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) std::abort();
    links_.push_back(std::make_unique<Link>(client, server));
    Link& link = *links_.back();
    link.thread = std::thread([this, &link] { serve(link); });
  }
}

void CuttingProxy::serve(Link& link) {
  std::array<char, 16384> buffer{};
  while (!stopping_) {
    std::array<pollfd, 2> waiting{{{link.client, POLLIN, 0}, {link.server, POLLIN, 0}}};
    if (::poll(waiting.data(), waiting.size(), kTickMs) < 0) break;
    // Once the program is "dead", none of its sessions goes on.
    if (cut_at_ > 0 && commands_ >= cut_at_) break;
    if (waiting[1].revents != 0) {
      const ssize_t size = ::recv(link.server, buffer.data(), buffer.size(), 0);
      if (size <= 0 || !send_all(link.client, buffer.data(), static_cast<std::size_t>(size))) break;
    }
    if (waiting[0].revents != 0) {
      const ssize_t size = ::recv(link.client, buffer.data(), buffer.size(), 0);
      if (size <= 0 || !forward_commands(link, buffer.data(), static_cast<std::size_t>(size))) break;
    }
  }
  link.cut();
}

// Follows the packets of the protocol; one that begins with sequence 0 is a command. False: cut now.
bool CuttingProxy::forward_commands(Link& link, const char* bytes, std::size_t size) {
  for (std::size_t i = 0; i < size;) {
    if (link.payload_left > 0) {
      const std::size_t skipped = std::min(link.payload_left, size - i);
      link.payload_left -= skipped;
      i += skipped;
      continue;
    }
    link.header[link.header_size++] = static_cast<unsigned char>(bytes[i++]);
    if (link.header_size < link.header.size()) continue;
    link.header_size = 0;
    link.payload_left = link.header[0] + (link.header[1] << 8U) + (static_cast<std::size_t>(link.header[2]) << 16U);
    if (link.header[3] != 0) continue;
    const int number = ++commands_;
    if (cut_at_ == 0 || number < cut_at_) continue;
    if (cut_ == Cut::before_its_answer) static_cast<void>(send_all(link.server, bytes, size));
    return false;
  }
  return send_all(link.server, bytes, size);
}

}  // namespace slipway::test
