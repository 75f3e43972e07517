// What can be said of a profile by its files alone, and what only a database shows: for `slipway-migrate profile
// check`.
#pragma once

#include "migrate/engine/catalog.hpp"
#include "migrate/products/profile.hpp"

namespace slipway::migrate {

/// Files that are missing or that nobody names, statements that do not split, unknown placeholders, tables said twice
/// or not at all, a status map that does not fit, checks that are none. Pure.
[[nodiscard]] ProfileFaults check_files(const Profile& profile);

/// Tables of a source that the profile does not name at all, and names of the profile that no such table has. Pure.
[[nodiscard]] ProfileFaults check_tables(const Profile& profile, const Catalog& catalog);

/// Statuses that requests of `source`.`database` have and the map lacks (`map_file` as for status_map). Errors: the
/// status query fails, those of status_map.
[[nodiscard]] Result<ProfileFaults> check_statuses(sql::Connection& source, const Profile& profile,
                                                   const std::filesystem::path& map_file, const std::string& database);

/// Runs everything the profile consists of between two databases that hold its tables and an account's, both without
/// rows: every statement of every step in order, what is kept aside, counts, status query, checks. Nothing of them is
/// ever a real source or account. Goes on after a statement that fails, so later faults may follow from an earlier one.
/// Error: a server that is gone.
[[nodiscard]] Result<ProfileFaults> try_on_empty(const sql::Endpoint& admin, const Profile& profile,
                                                 const std::string& source, const std::string& target);

}  // namespace slipway::migrate
