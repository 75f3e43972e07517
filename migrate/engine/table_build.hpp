// Tables before and after their rows: bare while they are loaded, then with keys.
#pragma once

#include "migrate/engine/copy.hpp"

namespace slipway::migrate {

/// One table's keys, to be built after its rows.
struct KeysOfTable {
  std::string table;
  std::vector<std::string> clauses;       ///< "ADD KEY …"
  std::vector<std::string> foreign_keys;  ///< "ADD CONSTRAINT … FOREIGN KEY …"
};
using Keys = std::vector<KeysOfTable>;

/// Prepares a session for building: no foreign-key checks, wide sql_mode for definitions of old servers.
[[nodiscard]] Status become_builder(sql::Connection& target);

/// Creates the catalogue's tables without secondary keys, or empties the existing ones and takes their secondary keys
/// away. Returns what has to be built later, largest table first.
[[nodiscard]] Result<Keys> build_bare_tables(sql::Connection& target, const Catalog& catalog,
                                             const CopyOptions& options);

/// Builds the keys, one ALTER per table, over `streams` sessions; then foreign keys without checking rows (the copy has
/// been compared row by row; a source that has orphans keeps them) and fresh statistics.
[[nodiscard]] Status build_keys(const sql::Endpoint& target, const Keys& keys, std::size_t streams);

}  // namespace slipway::migrate
