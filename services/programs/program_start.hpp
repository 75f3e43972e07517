// What Slipway's long-running programs share: reading their configuration, waiting for the signal to stop.
#pragma once

#include "appliance/config/config.hpp"
#include "appliance/sql/connection.hpp"

namespace slipway::programs {

/// Reads --config FILE, the environment and a flag for every option of the table. Prints help or the error and ends the
/// process when that is all there is to do. Sets up logging as `program`.
[[nodiscard]] config::Config start(int argc, const char* const* argv, const std::string& program);

/// The configured database server, this program's user and its password. Errors: those of read_secret_file().
[[nodiscard]] Result<sql::Endpoint> database_endpoint(const config::Config& config, const std::string& database);

/// Keeps SIGTERM and SIGINT for wait_for_stop(). Call before any thread is started.
void hold_stop_signals();

/// Returns when the program shall stop.
void wait_for_stop();

/// Writes the error to the log and standard error; the exit status that follows from it.
[[nodiscard]] int report(const Error& error);

}  // namespace slipway::programs
