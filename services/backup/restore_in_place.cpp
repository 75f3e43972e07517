#include "services/backup/restore_in_place.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <fstream>

#include "appliance/base/file.hpp"
#include "appliance/embedded/data_directory.hpp"
#include "appliance/embedded/instance.hpp"
#include "services/backup/fail_point.hpp"
#include "services/backup/manifest.hpp"

namespace slipway::backup {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

constexpr const char* kNote = "restored.json";
constexpr std::chrono::seconds kDownLimit{100};

fs::path living(const InPlace& place) { return place.state / "database"; }
fs::path beside(const InPlace& place) { return place.state / "database.restored"; }

/// The note in a directory that was restored; null when there is none.
ordered_json note_in(const fs::path& directory) {
  std::ifstream file(directory / kNote);
  auto note = file ? ordered_json::parse(file, nullptr, false) : ordered_json();
  return note.is_object() ? note : ordered_json();
}

/// The restored server beside the living one, with its note.
Result<ordered_json> restored_beside(const InPlace& place, const RestoreInto& restore, const Clock& clock) {
  auto note = note_in(beside(place));
  if (!place.moving && note.is_object() && note.value("target", "") == place.target) return note;
  std::error_code problem;
  fs::remove_all(beside(place), problem);
  if (problem) return Error{Code::permission, "directory '" + beside(place).string() + "': " + problem.message()};
  SLIPWAY_CHECK(embedded::make_private_directory(beside(place)));
  SLIPWAY_TRY(note, restore(beside(place)));
  SLIPWAY_TRY(const auto running, embedded::running_instance(place.state));
  note["target"] = place.target;
  const std::string moment = backup_id(clock.now(), Kind::full).substr(0, 16);
  note["set_aside"] = (place.state / ("database.before-" + moment)).string();
  note["restarted"] = running.has_value();
  SLIPWAY_CHECK(replace_file(beside(place) / kNote, note.dump(2) + "\n"));
  fail_point("in_place.ready");
  return note;
}

Status exchange(const InPlace& place) {
  const auto lock = embedded::FileLock::take(embedded::server_lock({.directory = living(place)}));
  if (!lock) return lock.error().within("the installation was started meanwhile");
  if (::renameat2(AT_FDCWD, beside(place).c_str(), AT_FDCWD, living(place).c_str(), RENAME_EXCHANGE) != 0)
    return errno == EINVAL || errno == ENOSYS
               ? Error{Code::unsupported, living(place).string() + ": its file system cannot exchange directories",
                       "stop the installation, and move " + beside(place).string() + " in its place"}
               : file_error(living(place), "cannot be exchanged", errno);
  const int directory = ::open(place.state.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0) return file_error(place.state, "cannot be opened", errno);
  const bool synced = ::fsync(directory) == 0;
  const int error = errno;
  ::close(directory);
  return synced ? Status() : file_error(place.state, "cannot be synced", error);
}

/// What served before gets the name under which it is kept; there is one unless this was done already.
Status set_aside(const InPlace& place, const ordered_json& note) {
  if (!fs::exists(beside(place))) return {};
  const fs::path kept = note.value("set_aside", "");
  std::error_code problem;
  fs::rename(beside(place), kept, problem);
  if (problem) return Error{Code::permission, "directory '" + kept.string() + "': " + problem.message()};
  return {};
}

}  // namespace

Result<ordered_json> restore_in_place(const InPlace& place, const RestoreInto& restore, const Clock& clock,
                                      const std::function<void(const std::string&)>& progress) {
  std::error_code problem;
  auto note = note_in(living(place));
  // What was exchanged for another target is done with.
  if (note.is_object() && note.value("target", "") != place.target) note = nullptr;
  if (note.is_null()) {
    SLIPWAY_TRY(note, restored_beside(place, restore, clock));
    progress("· stop, exchange, start");
    SLIPWAY_TRY([[maybe_unused]] const bool ran, embedded::down(place.state, kDownLimit));
    fail_point("in_place.stopped");
    SLIPWAY_CHECK(exchange(place));
    fail_point("in_place.exchanged");
  }
  SLIPWAY_CHECK(set_aside(place, note));
  fail_point("in_place.set_aside");
  if (!note.value("restarted", false)) {
    fs::remove(living(place) / kNote, problem);
    return note;
  }
  const auto up =
      embedded::up({.directory = place.state, .port = {}, .programs = place.programs}, [](const std::string&) {});
  if (!up) {
    Error error = up.error().within("restored, but not started");
    error.hint +=
        (error.hint.empty() ? "" : "; ") + std::string("what served before is in ") + note.value("set_aside", "");
    return error;
  }
  fs::remove(living(place) / kNote, problem);
  return note;
}

}  // namespace slipway::backup
