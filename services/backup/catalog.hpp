// What repositories hold, read from them as facts for the rules of retention, schedule and timeline.
#pragma once

#include <map>

#include "services/backup/catalog_rules.hpp"
#include "services/backup/log_line.hpp"

namespace slipway::backup {

/// What was read of segments, kept from one look to the next: finished segments never change. Not thread-safe; may be
/// forgotten at any time.
struct SegmentMemory {
  std::map<std::string, SegmentLabel> labels;  ///< by the object's name
  std::map<std::string, SegmentEnd> ends;      ///< of those that nothing follows
};

struct KnownBackups {
  std::vector<BackupFact> backups;
  std::vector<Error> faults;  ///< manifests and proofs that cannot be read
};

/// Every backup of the repository whose manifest can be read, oldest first, those of accounts last. The manifest does
/// not say that a person pinned it: that stays empty. log_from is the last finished segment that begins at or before
/// the backup's position, its line's first number while none is finished, and 0 when the backup stands in no line; when
/// that segment was removed, a number that is not there. A proof that cannot be read leaves a backup pending. Errors:
/// those of the storage.
[[nodiscard]] Result<KnownBackups> backup_facts(const Repository& repository, SegmentMemory& memory);

/// What the last proof of a window of the log found; nothing: there is none. Errors: those of the storage, corrupt.
[[nodiscard]] Result<std::optional<Proof>> last_window_proof(const Repository& repository);

struct KnownLogs {
  std::vector<RepositoryLog> logs;  ///< one per repository, in the given order
  std::vector<Error> faults;        ///< why one does not answer; segments that cannot be read, which count as missing
};

/// The finished segments of every line. A segment's times: first_at is when the archiver began it, last_at when it
/// began the next one, or of the last transaction where nothing follows; so they are the archiver's, later than the
/// server's by its lag. safe_until is last_at of the last segment; who archives knows better.
[[nodiscard]] KnownLogs log_facts(const std::vector<const Repository*>& repositories, SegmentMemory& memory);

}  // namespace slipway::backup
