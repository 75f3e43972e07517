// The program mariadb-backup: how it is called, what it says. Inside this folder only.
#pragma once

#include <filesystem>
#include <functional>

#include "appliance/process/process.hpp"
#include "appliance/sql/connection.hpp"
#include "appliance/sql/gtid.hpp"

namespace slipway::backup {

/// What mariadb-backup noted of a backup.
struct BackupFacts {
  sql::GtidPosition position;
  std::string binlog_file;
  std::uint64_t binlog_position = 0;
  std::string server_version;
  std::uint64_t from_lsn = 0;
  std::uint64_t to_lsn = 0;
};

/// Reads its two notes out of a directory. Errors: corrupt, not_found.
[[nodiscard]] Result<BackupFacts> read_backup_facts(const std::filesystem::path& directory);

/// Runs it to its end with a limit on memory. Errors: internal with its last words, timeout.
[[nodiscard]] Status run_tool(const std::vector<std::string>& argv, const std::filesystem::path& directory,
                              const std::filesystem::path& log);

}  // namespace slipway::backup
