// Replays fetched binary-log files in a restored server: its own replication applies them, in parallel, as relay logs
// that are there already. So DDL, XA, large transactions and changes of server are what they are on a replica.
#pragma once

#include "appliance/embedded/embedded.hpp"
#include "services/backup/log_fetch.hpp"

namespace slipway::backup {

/// The name that fetch_log() must give its files.
inline constexpr const char* kRelayName = "restore-relay";

struct ReplayOptions {
  embedded::DatabaseOptions server;  ///< its data directory holds the prepared backup
  int threads = 2;                   ///< that apply
  std::function<void(std::uint64_t groups_done, std::uint64_t groups)> progress;
};

/// Starts the server on its data directory, which holds `log`'s files, and brings it from `from` to `log.end`. The
/// server runs when this returns, replicates nothing, and knows that position as its own. Errors: those of
/// Database::start; corrupt with the server's words (a statement that cannot be applied: where); timeout (nothing moves
/// for ten minutes).
[[nodiscard]] Result<embedded::Database> replay(const ReplayOptions& options, const sql::GtidPosition& from,
                                                const FetchedLog& log);

}  // namespace slipway::backup
