#include "migrate/engine/physical_import.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "appliance/base/file.hpp"
#include "migrate/engine/fail_point.hpp"

namespace slipway::migrate {
namespace {

namespace fs = std::filesystem;

Error file_error(const fs::path& file, const char* what) {
  const int number = errno;
  const Code code = number == ENOSPC ? Code::no_space : Code::permission;
  // NOLINTNEXTLINE(concurrency-mt-unsafe): glibc's is
  return {code, "file '" + file.string() + "': " + what + ": " + std::strerror(number)};
}

/// Into the database's directory, with the owner and the rights that the server's own files have there.
Status place(const fs::path& from, const fs::path& to) {
  struct stat owner {};
  if (::stat(to.parent_path().c_str(), &owner) != 0) return file_error(to, "cannot be placed");
  if (::geteuid() == 0 && ::chown(from.c_str(), owner.st_uid, owner.st_gid) != 0)
    return file_error(from, "cannot be given to the server");
  if (::chmod(from.c_str(), S_IRUSR | S_IWUSR | S_IRGRP | S_IWGRP) != 0 || ::rename(from.c_str(), to.c_str()) != 0)
    return file_error(to, "cannot be placed");
  return {};
}

Status run(sql::Connection& target, const std::string& statement) {
  SLIPWAY_TRY([[maybe_unused]] const auto done, target.execute_text(statement));
  return {};
}

/// " AUTO_INCREMENT=8192" of a definition, or nothing. The file knows the last number that a row has, the source's next
/// one may be higher.
std::string counter_of(const std::string& definition) {
  const auto at = definition.find(" AUTO_INCREMENT=", definition.rfind("\n)"));
  return at == std::string::npos ? "" : definition.substr(at, definition.find_first_of(" \n", at + 1) - at);
}

}  // namespace

Status import_table(sql::Connection& target, const ImportTask& task) {
  Checkpoint checkpoint(target);
  const std::string& name = task.table->name;
  SLIPWAY_TRY(const std::string quoted, sql::quote_identifier(name));
  SLIPWAY_CHECK(checkpoint.begin_table(name, task.definition, task.keys));
  SLIPWAY_CHECK(take_back(target, name, task.directory, task.file_name));
  SLIPWAY_CHECK(build_bare(target, *task.table));
  SLIPWAY_CHECK(build_keys(target, task.keys));
  SLIPWAY_CHECK(run(target, "ALTER TABLE " + quoted + " DISCARD TABLESPACE"));
  for (const char* ending : {".cfg", ".ibd"})
    SLIPWAY_CHECK(place(task.files / (task.file_name + ending), task.directory / (task.file_name + ending)));
  // The server puts what it imports on the disk, but not the name under which it found it.
  SLIPWAY_CHECK(sync_folder_of(task.directory / task.file_name));
  fail_point("copy.physical.placed");
  SLIPWAY_CHECK(run(target, "ALTER TABLE " + quoted + " IMPORT TABLESPACE"));
  std::error_code failed;
  fs::remove(task.directory / (task.file_name + ".cfg"), failed);
  if (const std::string counter = counter_of(task.table->shape.bare); !counter.empty())
    SLIPWAY_CHECK(run(target, "ALTER TABLE " + quoted + counter));
  SLIPWAY_CHECK(run(target, "ANALYZE TABLE " + quoted));
  fail_point("copy.physical.imported");
  return checkpoint.table_imported(name);
}

Status take_back(sql::Connection& target, const std::string& table, const fs::path& directory,
                 const std::string& file_name) {
  SLIPWAY_TRY(const std::string quoted, sql::quote_identifier(table));
  SLIPWAY_CHECK(run(target, "DROP TABLE IF EXISTS " + quoted));
  std::error_code failed;
  for (const char* ending : {".cfg", ".ibd"}) fs::remove(directory / (file_name + ending), failed);
  return {};
}

}  // namespace slipway::migrate
