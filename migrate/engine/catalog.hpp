// What a database holds, as its server describes it.
#pragma once

#include "appliance/sql/connection.hpp"
#include "migrate/engine/table_shape_rules.hpp"

namespace slipway::migrate {

/// How a column's values travel. Text carries everything whose text form under SET NAMES binary is exact.
enum class Carry {
  text,
  integer,
  natural,  ///< unsigned; SET travels as its number
  choice,   ///< ENUM as its number, so that an empty member and the invalid value 0 differ
  real      ///< FLOAT widened to DOUBLE: its own text form is rounded
};

struct Column {
  std::string name;
  std::string quoted;
  std::string selected;  ///< the expression that reads it, quoted
  Carry carry = Carry::text;
  enum class Kind { text, binary, other } kind = Kind::other;
  bool nullable = true;
  bool large = false;       ///< may hold more than 64 KiB
  bool short_text = false;  ///< always a short string that reads the same in any sum: no long or binary value
};

struct Table {
  std::string name;
  std::vector<Column> columns;        ///< without generated ones, which the target computes itself
  std::vector<std::string> computed;  ///< the names of those
  std::vector<std::string> primary_key;
  std::uint64_t rows_estimate = 0;
  std::uint64_t bytes_estimate = 0;      ///< of the rows
  std::uint64_t key_bytes_estimate = 0;  ///< of the secondary keys
  bool history = false;                  ///< its former rows are read and written too (FOR SYSTEM_TIME ALL)
  TableShape shape;
};

/// An object that is not a table of rows.
struct OtherObject {
  std::string kind;  ///< "view", "sequence", "trigger", "procedure", "function", "package", "package body", "event"
  std::string name;
  std::string table = {};  ///< that a trigger belongs to
};

struct Catalog {
  std::vector<Table> tables;        ///< by size, largest first
  std::vector<OtherObject> others;  ///< triggers in the order in which they fire
  [[nodiscard]] const Table* find(std::string_view table) const;
};

/// Reads the catalogue of `database`; changes nothing. `keep`: what the tables' shapes hold. Error: not_found when
/// there is no such database.
[[nodiscard]] Result<Catalog> read_catalog(sql::Connection& connection, const std::string& database,
                                           Keep keep = Keep::everything);

/// The databases of a server that are not the server's own.
[[nodiscard]] Result<std::vector<std::string>> list_databases(sql::Connection& connection);

}  // namespace slipway::migrate
