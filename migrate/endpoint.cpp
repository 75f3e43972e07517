#include "migrate/endpoint.hpp"

#include "appliance/config/secret_file.hpp"

namespace slipway::migrate {

Result<sql::Endpoint> to_endpoint(const SourceAddress& address, const AccessOptions& access) {
  sql::Endpoint endpoint;
  endpoint.socket = address.socket;
  endpoint.host = address.host;
  endpoint.port = address.port;
  endpoint.user = address.user;
  endpoint.database = address.database;
  if (!access.password_file.empty()) {
    SLIPWAY_TRY(endpoint.password, config::read_secret_file(access.password_file));
  }
  const bool near = !address.socket.empty() || address.host == "localhost" || address.host == "::1" ||
                    address.host.starts_with("127.");
  if (!access.tls_ca_file.empty()) {
    endpoint.tls = sql::TlsMode::verify_identity;
    endpoint.tls_ca_file = access.tls_ca_file;
  } else if (!near && !access.plaintext) {
    endpoint.tls = sql::TlsMode::required;
  }
  return endpoint;
}

}  // namespace slipway::migrate
