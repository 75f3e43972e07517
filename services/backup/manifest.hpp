// What a repository says of one backup. The JSON is the contract (docs/backup-format.md).
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "appliance/base/time.hpp"
#include "appliance/sql/gtid.hpp"

namespace slipway::backup {

/// full and incremental: of the whole server. sandbox: of one account, on request (A36).
enum class Kind { full, incremental, sandbox };

[[nodiscard]] std::string_view to_text(Kind kind);

/// One sealed object of the backup, in order.
struct Piece {
  std::string name;
  std::uint64_t bytes = 0;  ///< as stored
  std::string sha256;       ///< of what is stored: can be checked without the key
};

struct SavedAccount {
  std::string name;
  std::string database;
};

struct Manifest {
  std::string id;          ///< 20261129t031500z-full
  std::string repository;  ///< the id of the one that it was taken into
  Kind kind = Kind::full;
  std::string parent;  ///< of an incremental: the backup that it follows
  Timestamp taken_at;  ///< when it began
  Timestamp ended_at;
  std::string lineage;  ///< of the server's pages, lineage_of(); empty: not known
  std::string server_version;
  std::string program_version;
  sql::GtidPosition position;  ///< what it holds, exactly
  std::string log_line;        ///< the line of the binary-log archive that goes on from it; empty: none then
  std::string binlog_file;
  std::uint64_t binlog_position = 0;
  std::uint64_t from_lsn = 0;
  std::uint64_t to_lsn = 0;
  std::string server_state;  ///< what read_server_state() gave just before it began; empty: not known
  std::uint64_t plain_bytes = 0;
  std::uint64_t stored_bytes = 0;
  std::string key_id;
  std::vector<SavedAccount> accounts;  ///< of a sandbox backup: the one that it holds
  std::string replaces = {};           ///< of a sandbox backup: the id of the one that goes once this one is proven
  std::map<std::string, std::string> table_sums = {};  ///< of a sandbox backup: CHECKSUM TABLE of each table
  std::vector<Piece> pieces;
};

[[nodiscard]] nlohmann::ordered_json to_json(const Manifest& manifest);
/// Errors: corrupt (a member is missing or of another type), unsupported (a newer form).
[[nodiscard]] Result<Manifest> read_manifest(const nlohmann::ordered_json& json);

/// An incremental of a server on which nothing had happened: what it follows holds the same.
[[nodiscard]] bool holds_nothing_new(const Manifest& manifest);

/// Whether a person means a backup by it, and not a time or a GTID.
[[nodiscard]] bool is_backup_id(std::string_view text);

/// "20261129t031500z-full".
[[nodiscard]] std::string backup_id(Timestamp taken_at, Kind kind);
/// The name of its manifest, and of its pieces' folder: "backups/ID/".
[[nodiscard]] std::string backup_folder(const std::string& id);
[[nodiscard]] std::string manifest_name(const std::string& id);

}  // namespace slipway::backup
