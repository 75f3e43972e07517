// Pauses a copy while its source is busy with its own work.
#pragma once

#include <thread>

#include "migrate/engine/copy.hpp"

namespace slipway::migrate {

/// As long as it lives, one session asks the source twice a second and pauses the throttle while more threads run, or
/// the source lags more behind its own primary, than the options allow. Does nothing without such options. A source
/// that cannot be asked pauses nothing: the copy's own sessions say what is wrong with it.
class LoadWatch {
 public:
  LoadWatch(const sql::Endpoint& source, const CopyOptions& options, Throttle& throttle);
  LoadWatch(const LoadWatch&) = delete;
  LoadWatch& operator=(const LoadWatch&) = delete;
  ~LoadWatch() = default;

 private:
  std::jthread thread_;  // asked to stop and joined by its destructor
};

/// The reason to pause, empty when there is none. `own`: threads of the copy itself.
[[nodiscard]] Result<std::string> reason_to_pause(sql::Connection& source, const LoadLimits& limits, std::uint64_t own);

}  // namespace slipway::migrate
