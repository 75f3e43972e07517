// What a server holds at one exactly known position: sums of its tables, digests of its definitions. Taken from the
// living server, it is the oracle that a restored one is compared with. (F1)
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "appliance/base/time.hpp"
#include "appliance/sql/connection.hpp"
#include "appliance/sql/gtid.hpp"

namespace slipway::backup {

struct TableSum {
  std::uint64_t sum = 0;  ///< CHECKSUM TABLE's
  std::uint64_t rows = 0;
  friend bool operator==(const TableSum&, const TableSum&) = default;
};

/// Of all databases but the server's own (mysql, sys, performance_schema, information_schema).
struct Oracle {
  sql::GtidPosition position;
  Timestamp taken_at;  ///< by the server's clock
  std::string server_version;
  std::map<std::string, TableSum> tables;          ///< "acct_desk_1.ticket" → what it holds; InnoDB's
  std::map<std::string, std::string> definitions;  ///< "view acct_desk_1.open" → SHA-256 of its definition
  std::map<std::string, std::string> not_summed;   ///< table → why only its definition is known: another engine's
  std::map<std::string, std::string> left_out;     ///< "table acct_desk_1.ticket" → why nothing of it is known
};

/// Called before each table; it may wait, for the good of the server, or return an error to stop.
using OraclePause = std::function<Status(std::uint64_t tables_done, std::uint64_t tables)>;

struct OracleOptions {
  OraclePause pause = {};
  int snapshots_at_most = 3;  ///< begun anew when more than ten objects, and a tenth of all, were changed meanwhile
};

/// Reads all tables in one snapshot of a server with a binary log, while others write: it holds no lock longer than one
/// table takes to read, though the server keeps old row versions until the end. What was created, altered, emptied or
/// dropped meanwhile is left out and named. The user needs SELECT, SHOW VIEW, PROCESS and BINLOG ADMIN. Errors:
/// unsupported (no binary log), permission, unavailable, those of `pause`.
[[nodiscard]] Result<Oracle> take_oracle(const sql::Endpoint& server, const OracleOptions& options = {});

/// The same of a server on which nobody writes, without a position.
[[nodiscard]] Result<Oracle> read_quiet_server(const sql::Endpoint& server, const OraclePause& pause = {});

/// One thing that is not as it should be.
struct Mismatch {
  std::string object;  ///< "table acct_desk_1.ticket"
  std::string what;    ///< "rows", "definition", "check"
  std::string expected;
  std::string found;
};

/// In the order of their names; empty when `found` is all that `expected` knows of, and nothing more.
[[nodiscard]] std::vector<Mismatch> differences(const Oracle& expected, const Oracle& found);

}  // namespace slipway::backup
