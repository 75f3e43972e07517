// Taking a backup: mariadb-backup's stream, compressed, encrypted, into a repository.
#pragma once

#include <filesystem>
#include <functional>

#include "appliance/sql/connection.hpp"
#include "services/backup/piece_sender.hpp"
#include "services/backup/repository.hpp"

namespace slipway::backup {

struct TakeOptions {
  sql::Endpoint server;            ///< a user with RELOAD, PROCESS, BINLOG MONITOR and SELECT, on this machine
  std::filesystem::path data;      ///< the server's data directory
  std::filesystem::path work;      ///< scratch, 0700; emptied before and after
  std::optional<Manifest> parent;  ///< an incremental that follows this one; empty: a full backup
  std::vector<SavedAccount> accounts;
  std::string log_line;                     ///< of the archive that runs at present; empty: none
  int level = 1;                            ///< zstd's
  std::uint64_t piece_bytes = 256U << 20U;  ///< plain bytes in one object: what a cut connection costs at most
  SendPatience patience = {};               ///< with a repository whose line is cut meanwhile
  std::uint64_t read_bytes_per_s = 0;       ///< of the tables, in whole MiB, at least one; 0: no limit
};

/// Bytes read from the server's files so far, and stored.
using TakeProgress = std::function<void(std::uint64_t plain_bytes, std::uint64_t stored_bytes)>;

/// The backup is in the repository, whole, or nothing of it counts: its manifest is written last. An incremental of a
/// server that provably has not changed since its parent has no pieces, and takes no time. Errors: those of the
/// repository; unavailable and permission (the server, with mariadb-backup's words); conflict (the parent is of another
/// server); in_use (the id is taken: a backup of the same second); no_space; timeout (nothing moves).
[[nodiscard]] Result<Manifest> take_backup(const Repository& repository, const TakeOptions& options, const Clock& clock,
                                           const TakeProgress& progress);

/// Removes pieces of backups that were never published, begun more than `age` ago; how many objects. Those that a live
/// agent writes are younger than that.
[[nodiscard]] Result<int> remove_unpublished(const Repository& repository, Timestamp now, std::chrono::seconds age);

}  // namespace slipway::backup
