// The socket that the server listens on.
#pragma once

#include <Poco/Net/ServerSocket.h>

#include "appliance/http/server.hpp"

namespace slipway::http {

/// Bound, listening, non-blocking. A socket file that nobody listens on any more is replaced.
/// Errors: in_use, permission, invalid_argument, unavailable; each names the address.
[[nodiscard]] Result<Poco::Net::ServerSocket> listen_on(const ServerOptions& options);

}  // namespace slipway::http
