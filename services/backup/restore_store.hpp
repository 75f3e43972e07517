// What is asked of restored servers in SQL.
#pragma once

#include <map>

#include "appliance/sql/connection.hpp"

namespace slipway::backup {

/// Base table → CHECKSUM TABLE, in the database that the connection has selected.
[[nodiscard]] Result<std::map<std::string, std::string>> table_sums(sql::Connection& connection);

/// Makes the connection's database anew, empty, as it was made; rights on it stay.
[[nodiscard]] Status empty_database(sql::Connection& connection);

}  // namespace slipway::backup
