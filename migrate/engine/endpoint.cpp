#include "migrate/engine/endpoint.hpp"

#include "appliance/base/secret_file.hpp"

namespace slipway::migrate {

Result<sql::Endpoint> to_endpoint(const SourceAddress& address, const AccessOptions& access) {
  sql::Endpoint endpoint;
  endpoint.socket = address.socket;
  endpoint.host = address.host;
  endpoint.port = address.port;
  endpoint.user = address.user;
  endpoint.database = address.database;
  if (!access.password_file.empty()) {
    SLIPWAY_TRY(endpoint.password, read_secret_file(access.password_file));
  }
  const bool near = !address.socket.empty() || address.host == "localhost" || address.host == "::1" ||
                    address.host.starts_with("127.");
  // Behind a socket is this machine itself.
  if (!access.tls_ca_file.empty() && address.socket.empty()) {
    endpoint.tls = sql::TlsMode::verify_identity;
    endpoint.tls_ca_file = access.tls_ca_file;
  } else if (!near && !access.plaintext) {
    endpoint.tls = sql::TlsMode::required;
  }
  return endpoint;
}

void allow_large_rows(sql::Connection& admin) {
  const auto limit = admin.query_one("SELECT @@GLOBAL.max_allowed_packet < 1073741824");
  if (!limit || !*limit || !(*limit)->boolean(0)) return;
  static_cast<void>(admin.execute_text("SET GLOBAL max_allowed_packet = 1073741824"));
}

}  // namespace slipway::migrate
