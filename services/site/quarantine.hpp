// Transactions that only this site has are set aside, where a person can read them, and undone here, so that the site
// can follow the other one again. (D6)
//
//   copied ─────────▶ undone ─────────▶ the server is where the histories part; its own log begins anew
//   the log's files,   from the last     what was set aside stays until a person removes it
//   the transactions   to the first
//   in words
//
// Each step is on the disk before the next: killed at any moment, it goes on where it was.
#pragma once

#include <filesystem>

#include "services/site/fork.hpp"

namespace slipway::site {

/// What was set aside.
struct Quarantined {
  std::filesystem::path folder;  ///< transactions.txt for reading, log/ with the files, undo.sql, report.json
  std::uint64_t transactions = 0;
  std::map<std::string, std::uint64_t> rows;  ///< changed, by table
};

/// Goes on with what was begun, if anything was. `server`: this site's, read-only, replicating from nobody. Errors:
/// unsupported when what is there cannot be undone (definitions of tables, deletions that take other rows along): the
/// copy is made all the same, and a fresh copy of the other site is needed; no_space; those of the server.
[[nodiscard]] Result<Quarantined> set_aside(sql::Connection& server, const Fork& fork,
                                            const std::filesystem::path& quarantine, Timestamp now);

/// What was begun with this server and is not finished: its fork. `logged`: up to where the server's log goes; what was
/// begun with another state of it is over. Error: corrupt.
[[nodiscard]] Result<std::optional<Fork>> unfinished(const std::filesystem::path& quarantine,
                                                     const std::string& logged);

/// What the words of mariadb-binlog tell about its transactions.
struct LogSummary {
  std::uint64_t transactions = 0;
  std::map<std::string, std::uint64_t> rows;       ///< changed, by table
  std::map<std::string, std::uint64_t> deletions;  ///< of those
  std::string definition;  ///< GTID of the first that is no change of rows, or is logged as a statement
};
[[nodiscard]] LogSummary summary_of(std::istream& words);

}  // namespace slipway::site
