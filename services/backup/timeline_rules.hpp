// What can be restored (A37): which spans of time, and from which backups. Pure. How a restore gets to a moment is
// choose_route()'s, which need not read the head of every segment.
//
// Base and log come from any repository that answers: each segment may come from another one, as long as each begins
// at the GTID position where the one before ends.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "services/backup/catalog_rules.hpp"

namespace slipway::backup {

/// Facts of one repository alone answer what it can do alone. `logs` names every repository, also those that do not
/// answer.
struct TimelineFacts {
  std::vector<BackupFact> backups;
  std::vector<RepositoryLog> logs;
};

/// A backup by its place.
struct BackupPlace {
  std::string repository;
  std::string id;
  bool operator==(const BackupPlace&) const = default;
};

/// Every moment from `from` to `until`, both included, can be restored to the transaction.
struct RestorableSpan {
  Timestamp from;
  Timestamp until;
  std::optional<Timestamp> proven_from;  ///< on a proven chain from then on (F1)
  std::string position_from;             ///< GTID positions
  std::string position_until;
  std::vector<BackupPlace> bases;  ///< to begin from, oldest first
  bool open_ended = false;         ///< its end is the log's: what is not in a finished segment yet comes on top
};

/// By time. Backups that nothing follows are spans of one moment. Sandbox and monthly backups are not among the bases.
[[nodiscard]] std::vector<RestorableSpan> restorable_spans(const TimelineFacts& facts);

}  // namespace slipway::backup
