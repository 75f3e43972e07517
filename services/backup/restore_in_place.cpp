#include "services/backup/restore_in_place.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <fstream>

#include "appliance/base/file.hpp"
#include "appliance/base/file_lock.hpp"
#include "appliance/embedded/data_directory.hpp"
#include "appliance/embedded/instance.hpp"
#include "services/backup/fail_point.hpp"
#include "services/backup/manifest.hpp"
#include "services/backup/restore.hpp"

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

/// The name under which what served until now is kept.
fs::path kept_as(const InPlace& place, const Clock& clock) {
  return place.state / ("database.before-" + backup_id(clock.now(), Kind::full).substr(0, 16));
}

/// What an earlier call restored goes. Anything else that has its place served before: it is kept.
Status make_room(const InPlace& place, const Clock& clock) {
  if (!fs::exists(beside(place))) return {};
  const bool ours = fs::exists(beside(place) / kUnfinished) || fs::exists(beside(place) / kNote);
  std::error_code problem;
  if (ours)
    fs::remove_all(beside(place), problem);
  else
    fs::rename(beside(place), kept_as(place, clock), problem);
  if (problem) return Error{Code::permission, "directory '" + beside(place).string() + "': " + problem.message()};
  return {};
}

/// The restored server beside the living one, with its note.
Result<ordered_json> restored_beside(const InPlace& place, const RestoreInto& restore, const Clock& clock) {
  auto note = note_in(beside(place));
  if (!place.moving && note.is_object() && note.value("target", "") == place.target) return note;
  const bool stopped_by_us = note.is_object() && note.value("restarted", false);
  SLIPWAY_CHECK(make_room(place, clock));
  SLIPWAY_CHECK(embedded::make_private_directory(beside(place)));
  SLIPWAY_CHECK(replace_file(beside(place) / kUnfinished, "a restore into this directory has not ended\n"));
  SLIPWAY_TRY(note, restore(beside(place)));
  SLIPWAY_TRY(const auto running, embedded::running_instance(place.state));
  note["target"] = place.target;
  note["set_aside"] = kept_as(place, clock).string();
  note["restarted"] = running.has_value() || stopped_by_us;
  std::error_code problem;
  fs::remove(beside(place) / kUnfinished, problem);
  SLIPWAY_CHECK(replace_file(beside(place) / kNote, note.dump(2) + "\n"));
  fail_point("in_place.ready");
  return note;
}

Status exchange(const InPlace& place) {
  const auto lock = FileLock::take(embedded::server_lock({.directory = living(place)}));
  if (!lock) return lock.error().within("the database is not free");
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

/// The note of an exchange that a killed call left without its end, when it was for the same; null: there is none. One
/// that has served since, or was for another target, is a server like any other: what it took the place of is kept.
Result<ordered_json> exchanged_before(const InPlace& place) {
  auto note = note_in(living(place));
  if (note.is_null()) return note;
  SLIPWAY_TRY(const auto running, embedded::running_instance(place.state));
  if (!running && note.value("target", "") == place.target) return note;
  SLIPWAY_CHECK(set_aside(place, note));
  std::error_code problem;
  fs::remove(living(place) / kNote, problem);
  return ordered_json();
}

}  // namespace

Result<ordered_json> restore_in_place(const InPlace& place, const RestoreInto& restore, const Clock& clock,
                                      const std::function<void(const std::string&)>& progress) {
  const auto start = [&place] {
    return embedded::up({.directory = place.state, .port = {}, .programs = place.programs}, [](const std::string&) {});
  };
  SLIPWAY_TRY(auto note, exchanged_before(place));
  if (note.is_null()) {
    SLIPWAY_TRY(note, restored_beside(place, restore, clock));
    progress("· stop, exchange, start");
    SLIPWAY_TRY([[maybe_unused]] const bool ran, embedded::down(place.state, kDownLimit));
    fail_point("in_place.stopped");
    const auto exchanged = exchange(place);
    if (!exchanged) {
      // As it was.
      if (note.value("restarted", false) && !start())
        return exchanged.error().within("the installation is stopped, and as it was");
      return exchanged.error();
    }
    fail_point("in_place.exchanged");
  }
  SLIPWAY_CHECK(set_aside(place, note));
  fail_point("in_place.set_aside");
  std::error_code problem;
  if (note.value("restarted", false)) {
    const auto up = start();
    if (!up) {
      Error error = up.error().within("restored, but not started");
      error.hint +=
          (error.hint.empty() ? "" : "; ") + std::string("what served before is in ") + note.value("set_aside", "");
      return error;
    }
  }
  fs::remove(living(place) / kNote, problem);
  return note;
}

}  // namespace slipway::backup
