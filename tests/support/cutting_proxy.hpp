// Stands between a program and its database server and cuts all connections at a chosen command: for the server, and
// for what is left in it, that is the program killed at that point.
#pragma once

#include <atomic>
#include <filesystem>
#include <list>
#include <memory>
#include <thread>

#include "tests/support/temp_directory.hpp"

namespace slipway::test {

class CuttingProxy {
 public:
  /// Where in the life of a command the program dies.
  enum class Cut { before_it_is_sent, before_its_answer };

  explicit CuttingProxy(std::filesystem::path server_socket);
  CuttingProxy(const CuttingProxy&) = delete;
  CuttingProxy& operator=(const CuttingProxy&) = delete;
  ~CuttingProxy();

  [[nodiscard]] std::string socket() const { return (directory_ / "proxy.sock").string(); }

  /// Counts from anew; `command` 1 is the first of the session that opens next. 0: never cut.
  void arm(int command, Cut cut);
  /// Commands of all sessions since arm().
  [[nodiscard]] int commands() const { return commands_; }

 private:
  struct Link;
  void accept_all();
  void serve(Link& link);
  [[nodiscard]] bool forward_commands(Link& link, const char* bytes, std::size_t size);

  std::filesystem::path server_socket_;
  TempDirectory directory_;
  int listener_ = -1;
  std::atomic<bool> stopping_{false};
  std::atomic<int> commands_{0};
  std::atomic<int> cut_at_{0};
  std::atomic<Cut> cut_{Cut::before_it_is_sent};
  std::list<std::unique_ptr<Link>> links_;
  std::thread acceptor_;
};

}  // namespace slipway::test
