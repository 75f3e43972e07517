#include <errmsg.h>
#include <mysqld_error.h>

#include <algorithm>
#include <random>
#include <thread>

#include "appliance/sql/connection_state.hpp"
#include "appliance/sql/failure.hpp"
#include "appliance/telemetry/metrics.hpp"

namespace slipway::sql {
namespace {

constexpr std::chrono::milliseconds kFirstPause{10};
constexpr std::chrono::milliseconds kLongestPause{500};

bool worth_repeating(const Error& error) {
  const unsigned number = mysql_errno_of(error);
  return number == ER_LOCK_DEADLOCK || number == ER_LOCK_WAIT_TIMEOUT || number == ER_CHECKREAD;
}

// A pause between none and a bound that doubles, so that two transactions do not meet again.
void pause_before(int attempt) {
  thread_local std::minstd_rand random{std::random_device{}()};
  const auto bound = std::min(kLongestPause, kFirstPause * (1 << std::min(attempt, 10)));
  std::uniform_int_distribution<std::int64_t> pick(0, bound.count());
  std::this_thread::sleep_for(std::chrono::milliseconds(pick(random)));
}

// Rolls back unless the transaction was committed, also when `work` throws.
class Rollback {
 public:
  explicit Rollback(Connection& connection) : connection_(connection) {}
  Rollback(const Rollback&) = delete;
  Rollback& operator=(const Rollback&) = delete;
  ~Rollback() {
    if (armed_) static_cast<void>(mysql_rollback(connection_.handle()));
  }
  void disarm() { armed_ = false; }

 private:
  Connection& connection_;
  bool armed_ = true;
};

// The answer to COMMIT did not come: nobody knows whether the server wrote it.
bool outcome_unknown(const Error& error) {
  const unsigned number = mysql_errno_of(error);
  return connection_lost(number) || number == ER_QUERY_INTERRUPTED || number == ER_STATEMENT_TIMEOUT;
}

Status run_once(Connection& connection, const std::function<Status(Connection&)>& work) {
  SLIPWAY_CHECK(connection.execute_text("START TRANSACTION"));
  Rollback rollback(connection);
  SLIPWAY_CHECK(work(connection));
  auto committed = connection.execute_text("COMMIT");
  if (committed) {
    rollback.disarm();
    return {};
  }
  Error error = std::move(committed).error();
  if (outcome_unknown(error)) {
    rollback.disarm();
    error.code = Code::unavailable;
    error.hint = "the change may have been made or not: look before trying again";
    error.context.emplace_back("outcome", "unknown");
  }
  return error;
}

}  // namespace

Status in_transaction(Connection& connection, const std::function<Status(Connection&)>& work, int attempts) {
  if ((connection.handle()->server_status & SERVER_STATUS_IN_TRANS) != 0U)
    return Error{Code::internal, "a transaction is already open on this connection"};
  for (int attempt = 1;; ++attempt) {
    Status done = run_once(connection, work);
    const bool again = !done && attempt < attempts && worth_repeating(done.error());
    if (!again) return done;
    telemetry::count("slipway_sql_transaction_repeats_total", "Transactions run again after a deadlock or lock wait");
    pause_before(attempt);
  }
}

}  // namespace slipway::sql
