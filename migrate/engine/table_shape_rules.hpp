// What SHOW CREATE TABLE says, taken apart: the bare table that rows are loaded into, and the keys that follow them.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "appliance/base/result.hpp"

namespace slipway::migrate {

/// How much of a database is wanted: all of it, or the rows of its tables only (staging), without partitions and
/// history.
enum class Keep { everything, rows };

/// A foreign key into another database.
struct ForeignKeyAbroad {
  std::string clause;  ///< "CONSTRAINT `x` FOREIGN KEY …"
  std::string database;
  std::string table;
};

/// Whether a table remembers its former rows, and how it tells when they were current.
enum class Versioning { none, by_time, by_transaction };

/// A table in the order the copy builds it. Clauses carry no leading "ADD" and no trailing comma.
struct TableShape {
  std::string bare;                       ///< CREATE TABLE with columns, primary key and CHECKs only
  std::vector<std::string> keys;          ///< secondary keys: "KEY `a` (`b`)", "UNIQUE KEY …"
  std::vector<std::string> foreign_keys;  ///< "CONSTRAINT `x` FOREIGN KEY …"
  std::vector<ForeignKeyAbroad> foreign_keys_abroad;
  std::string statistics = "STATS_AUTO_RECALC=DEFAULT";  ///< the option to set when the rows are there
  Versioning versioning = Versioning::none;
  std::string row_start = "row_start";  ///< of a versioned table: the columns that tell when a row was current
  std::string row_end = "row_end";
  std::vector<std::string> changes;   ///< what differs from the source and why, for the report
  std::vector<std::string> blockers;  ///< why the table cannot be copied
};

/// Takes apart what a MariaDB or MySQL server answers to SHOW CREATE TABLE in `database`. Storage is rewritten: engine
/// InnoDB, no directories, no statistics while loading; what only MySQL knows becomes what MariaDB has for it. Error:
/// unsupported when the text is no table (a view, a sequence).
[[nodiscard]] Result<TableShape> take_apart(std::string_view table, std::string_view create_statement,
                                            Keep keep = Keep::everything, std::string_view database = {});

/// All that, when it changes, makes a table another table: not the next number, which every new row changes.
[[nodiscard]] std::string definition_of(const TableShape& shape);

/// `text` with MySQL's utf8mb4_0900_… collations replaced; those replaced are added to `changes`.
[[nodiscard]] std::string replace_collations(std::string_view text, std::vector<std::string>& changes);

}  // namespace slipway::migrate
