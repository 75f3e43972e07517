#include "migrate/dumps/source.hpp"

namespace slipway::migrate {

Result<Source> open_source(const SourceAddress& address, const AccessOptions& access, const DumpOptions& dump,
                           Progress& progress) {
  Source source;
  if (address.kind == SourceAddress::Kind::server) {
    SLIPWAY_TRY(source.endpoint, to_endpoint(address, access));
    return source;
  }
  SLIPWAY_TRY(ScratchServer server, load_dump(address.file, dump, progress));
  source.endpoint = server.endpoint();
  source.server.emplace(std::move(server));
  return source;
}

}  // namespace slipway::migrate
