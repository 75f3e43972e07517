// The verbs of slipway-migrate.
#pragma once

namespace slipway::migrate {

/// Parses the command line and does what it says. Results go to standard output, progress and errors to standard error
/// (with --json everything is objects on standard output). Returns the exit status of the error's code.
[[nodiscard]] int run_command(int argc, const char* const* argv);

}  // namespace slipway::migrate
