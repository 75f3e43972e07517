// The statements of oracles and proofs. Inside this folder only.
#pragma once

#include "services/backup/oracle.hpp"

namespace slipway::backup {

struct StoredTable {
  std::string database;
  std::string name;
  std::string engine;  ///< empty: the server cannot open it
  std::string ids;     ///< InnoDB's numbers of it and its partitions: others after it was rebuilt, emptied or exchanged
};

struct Description {
  std::map<std::string, StoredTable> tables;       ///< "table db.name"; sequences and views are not among them
  std::map<std::string, std::string> definitions;  ///< "KIND db.name" → digest, or why there is none
};

/// A session for statements that take long on large tables and give up early where somebody holds a table.
[[nodiscard]] Result<sql::Connection> open_oracle_session(sql::Endpoint server);

[[nodiscard]] Result<Description> describe_server(sql::Connection& server);

struct SnapshotPlace {
  sql::GtidPosition position;
  Timestamp taken_at;
};

/// From here to end_reading() the session sees InnoDB's rows as they were at the position. Error: unsupported (no
/// binary log).
[[nodiscard]] Result<SnapshotPlace> begin_snapshot(sql::Connection& server);
/// The same without a position, for a server on which nobody writes.
[[nodiscard]] Status begin_reading(sql::Connection& server);
[[nodiscard]] Status end_reading(sql::Connection& server);

/// Between those. Leaves no lock on the table. Error: conflict when the table is not that of the
/// snapshot, is gone, or is held by a statement.
[[nodiscard]] Result<TableSum> sum_table(sql::Connection& server, const StoredTable& table);

/// CHECK TABLE … EXTENDED, or QUICK: what is wrong with it; empty when nothing is.
[[nodiscard]] Result<std::string> check_table(sql::Connection& server, const StoredTable& table, bool extended);

}  // namespace slipway::backup
