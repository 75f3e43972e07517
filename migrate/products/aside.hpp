// Rows that have no place in the target: kept as JSON in the account's kept_aside, and listed.
#pragma once

#include "migrate/engine/catalog.hpp"
#include "migrate/products/profile.hpp"

namespace slipway::migrate {

/// One line of the report's list.
struct AsideLine {
  std::string table;
  std::string reason;
  std::uint64_t rows = 0;
  std::uint64_t secrets = 0;  ///< values that were deliberately not copied
  bool left = false;          ///< not kept either; the reason says why
};

/// What a profile keeps aside of a source with these tables: its own rules, and every table it does not name as a
/// whole.
[[nodiscard]] std::vector<Aside> asides_for(const Profile& profile, const Catalog& catalog);

/// Counts the rows, for a plan. `source` is where the tables are; `prepared` false leaves rules away that need staging
/// tables.
[[nodiscard]] Result<std::vector<AsideLine>> count_asides(sql::Connection& connection, const Profile& profile,
                                                          const Catalog& catalog, const std::string& source);

/// Copies the rows of one rule into `target`.kept_aside.
[[nodiscard]] Result<AsideLine> keep_aside(sql::Connection& connection, const Aside& aside, const Table& table,
                                           const std::string& product, const std::string& source,
                                           const std::string& target);

/// Copies all of them.
[[nodiscard]] Result<std::vector<AsideLine>> keep_asides(sql::Connection& connection, const Profile& profile,
                                                         const Catalog& catalog, const std::string& product,
                                                         const std::string& source, const std::string& target);

}  // namespace slipway::migrate
