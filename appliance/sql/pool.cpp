#include "appliance/sql/pool.hpp"

#include <mysql.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

namespace slipway::sql {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kRetryPause{50};

// An idle session must have nothing to say: bytes are the server's last words, an end means it has hung up.
bool still_quiet(Connection& connection) {
  const auto socket = mysql_get_socket(connection.handle());
  char byte = 0;
  return recv(static_cast<int>(socket), &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 &&
         (errno == EAGAIN || errno == EWOULDBLOCK);
}

bool in_open_transaction(Connection& connection) {
  return (connection.handle()->server_status & SERVER_STATUS_IN_TRANS) != 0U;
}

}  // namespace

Pool::Pool(Endpoint endpoint, PoolLimits limits) : endpoint_(std::move(endpoint)), limits_(limits) {}

Pool::~Pool() = default;

Result<Pool::Lease> Pool::lend() {
  const auto deadline = Clock::now() + limits_.lend_limit;
  SLIPWAY_TRY(auto idle, take(deadline));
  if (idle) {
    const bool fresh = Clock::now() - idle->since < limits_.check_after;
    if (still_quiet(idle->connection) && (fresh || idle->connection.ping()))
      return Lease(*this, std::move(idle->connection));
    idle.reset();
  }
  auto opened = open_patiently(deadline);
  if (!opened) {
    const std::lock_guard lock(mutex_);
    --open_;
    returned_.notify_one();
    return std::move(opened).error();
  }
  return Lease(*this, std::move(opened).value());
}

Result<std::optional<Pool::Idle>> Pool::take(Clock::time_point deadline) {
  std::vector<Idle> expired;  // declared before the lock: closed after it is gone
  std::unique_lock lock(mutex_);
  const auto ready = [&] { return closed_ || !idle_.empty() || open_ < limits_.max_connections; };
  if (!returned_.wait_until(lock, deadline, ready))
    return Error{
        Code::timeout,
        endpoint_.describe() + ": all " + std::to_string(limits_.max_connections) + " database connections are in use",
        "try again, or raise the size of the connection pool"};
  if (closed_) return Error{Code::unavailable, endpoint_.describe() + ": the database is being switched", "try again"};
  const auto oldest = Clock::now() - limits_.idle_limit;
  const auto kept = std::find_if(idle_.begin(), idle_.end(), [&](const Idle& idle) { return idle.since >= oldest; });
  open_ -= static_cast<std::size_t>(kept - idle_.begin());
  expired.assign(std::make_move_iterator(idle_.begin()), std::make_move_iterator(kept));
  idle_.erase(idle_.begin(), kept);
  if (idle_.empty()) {
    ++open_;
    return std::optional<Idle>();
  }
  std::optional<Idle> newest = std::move(idle_.back());
  idle_.pop_back();
  return newest;
}

Result<Connection> Pool::open_patiently(Clock::time_point deadline) {
  for (;;) {
    auto opened = Connection::open(endpoint_);
    std::unique_lock lock(mutex_);
    if (opened) {
      down_since_.reset();
      return opened;
    }
    if (opened.error().code != Code::unavailable) return opened;
    if (!down_since_) down_since_ = Clock::now();
    const auto give_up = std::min(deadline, *down_since_ + limits_.lend_limit);
    if (Clock::now() + kRetryPause >= give_up) return opened;
    if (closing_.wait_for(lock, kRetryPause, [&] { return closed_; })) return opened;
  }
}

void Pool::give_back(Connection connection, bool discard) {
  const bool keep = !discard && !in_open_transaction(connection);
  std::optional<Connection> dropped;  // closed without the lock
  const std::lock_guard lock(mutex_);
  if (keep && !closed_) {
    idle_.push_back({std::move(connection), Clock::now()});
  } else {
    dropped = std::move(connection);
    --open_;
  }
  returned_.notify_one();
}

void Pool::close() {
  std::vector<Idle> dropped;  // closed without the lock
  const std::lock_guard lock(mutex_);
  closed_ = true;
  open_ -= idle_.size();
  dropped.swap(idle_);
  returned_.notify_all();
  closing_.notify_all();
}

Pool::Lease::Lease(Pool& pool, Connection connection) : pool_(&pool), connection_(std::move(connection)) {}

Pool::Lease::Lease(Lease&& other) noexcept
    : pool_(other.pool_), connection_(std::move(other.connection_)), discard_(other.discard_) {
  other.connection_.reset();
}

Pool::Lease::~Lease() {
  if (connection_) pool_->give_back(std::move(*connection_), discard_);
}

}  // namespace slipway::sql
