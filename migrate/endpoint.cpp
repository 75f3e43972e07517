#include "migrate/endpoint.hpp"

#include <fstream>

namespace slipway::migrate {

Result<Secret> read_password_file(const std::filesystem::path& file) {
  std::ifstream in(file);
  std::string line;
  if (!in || (!std::getline(in, line) && !in.eof())) {
    return Error{Code::not_found, "password file '" + file.string() + "': cannot be read",
                 "create it with the password as its first line, readable by you alone"};
  }
  if (line.ends_with('\r')) line.pop_back();
  return Secret(std::move(line));
}

Result<sql::Endpoint> to_endpoint(const SourceAddress& address, const AccessOptions& access) {
  sql::Endpoint endpoint;
  endpoint.socket = address.socket;
  endpoint.host = address.host;
  endpoint.port = address.port;
  endpoint.user = address.user;
  endpoint.database = address.database;
  if (!access.password_file.empty()) {
    SLIPWAY_TRY(endpoint.password, read_password_file(access.password_file));
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
