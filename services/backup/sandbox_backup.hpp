// Backups of one account, made on request (A36): what mariadb-dump writes of its database, sealed like everything else.
#pragma once

#include "services/backup/restore.hpp"
#include "services/backup/take.hpp"

namespace slipway::backup {

struct SandboxOptions {
  sql::Endpoint server;  ///< the administrator, on this machine
  SavedAccount account;
  std::string replaces = {};   ///< the backup that goes once this one is proven; empty: none
  std::filesystem::path work;  ///< scratch, 0700; emptied before and after
  int level = 1;               ///< zstd's
  std::uint64_t piece_bytes = 256U << 20U;
};

/// The account's database in one snapshot, with the checksum that each table has in it. Others write meanwhile; they
/// wait for a moment at its beginning, twenty seconds at most. Published like take_backup()'s. Errors: those of the
/// repository and of mariadb-dump; in_use (a backup of the same second, a table that is held); conflict (a table is
/// changed meanwhile).
[[nodiscard]] Result<Manifest> take_sandbox_backup(const Repository& repository, const SandboxOptions& options,
                                                   const Clock& clock, const TakeProgress& progress);

/// Loads it into the database that `target` has selected, which must be empty, and compares every table; how many.
/// `progress` is told of "load". Errors: corrupt (a table differs, a piece is not as it was stored), those of mariadb.
[[nodiscard]] Result<std::size_t> load_sandbox_backup(const Repository& repository, const Manifest& backup,
                                                      sql::Connection& target, const std::filesystem::path& work,
                                                      const RestoreProgress& progress);

/// Loads it into a scratch server in `directory`, and writes what was found beside the backup. A proof that could not
/// be tried is given back, and not written. (F1)
[[nodiscard]] Result<Proof> prove_sandbox_backup(const Repository& repository, const Manifest& backup,
                                                 const std::filesystem::path& directory, const Clock& clock,
                                                 const RestoreProgress& progress);

}  // namespace slipway::backup
