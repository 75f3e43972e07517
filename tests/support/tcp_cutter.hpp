// Stands between a client and a server on loopback and cuts all connections once so many bytes have passed.
#pragma once

#include <atomic>
#include <cstdint>
#include <list>
#include <memory>
#include <thread>

namespace slipway::test {

class TcpCutter {
 public:
  /// In front of 127.0.0.1:`server_port`; passes everything until told otherwise.
  explicit TcpCutter(std::uint16_t server_port);
  TcpCutter(const TcpCutter&) = delete;
  TcpCutter& operator=(const TcpCutter&) = delete;
  ~TcpCutter();

  [[nodiscard]] std::uint16_t port() const { return port_; }
  /// Cuts when `bytes` more have passed, both directions counted together; later connections are cut at once.
  void cut_after(std::int64_t bytes);
  /// Passes everything again.
  void restore();
  /// Passes nothing, and says nothing, as a cable that was pulled out; what was sent meanwhile comes when it is over.
  void hold(bool held) { held_ = held; }

 private:
  struct Link;
  void accept_all();
  void serve(Link& link);
  [[nodiscard]] bool forward(int from, int to);

  std::uint16_t server_port_;
  std::uint16_t port_ = 0;
  int listener_ = -1;
  std::atomic<bool> stopping_{false};
  std::atomic<bool> held_{false};
  std::atomic<std::int64_t> left_;  // until the cut
  std::list<std::unique_ptr<Link>> links_;
  std::thread acceptor_;
};

}  // namespace slipway::test
