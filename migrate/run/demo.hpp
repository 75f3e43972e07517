// The demonstration: a second private server plays the on-premise server, and its sample is migrated for real.
#pragma once

#include "migrate/run/run.hpp"
#include "migrate/sample/sample.hpp"

namespace slipway::migrate {

/// Starts the private server, makes the sample there, migrates it into `options.account` over the socket, and stops the
/// server. Nothing when the account holds requests already: then nothing is done. Errors: those of run_migration,
/// make_sample and embedded::Database::start.
[[nodiscard]] Result<std::optional<RunReport>> run_demo(const Installation& installation, RunOptions options,
                                                        const SampleOptions& sample, Progress& progress);

}  // namespace slipway::migrate
