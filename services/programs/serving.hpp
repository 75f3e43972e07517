// The life of a long-running program between its start and the signal to stop, and who hears of it.
#pragma once

#include <filesystem>
#include <functional>

namespace slipway::programs {

/// Keeps SIGTERM and SIGINT for wait_for_stop(). Call it before any thread is started.
void hold_stop_signals();

/// Tells the service manager, if there is one, that the program serves, and returns when it shall stop: at SIGTERM or
/// SIGINT. Where the manager watches (WatchdogSec=), it hears of the program as long as /health answers on `socket`,
/// the UNIX socket of the program itself; without one, as long as this thread runs. With `over`, which is asked every
/// few seconds, it also returns when there is nothing more to do.
void wait_for_stop(const std::filesystem::path& socket, const std::function<bool()>& over = {});

}  // namespace slipway::programs
