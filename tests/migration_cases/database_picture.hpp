// Everything that a database holds, as text to compare.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "appliance/sql/connection.hpp"

namespace slipway::test {

/// Lines by what they describe: "table orders", "rows of orders", "view v", "trigger t", "sequence s", …
using DatabasePicture = std::map<std::string, std::vector<std::string>>;

/// Definitions as the server shows them, with the contexts they run in; every row with its history, byte for byte and
/// in order; what every view answers; the values of sequences; the order of triggers. The database's own name reads
/// "@". Aborts when the connection fails.
[[nodiscard]] DatabasePicture picture_of_database(sql::Connection& connection);

/// What differs, as "= table orders", "- line here only", "+ line there only".
[[nodiscard]] std::vector<std::string> compare(const DatabasePicture& here, const DatabasePicture& there);

}  // namespace slipway::test
