// The options of every verb whose source can be a dump.
#pragma once

#include "migrate/dumps/dump.hpp"

namespace CLI {
class App;
}

namespace slipway::migrate {

/// Adds them to a verb. `options` must outlive the parsing.
void add_dump_options(CLI::App& verb, DumpOptions& options);

}  // namespace slipway::migrate
