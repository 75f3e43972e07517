// The staging database of an account's migration, with a database user that can reach nothing else: what a source
// defines (a table's default, a generated column) runs with that user's rights only.
#pragma once

#include "appliance/base/identifier.hpp"
#include "appliance/sql/connection.hpp"
#include "migrate/engine/binary_log.hpp"

namespace slipway::migrate {

struct Staging {
  std::string database;                       ///< "stage_<account>"; its user has the same name
  sql::Endpoint endpoint;                     ///< as its user
  BinaryLog binary_log = BinaryLog::written;  ///< skipped on a server that has one: see docs/adr/0006
};

[[nodiscard]] std::string staging_name(const AccountName& account);

/// What a replica has to leave out: its replicate_wild_ignore_table (docs/adr/0006-staging-stays-on-its-server.md).
inline constexpr std::string_view kStagingTables = "stage\\_%.%";

/// An empty one; what an earlier run left is dropped first.
[[nodiscard]] Result<Staging> make_staging(sql::Connection& admin, const sql::Endpoint& administrator,
                                           const AccountName& account);
[[nodiscard]] Result<bool> has_staging(sql::Connection& admin, const AccountName& account);

/// The one that an earlier run made, as it left it; its user gets a new password. Error: not_found.
[[nodiscard]] Result<Staging> adopt_staging(sql::Connection& admin, const sql::Endpoint& administrator,
                                            const AccountName& account);
/// Drops what a transformation put beside the source's tables ("slipway_…").
[[nodiscard]] Status drop_working_tables(sql::Connection& admin, const AccountName& account);
/// With it goes what a killed copy left of a backup beside the server's data directory.
[[nodiscard]] Status drop_staging(sql::Connection& admin, const AccountName& account);

}  // namespace slipway::migrate
