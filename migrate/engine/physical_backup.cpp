#include "migrate/engine/physical_backup.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <chrono>
#include <fstream>

#include "appliance/base/file.hpp"
#include "appliance/process/process.hpp"
#include "appliance/sql/option_file.hpp"

namespace slipway::migrate {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kLook{200};
constexpr std::chrono::minutes kPatience{10};
constexpr std::uint64_t kPrepareMemory = 256U << 20U;  // for pages
// Of each program: a prepare of tables with computed keys was once seen to take twenty gigabytes.
constexpr std::uint64_t kMemory = std::uint64_t{3} << 30U;
constexpr std::uint64_t kLogBytes = 256U << 20U;

fs::path files_of(const BackupTask& task) { return task.work / "files"; }
fs::path log_of(const BackupTask& task) { return task.work / "mariadb-backup.log"; }

std::uint64_t bytes_below(const fs::path& directory) {
  std::uint64_t bytes = 0;
  std::error_code failed;
  for (fs::recursive_directory_iterator entry(directory, failed), end; !failed && entry != end;
       entry.increment(failed)) {
    std::error_code gone;  // files are renamed as they are finished
    const auto size = entry->is_regular_file(gone) ? entry->file_size(gone) : 0;
    if (!gone) bytes += size;
  }
  return bytes;
}

Error failed(const BackupTask& task, int status) {
  return {Code::unavailable, "mariadb-backup: ended with exit status " + std::to_string(status) + ": " +
                                 process::last_words(log_of(task))};
}

/// Runs mariadb-backup to its end, as long as something below `watched` moves.
Status run_backup(const BackupTask& task, std::vector<std::string> arguments, const fs::path& watched,
                  const std::function<void(std::uint64_t)>& told) {
  process::Command command{
      .argv = {"mariadb-backup"}, .directory = task.work, .log_file = log_of(task), .ends_with_starter = true};
  command.argv.insert(command.argv.end(), std::make_move_iterator(arguments.begin()),
                      std::make_move_iterator(arguments.end()));
  command.memory_bytes = kMemory;
  SLIPWAY_TRY(process::Child child, process::Child::spawn(command));
  std::uint64_t bytes = 0;
  auto moved = Clock::now();
  for (;;) {
    if (const auto status = child.wait(kLook)) {
      if (*status != 0) return failed(task, *status);
      return {};
    }
    const std::uint64_t now = bytes_below(watched);
    if (now != bytes) moved = Clock::now();
    bytes = now;
    told(bytes);
    if (Clock::now() - moved > kPatience)
      return Error{Code::timeout, "mariadb-backup: nothing has moved for ten minutes",
                   "look for a statement on the source that holds a table"};
    std::error_code absent;
    const auto size = fs::file_size(log_of(task), absent);
    if (!absent && size > kLogBytes) return Error{Code::too_large, "mariadb-backup: says too much"};
  }
}

Status make_directories(const BackupTask& task) {
  std::error_code problem;
  fs::remove_all(task.work, problem);
  if (::mkdir(task.work.c_str(), 0700) != 0 || ::mkdir(files_of(task).c_str(), 0700) != 0)
    return Error{Code::permission, "directory '" + task.work.string() + "': cannot be made"};
  return {};
}

/// The server that --export starts reads its settings here. Nothing that is prepared needs to be on the disk: IMPORT
/// TABLESPACE writes every page once more and syncs the file, and a failure before throws all of it away.
Status without_syncs(const BackupTask& task) {
  const fs::path file = files_of(task) / "backup-my.cnf";
  std::ofstream settings(file, std::ios::app);
  settings << "\n[mysqld]\ninnodb_flush_method=O_DIRECT_NO_FSYNC\n" << std::flush;
  if (!settings) return file_error(file, "cannot be written", errno);
  return {};
}

}  // namespace

fs::path backup_files(const BackupTask& task) { return files_of(task) / task.database_file_name; }

Status take_backup(const BackupTask& task, const std::function<void(std::uint64_t bytes)>& told) {
  SLIPWAY_CHECK(make_directories(task));
  std::string tables;
  for (const std::string& table : task.table_file_names) tables += task.database_file_name + "." + table + "\n";
  SLIPWAY_CHECK(replace_file(task.work / "tables", tables));
  SLIPWAY_CHECK(sql::write_option_file(task.work / "access.cnf", task.source, "mariadb-backup"));
  const auto forget_access = [&] {
    std::error_code problem;
    fs::remove(task.work / "access.cnf", problem);
  };
  // Its own log grows while it waits for a lock, so only what arrives counts. With the first bytes it has signed in.
  auto done = run_backup(task,
                         {"--defaults-file=" + (task.work / "access.cnf").string(), "--backup",
                          "--datadir=" + task.source_data.string(), "--tables-file=" + (task.work / "tables").string(),
                          "--target-dir=" + files_of(task).string(), "--parallel=" + std::to_string(task.threads)},
                         files_of(task), [&](std::uint64_t bytes) {
                           if (bytes > 0) forget_access();
                           told(bytes);
                         });
  forget_access();
  return done;
}

Status prepare_backup(const BackupTask& task) {
  SLIPWAY_CHECK(without_syncs(task));
  return run_backup(task,
                    {"--no-defaults", "--prepare", "--export", "--innodb-flush-method=O_DIRECT_NO_FSYNC",
                     "--use-memory=" + std::to_string(kPrepareMemory), "--target-dir=" + files_of(task).string()},
                    task.work, [](std::uint64_t) {});
}

}  // namespace slipway::migrate
