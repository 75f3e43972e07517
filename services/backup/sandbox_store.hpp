// The beginning of a sandbox backup, in SQL. Inside this folder only.
#pragma once

#include "appliance/sql/connection.hpp"

namespace slipway::backup {

/// Two sessions at one moment of a database.
struct HeldDatabase {
  sql::Connection writers;   ///< while it is open, nobody else changes a table of the database
  sql::Connection snapshot;  ///< reads what the tables are now, however long it takes
};

/// Errors: in_use (a statement holds a table), those of the server.
[[nodiscard]] Result<HeldDatabase> hold_database(sql::Endpoint server, const std::string& database);

/// A new empty database, for a scratch server.
[[nodiscard]] Status make_database(sql::Connection& server, const std::string& database);

}  // namespace slipway::backup
