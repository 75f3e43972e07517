// Restoring a server to a moment: base backup, log, a server that runs on the result. (A37)
#pragma once

#include "services/backup/fetch_backup.hpp"
#include "services/backup/replay.hpp"

namespace slipway::backup {

/// What is wanted. One of: a backup as it is, a GTID, a time, or (none) the latest state that the archive holds.
struct RestoreGoal {
  std::string backup;
  LogTarget log;
  [[nodiscard]] static Result<RestoreGoal> parse(const std::string& text);
};

/// "backup 20261129t031500z-full", "GTID 0-1-4711", "2026-11-29T14:03:27Z", "the end of the archive".
[[nodiscard]] std::string to_text(const RestoreGoal& target);

/// Which backup, and what log after it.
struct RestoreRoute {
  RestoreGoal goal;
  const Repository* repository = nullptr;  ///< where the backup is taken from
  std::vector<Manifest> chain;
  bool proven = false;  ///< F1: the last of the chain was restored and compared
};

/// Chooses the newest proven backup that is not later than the target, or where there is none the newest that was not
/// proven yet; one that failed its proof only by its id. For the latest state, one from which no log goes on serves
/// only where the log does not lead further. The log is looked at when it is fetched. Errors: not_found, with what each
/// repository has and lacks; unsupported (made by a newer server); those of a storage when none answers. `skip`: ids
/// that were tried in vain.
[[nodiscard]] Result<RestoreRoute> choose_route(const std::vector<const Repository*>& repositories,
                                                const RestoreGoal& target, const std::vector<std::string>& skip = {});

/// In a directory into which a restore of the whole server is under way, or was when it was killed.
inline constexpr const char* kUnfinished = "slipway-restore-unfinished";

/// Told of each step: "unpack", "prepare", "log", "replay", with how much of how much.
using RestoreProgress = std::function<void(const std::string& step, std::uint64_t done, std::uint64_t of)>;

struct RestoreOptions {
  embedded::DatabaseOptions server;  ///< directory: new or empty of data
  std::filesystem::path work;        ///< scratch
  int threads = 2;
  RestoreProgress progress;
};

/// A server that was restored and runs, and what it holds.
struct Restored {
  embedded::Database server;
  Manifest backup;  ///< the last of the chain
  FetchedLog log;
};

/// Carries a plan out. A run that was killed is begun anew by the next one: its directory is not a data directory until
/// everything was fetched. The binary log that the server will write, under the name that it had, goes on from there:
/// the archive goes on with the same line, and replicas follow. Errors: those of fetch_backup, fetch_log and replay.
[[nodiscard]] Result<Restored> restore_server(const std::vector<const Repository*>& repositories,
                                              const RestoreRoute& plan, const RestoreOptions& options);

}  // namespace slipway::backup
