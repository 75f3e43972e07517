// The part of a copy that takes the files of tables instead of their rows. What it brings is a backup, of another
// moment than the copy's snapshot: CopyWork compares every row with that snapshot and copies again what changed.
#pragma once

#include <functional>
#include <map>
#include <set>

#include "migrate/engine/checkpoint.hpp"
#include "migrate/engine/copy.hpp"
#include "migrate/engine/physical_facts.hpp"

namespace slipway::migrate {

struct PhysicalTask {
  const sql::Endpoint& from;
  const sql::Endpoint& to;
  const CopyOptions& options;
  const Catalog& catalog;  ///< as the source has it before the backup
  /// Called with the names of the tables that go as files, just before the backup begins. Answers with those of them
  /// that the source sums as a whole: so does the target, each as soon as it is imported.
  std::function<Result<std::set<std::string>>(const std::vector<std::string>& tables)> before_backup;
};

struct PhysicalOutcome {
  Method method = Method::sql;
  std::string reason;                         ///< why this method
  std::vector<std::string> notes;             ///< tables that went by SQL all the same, and why
  std::uint64_t tables = 0;                   ///< imported
  std::uint64_t bytes = 0;                    ///< of their files
  double seconds = 0;                         ///< until the last was
  std::map<std::string, std::uint64_t> sums;  ///< checksum_of() on the target, by table
};

/// Decides, says what and why, and imports what can be imported. A table imported has a record with neither lanes nor
/// chunks in `records`; tables that are built there already are left alone, those half built are taken away. `source`
/// looks at the source, `builder` is the session that claimed the target. A backup that fails is told, and all rows
/// travel by SQL; not so when the method was chosen by a person. Errors: unsupported when that person's choice is
/// impossible (saying why); of the connections; of the backup.
[[nodiscard]] Result<PhysicalOutcome> copy_physically(const PhysicalTask& task, sql::Connection& source,
                                                      sql::Connection& builder,
                                                      std::map<std::string, TableRecord>& records, Progress& progress);

}  // namespace slipway::migrate
