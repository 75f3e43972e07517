#include "migrate/engine/load_watch.hpp"

namespace slipway::migrate {
namespace {

constexpr std::chrono::milliseconds kAskEvery{500};
constexpr std::size_t kSecondsBehind = 32;  // the column of SHOW SLAVE STATUS, the same on every server since 5.0

Result<std::optional<std::uint64_t>> lag_of(sql::Connection& source) {
  auto status = source.query_one("SHOW SLAVE STATUS");
  if (!status) status = source.query_one("SHOW REPLICA STATUS");  // MySQL 8.4 knows no other word
  if (!status) return std::move(status).error();
  if (!*status || (*status)->size() <= kSecondsBehind) return std::optional<std::uint64_t>{};
  const auto lag = (*status)->optional_integer(kSecondsBehind);
  return lag ? std::optional(static_cast<std::uint64_t>(*lag)) : std::nullopt;
}

}  // namespace

Result<std::string> reason_to_pause(sql::Connection& source, const LoadLimits& limits, std::uint64_t own) {
  if (limits.threads_running > 0) {
    SLIPWAY_TRY(const auto row, source.query_one("SHOW GLOBAL STATUS LIKE 'Threads_running'"));
    const std::uint64_t running = row ? row->natural(1) : 0;
    const std::uint64_t others = running > own ? running - own : 0;
    if (others > limits.threads_running)
      return std::to_string(others) + " threads of others run on the source, more than " +
             std::to_string(limits.threads_running);
  }
  if (limits.lag_seconds > 0) {
    SLIPWAY_TRY(const auto lag, lag_of(source));
    if (lag && *lag > limits.lag_seconds)
      return "the source lags " + std::to_string(*lag) + " s behind its primary, more than " +
             std::to_string(limits.lag_seconds);
  }
  return std::string{};
}

LoadWatch::LoadWatch(const sql::Endpoint& source, const CopyOptions& options, Throttle& throttle) {
  if (options.load.threads_running == 0 && options.load.lag_seconds == 0) return;
  thread_ = std::jthread([source, options, &throttle](const std::stop_token& stop) {
    auto session = sql::Connection::open(source);
    std::mutex mutex;
    std::condition_variable_any ended;
    while (session && !stop.stop_requested()) {
      const auto reason = reason_to_pause(*session, options.load, options.streams + 1);
      if (!reason) break;
      throttle.pause(*reason);
      std::unique_lock lock(mutex);
      ended.wait_for(lock, stop, kAskEvery, [] { return false; });
    }
    throttle.pause({});
  });
}

}  // namespace slipway::migrate
