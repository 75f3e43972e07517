// What SHOW CREATE TABLE says, taken apart: the bare table that rows are loaded into, and the keys that follow them.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "appliance/base/result.hpp"

namespace slipway::migrate {

/// A table in the order the copy builds it. Clauses carry no leading "ADD" and no trailing comma.
struct TableShape {
  std::string bare;                       ///< CREATE TABLE with columns, primary key and CHECKs only
  std::vector<std::string> keys;          ///< secondary keys: "KEY `a` (`b`)", "UNIQUE KEY …"
  std::vector<std::string> foreign_keys;  ///< "CONSTRAINT `x` FOREIGN KEY …"
  std::vector<std::string> changes;       ///< what differs from the source and why, for the report
};

/// Takes apart what a MariaDB or MySQL server answers to SHOW CREATE TABLE. Storage options are rewritten: engine
/// InnoDB, no partitions, no statistics while loading, MySQL's own collations replaced by the nearest of MariaDB.
/// Error: unsupported when the text is no table (a view, a sequence).
[[nodiscard]] Result<TableShape> take_apart(std::string_view table, std::string_view create_statement);

/// `text` with MySQL's utf8mb4_0900_… collations replaced; those replaced are added to `changes`.
[[nodiscard]] std::string replace_collations(std::string_view text, std::vector<std::string>& changes);

}  // namespace slipway::migrate
