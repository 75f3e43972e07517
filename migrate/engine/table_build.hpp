// Tables before and after their rows: bare while they are loaded, then with keys.
#pragma once

#include "migrate/engine/binary_log.hpp"
#include "migrate/engine/catalog.hpp"

namespace slipway::migrate {

/// One table's keys, to be built after its rows.
struct KeysOfTable {
  std::string table;
  std::vector<std::string> clauses;       ///< "KEY `a` (`b`)"
  std::vector<std::string> foreign_keys;  ///< "CONSTRAINT `x` FOREIGN KEY …"
  std::string statistics;                 ///< the table option to set with them
};

/// Prepares a session for building: no foreign-key checks, wide sql_mode for definitions of old servers.
[[nodiscard]] Status become_builder(sql::Connection& target, BinaryLog log);

/// Creates the table without secondary keys; one that is there goes first.
[[nodiscard]] Status build_bare(sql::Connection& target, const Table& table);

/// The keys to build after the rows of a table that build_bare() made.
[[nodiscard]] KeysOfTable keys_of(const Table& table, bool foreign_keys);

/// The secondary keys of a table that exists on the target. Error: not_found.
[[nodiscard]] Result<KeysOfTable> read_keys(sql::Connection& target, const std::string& table);

/// Whether the keys are better built with the rows than after them: then the target need not read again from its disk,
/// one page after the other, a table that its memory does not hold. Only small keys, whose pages stay in memory however
/// their values come, and none that is unique: rows that are copied again may exchange their values.
[[nodiscard]] bool keys_go_with_rows(const Table& table, const KeysOfTable& keys, std::uint64_t target_memory);

/// Adds the secondary keys to a table that has none yet.
[[nodiscard]] Status add_keys(sql::Connection& target, const KeysOfTable& keys);

/// Empties a table that exists and takes those keys away.
[[nodiscard]] Status strip(sql::Connection& target, const KeysOfTable& keys);

/// Builds the secondary keys that are not there yet, in one ALTER (FULLTEXT keys in one each), and fresh statistics.
[[nodiscard]] Status build_keys(sql::Connection& target, const KeysOfTable& keys);

/// Adds the foreign keys that are not there yet, without checking rows: the copy has been compared row by row, and a
/// source that has orphans keeps them.
[[nodiscard]] Status build_foreign_keys(sql::Connection& target, const KeysOfTable& keys);

}  // namespace slipway::migrate
