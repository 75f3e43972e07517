// Where data comes from, as a person writes it on the command line.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "appliance/base/result.hpp"

namespace slipway::migrate {

/// A running server or a dump file.
struct SourceAddress {
  enum class Kind { server, dump } kind = Kind::server;
  std::string socket;  ///< UNIX socket; empty: host and port
  std::string host;
  std::uint16_t port = 3306;
  std::string user = "root";
  std::string database;  ///< empty: the one database that holds a known product
  std::string file;      ///< of a dump, or the directory of one

  /// As written, for messages and reports. Passwords are never part of an address.
  [[nodiscard]] std::string describe() const;
};

/// Reads "mysql://user@host:port/db", "socket=/path[,user=…][,db=…]" and "dump=FILE". Error: invalid_argument; a
/// password inside the address is refused, because other users of the machine see command lines.
[[nodiscard]] Result<SourceAddress> parse_source(std::string_view text);

}  // namespace slipway::migrate
