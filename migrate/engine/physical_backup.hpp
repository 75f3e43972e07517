// The files of a database as mariadb-backup takes them, made ready for another server. The programs run as children
// with bounded memory; they end with the calling thread.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "appliance/sql/connection.hpp"

namespace slipway::migrate {

struct BackupTask {
  sql::Endpoint source;               ///< the password goes into a file of mode 0600
  std::filesystem::path source_data;  ///< data directory
  std::string database_file_name;
  std::vector<std::string> table_file_names;
  std::filesystem::path work;  ///< made anew, 0700; the tables' files are in files/DATABASE below it
  std::size_t threads = 2;
};

/// Takes the tables as they are at one moment near the end of the call; `told` gets the bytes so far, several times a
/// second. Errors: not_found, permission and no_space of programs and files, timeout when nothing moves for ten
/// minutes, unavailable with the last words of the program that failed.
[[nodiscard]] Status take_backup(const BackupTask& task, const std::function<void(std::uint64_t bytes)>& told);

/// Brings the files to that moment and writes beside each what IMPORT TABLESPACE wants to know. Errors: as above.
[[nodiscard]] Status prepare_backup(const BackupTask& task);

/// Where the tables' files are.
[[nodiscard]] std::filesystem::path backup_files(const BackupTask& task);

}  // namespace slipway::migrate
