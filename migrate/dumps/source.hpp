// Any source as a server that can be spoken to.
#pragma once

#include <optional>

#include "migrate/dumps/dump.hpp"
#include "migrate/engine/endpoint.hpp"

namespace slipway::migrate {

struct Source {
  sql::Endpoint endpoint;
  std::optional<ScratchServer> server;  ///< of a dump; the endpoint is good as long as it lives
};

/// The server of an address, or a scratch server that the dump has been loaded into. Errors: those of to_endpoint and
/// load_dump.
[[nodiscard]] Result<Source> open_source(const SourceAddress& address, const AccessOptions& access,
                                         const DumpOptions& dump, Progress& progress);

}  // namespace slipway::migrate
