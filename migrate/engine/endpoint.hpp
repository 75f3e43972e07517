// From an address on the command line to a server that can be spoken to.
#pragma once

#include <filesystem>

#include "appliance/sql/connection.hpp"
#include "migrate/engine/source_rules.hpp"

namespace slipway::migrate {

/// What the command line says besides the address.
struct AccessOptions {
  std::filesystem::path password_file;  ///< holds the password, readable by its owner alone; empty: none
  std::filesystem::path tls_ca_file;    ///< set: the server's certificate must chain to it and match the host
  bool plaintext = false;               ///< a remote server without TLS, on the caller's own word
};

/// The endpoint of an address of kind server. Connections to other machines ask for TLS. Errors: not_found or
/// permission for the password file.
[[nodiscard]] Result<sql::Endpoint> to_endpoint(const SourceAddress& address, const AccessOptions& access);

/// Lets the server take rows of any size the protocol can carry, until it restarts. Without the right to do so nothing
/// happens: a row that is too large is then an error of the copy.
void allow_large_rows(sql::Connection& admin);

}  // namespace slipway::migrate
