// What Slipway's long-running programs share: reading their configuration.
#pragma once

#include "appliance/config/config.hpp"
#include "appliance/sql/connection.hpp"

namespace slipway::programs {

/// The configured database server, this program's user and its password. Errors: those of read_secret_file().
[[nodiscard]] Result<sql::Endpoint> database_endpoint(const config::Config& config, const std::string& database);

/// The main() of a program: reads its configuration, calls `serve`, and gives the exit status, with the error on
/// standard error. Call it before any thread is started.
[[nodiscard]] int run_program(int argc, const char* const* argv, const std::string& program,
                              Status (*serve)(const config::Config&));

}  // namespace slipway::programs
