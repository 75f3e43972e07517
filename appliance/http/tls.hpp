// The TLS side of the server: 1.2 and newer, forward secret and authenticated ciphers only (A3).
#pragma once

#include <Poco/Net/Context.h>

#include "appliance/http/server.hpp"

namespace slipway::http {

/// Null when the options name no certificate. Errors: invalid_argument naming the certificate or key file.
[[nodiscard]] Result<Poco::Net::Context::Ptr> make_tls_context(const ServerOptions& options);

}  // namespace slipway::http
