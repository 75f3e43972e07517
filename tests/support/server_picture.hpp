// What a whole server holds, to compare two of them object by object.
#pragma once

#include <map>
#include <string>

#include "appliance/sql/connection.hpp"

namespace slipway::test {

/// Object ("table desk.note", "view desk.v", "prepared transaction x1") → its definition, its rows' checksum, its
/// value. What no replica keeps is left out: the next AUTO_INCREMENT number of a table.
using Picture = std::map<std::string, std::string>;

/// Everything outside the server's own databases, its prepared XA transactions, and the grants of the users "h%".
/// Aborts when the server does not answer; an object that cannot be shown has the error's number as its text.
[[nodiscard]] Picture picture_of(sql::Connection& server);

/// The objects that differ, with both texts, cut short; empty: none.
[[nodiscard]] std::string difference(const Picture& wanted, const Picture& found);

}  // namespace slipway::test
