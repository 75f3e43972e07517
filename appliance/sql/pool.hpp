// Connections kept ready for one endpoint.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>

#include "appliance/sql/connection.hpp"

namespace slipway::sql {

struct PoolLimits {
  std::size_t max_connections = 8;
  std::chrono::milliseconds lend_limit{5000};  ///< how long lend() waits for one
  std::chrono::seconds idle_limit{60};         ///< an idle connection older than this is closed
  std::chrono::milliseconds check_after{250};  ///< an idle connection older than this is pinged before it is lent
};

/// Lends connections; a dead one is replaced before lending, so a restarted server costs callers nothing but the wait.
/// Thread-safe. Must outlive its leases.
class Pool {
 public:
  explicit Pool(Endpoint endpoint, PoolLimits limits = {});
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;
  ~Pool();

  /// A connection for the life of the lease; goes back on destruction, closed when `discard()` was called or a
  /// transaction is still open. Errors: those of Connection::open; timeout when all are lent out.
  class Lease {
   public:
    Lease(Pool& pool, Connection connection);
    Lease(Lease&&) noexcept;
    Lease& operator=(Lease&&) = delete;
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    ~Lease();
    Connection& operator*() { return *connection_; }
    Connection* operator->() { return &*connection_; }
    void discard() noexcept { discard_ = true; }

   private:
    Pool* pool_;
    std::optional<Connection> connection_;
    bool discard_ = false;
  };
  [[nodiscard]] Result<Lease> lend();

  /// Closes idle connections and refuses further lending (used when an account's database is switched).
  void close();
  [[nodiscard]] const Endpoint& endpoint() const noexcept { return endpoint_; }

 private:
  struct Idle {
    Connection connection;
    std::chrono::steady_clock::time_point since;
  };
  /// An idle connection, or none and the right to open one.
  [[nodiscard]] Result<std::optional<Idle>> take(std::chrono::steady_clock::time_point deadline);
  /// Waits for a server that is restarting; one that has been away for longer than lend_limit fails at once.
  [[nodiscard]] Result<Connection> open_patiently(std::chrono::steady_clock::time_point deadline);
  void give_back(Connection connection, bool discard);

  Endpoint endpoint_;
  PoolLimits limits_;
  std::mutex mutex_;
  std::condition_variable returned_;
  std::condition_variable closing_;
  std::vector<Idle> idle_;  // oldest first
  std::size_t open_ = 0;    // lent, idle and being opened
  std::optional<std::chrono::steady_clock::time_point> down_since_;
  bool closed_ = false;
};

}  // namespace slipway::sql
