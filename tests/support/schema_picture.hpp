// What a database looks like, as one text to compare.
#pragma once

#include <string>

#include "appliance/sql/connection.hpp"

namespace slipway::test {

/// Every table's definition, every trigger, and the rows of `status_move` of the connection's database. Aborts on
/// errors.
[[nodiscard]] std::string schema_picture(sql::Connection& connection);

}  // namespace slipway::test
