#include "services/backup/server_state_store.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <vector>

#include "appliance/crypto/crypto.hpp"

namespace slipway::backup {
namespace {

namespace fs = std::filesystem;

// The uptime is counted in whole seconds of the same clock within one statement: the difference is constant.
constexpr const char* kCounts = R"(
SELECT CONCAT('start ', UNIX_TIMESTAMP() - MAX(IF(variable_name = 'UPTIME', variable_value, 0)),
              ', gtid ', @@GLOBAL.gtid_binlog_pos, ' ', @@GLOBAL.gtid_slave_pos, ', ',
              GROUP_CONCAT(IF(variable_name = 'UPTIME', NULL, LOWER(CONCAT(variable_name, ' ', variable_value)))
                           ORDER BY variable_name SEPARATOR ', '))
FROM information_schema.global_status
WHERE variable_name IN ('UPTIME', 'INNODB_LSN_CURRENT', 'HANDLER_WRITE', 'HANDLER_UPDATE', 'HANDLER_DELETE'))";

/// The file, and what of it changes with its content.
std::string facts_of(const fs::path& file) {
  struct stat facts {};
  std::string line = file.string();
  if (::stat(file.c_str(), &facts) != 0) return line;
  line += ' ' + std::to_string(facts.st_ino) + ' ' + std::to_string(facts.st_size);
  for (const timespec& time : {facts.st_mtim, facts.st_ctim})
    line += ' ' + std::to_string(time.tv_sec) + '.' + std::to_string(time.tv_nsec);
  return line;
}

/// One line for each database, and for each file in it that is not InnoDB's.
Result<std::vector<std::string>> database_files(const fs::path& data) {
  std::vector<std::string> lines;
  std::error_code problem;
  for (const auto& folder : fs::directory_iterator(data, problem)) {
    std::error_code unreadable;  // such as lost+found: no backup holds it either
    if (!folder.is_directory(unreadable)) continue;
    lines.push_back(folder.path().string());
    for (const auto& file : fs::directory_iterator(folder.path(), unreadable))
      if (file.path().extension() != ".ibd") lines.push_back(facts_of(file.path()));
  }
  if (problem) return Error{Code::permission, "directory '" + data.string() + "': " + problem.message()};
  std::sort(lines.begin(), lines.end());
  return lines;
}

}  // namespace

Result<std::string> read_server_state(const sql::Endpoint& server, const fs::path& data) {
  SLIPWAY_TRY(auto connection, sql::Connection::open(server));
  SLIPWAY_TRY(const auto counts, connection.query_one(kCounts));
  SLIPWAY_TRY(const auto files, database_files(data));
  std::string all;
  for (const std::string& line : files) all += line + '\n';
  return counts->text(0) + ", files " + crypto::sha256_hex(all);
}

}  // namespace slipway::backup
