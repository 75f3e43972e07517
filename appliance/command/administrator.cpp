// The operator's way into the database.
#include <pwd.h>
#include <unistd.h>

#include "appliance/base/secret_file.hpp"
#include "appliance/command/command.hpp"
#include "appliance/lease/write_gate.hpp"

namespace slipway::command {

/// The server would take writes of an administrator at any time; a site that does not have the writes must not get any.
Result<sql::Connection> Context::administrator(const std::string& database) const {
  SLIPWAY_TRY(const auto configuration, this->configuration());
  SLIPWAY_TRY(const auto endpoint, administrator_endpoint(database));
  SLIPWAY_TRY(auto connection, sql::Connection::open(endpoint));
  if (!lease::WriteGate::of(configuration).enter())
    SLIPWAY_CHECK(connection.execute_text("SET SESSION TRANSACTION READ ONLY"));
  return connection;
}

Result<sql::Endpoint> Context::administrator_endpoint(const std::string& database) const {
  SLIPWAY_TRY(const auto configuration, this->configuration());
  sql::Endpoint endpoint;
  endpoint.database = database;
  endpoint.statement_limit = std::chrono::seconds(300);  // creating a database takes a while on a slow disk
  endpoint.host = configuration.text("database.host");
  if (endpoint.host.empty()) endpoint.socket = configuration.text("database.socket");
  endpoint.port = static_cast<std::uint16_t>(configuration.integer("database.port"));
  endpoint.tls_ca_file = configuration.text("database.tls_ca");
  if (!endpoint.tls_ca_file.empty()) endpoint.tls = sql::TlsMode::verify_identity;
  if (embedded()) {
    // The server knows us by the socket; the user in the file is the web server's, with few rights.
    const passwd* user = ::getpwuid(::geteuid());
    endpoint.user = user == nullptr ? std::to_string(::geteuid()) : user->pw_name;
  } else {
    endpoint.user = configuration.text("database.user");
    const auto password_file = configuration.path("database.password_file");
    if (!password_file.empty()) {
      SLIPWAY_TRY(endpoint.password, read_secret_file(password_file));
    }
  }
  return endpoint;
}

}  // namespace slipway::command
