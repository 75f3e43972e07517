// Database servers of other kinds and ages, real ones, as tests/peers/servers unpacks them.
#pragma once

#include "appliance/process/process.hpp"
#include "appliance/sql/connection.hpp"
#include "tests/support/temp_directory.hpp"

namespace slipway::test {

/// Started by the constructor on a copy of a fresh data directory, on a UNIX socket and on 127.0.0.1, with a
/// certificate for that address; ends with this object or the test program. Aborts, saying why, when it cannot be
/// started. Start it on the main thread. Not thread-safe.
class PeerServer {
 public:
  /// "mariadb-10.5", "mariadb-11.8" or "mysql".
  explicit PeerServer(const std::string& name, const std::vector<std::string>& options = {});
  PeerServer(const PeerServer&) = delete;
  PeerServer& operator=(const PeerServer&) = delete;
  ~PeerServer();

  /// One of each kind for a test program, stopped when it ends.
  static PeerServer& shared(const std::string& name);

  /// All rights, over the socket, no database selected.
  [[nodiscard]] sql::Endpoint administrator() const;
  /// The same server over TCP as this user, with TLS and the server checked.
  [[nodiscard]] sql::Endpoint over_tls(const std::string& user, const std::string& password) const;
  /// A new, empty database, as administrator.
  [[nodiscard]] sql::Endpoint fresh_database();
  [[nodiscard]] bool is_mysql() const { return name_ == "mysql"; }
  [[nodiscard]] const std::string& name() const { return name_; }
  /// SIGKILL.
  void kill();

 private:
  std::string name_;
  TempDirectory directory_;
  std::uint16_t port_;
  std::optional<process::Child> child_;
  int databases_ = 0;
};

/// A port of 127.0.0.1 that nobody listens on, and that no other test and no outgoing connection will get while this
/// process lives.
[[nodiscard]] std::uint16_t free_port();

}  // namespace slipway::test
