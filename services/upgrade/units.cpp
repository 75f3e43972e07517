#include "services/upgrade/units.hpp"

#include <unistd.h>

#include <cerrno>

#include "appliance/base/file.hpp"
#include "services/upgrade/packages.hpp"
#include "services/upgrade/tool.hpp"

namespace slipway::upgrade {
namespace {

namespace fs = std::filesystem;

constexpr const char* kDatabase = "mariadb.service";
constexpr const char* kSetup = "slipway-setup.service";
constexpr const char* kWeb = "slipway-webd.service";
constexpr const char* kJobs = "slipway-jobd.service";
constexpr const char* kBackups = "slipway-backupd.service";
constexpr const char* kTarget = "slipway.target";
// A server writes all that it has in memory; a migration takes what it takes.
constexpr std::chrono::hours kStopLimit{1};
constexpr std::chrono::hours kSetupLimit{3};
constexpr std::chrono::minutes kStartLimit{10};

/// Where the manager looks for what holds until the next boot.
const fs::path& trial_settings() {
  static const fs::path file = "/run/systemd/system/slipway-webd.service.d/slipway-upgrade.conf";
  return file;
}

Status systemctl(std::vector<std::string> words, std::chrono::milliseconds limit = std::chrono::minutes(1)) {
  words.insert(words.begin(), "systemctl");
  SLIPWAY_TRY([[maybe_unused]] const auto said, output_of(std::move(words), limit));
  return {};
}

Status make_folder(const fs::path& folder, fs::perms mode) {
  std::error_code problem;
  fs::create_directories(folder, problem);
  fs::permissions(folder, mode, problem);
  if (problem) return file_error(folder, "cannot be made", problem.value());
  return {};
}

/// Gone from the disk, too.
Status remove_durably(const fs::path& file) {
  if (::unlink(file.c_str()) != 0 && errno != ENOENT) return file_error(file, "cannot be removed", errno);
  return fs::is_directory(file.parent_path()) ? sync_folder_of(file) : Status();
}

/// A unit whose condition does not hold is no error to systemctl, and is not running.
Status start(const std::string& unit, std::chrono::milliseconds limit) {
  const auto failed = [&](const std::string& how) {
    return Error{Code::unavailable, unit + ": does not start" + how, "journalctl -u " + unit + " says why"};
  };
  // What failed while it was another version counts no more; a unit that never ran has nothing to forget.
  static_cast<void>(systemctl({"reset-failed", unit}));
  if (const auto started = systemctl({"start", unit}, limit); !started)
    return failed(started.error().code == Code::timeout ? " in time" : "");
  SLIPWAY_TRY(const auto state, active_state(unit));
  return state == "active" ? Status() : failed(", it is " + state);
}

std::string unit_text(const Places& places) {
  return "# Written by 'slipway upgrade' for the time of one upgrade.\n"
         "[Unit]\n"
         "Description=Slipway: upgrade under way\n"
         "RequiresMountsFor=/etc/slipway /var/lib/slipway /var/lib/mysql\n"
         "StartLimitIntervalSec=0\n"
         "\n"
         "[Service]\n"
         "Type=exec\n"
         "ExecStart=" +
         places.program.string() +
         " upgrade resume --foreground\n"
         // Killed, it settles the matter: the old version or the new one, by what was recorded.
         "Restart=on-failure\n"
         "RestartSec=2s\n"
         "TimeoutStopSec=20s\n"
         "OOMScoreAdjust=-700\n"
         "\n"
         "[Install]\n"
         "WantedBy=multi-user.target\n";
}

}  // namespace

Status reload_units() { return systemctl({"daemon-reload"}); }

bool has_service_manager() { return fs::is_directory("/run/systemd/system"); }

Result<std::string> active_state(const std::string& unit) {
  SLIPWAY_TRY(auto state, output_of({"systemctl", "show", "--property=ActiveState", "--value", unit}));
  while (!state.empty() && state.back() == '\n') state.pop_back();
  return state;
}

Status hold(const Places& places) {
  return replace_file(places.hold(), "An upgrade is under way: slipway upgrade status\n", 0644);
}

Status stop_programs(const Places& places) {
  SLIPWAY_CHECK(stop_trial(places));
  return systemctl({"stop", kTarget, kBackups, kJobs, kWeb, kSetup}, kStopLimit);
}

Status stop_database() {
  SLIPWAY_CHECK(systemctl({"stop", kDatabase}, kStopLimit));
  SLIPWAY_TRY(const auto state, active_state(kDatabase));
  if (state == "inactive" || state == "failed") return {};
  return Error{Code::unavailable, std::string(kDatabase) + ": does not stop, it is " + state,
               "journalctl -u mariadb says why"};
}

Status start_database(const Places& places) {
  SLIPWAY_CHECK(remove_durably(places.hold_database()));
  return start(kDatabase, kStopLimit);
}

Status hold_database(const Places& places) {
  return replace_file(places.hold_database(), "The database's files are on the move: slipway upgrade status\n", 0644);
}

Status start_setup(const Places& places) {
  SLIPWAY_CHECK(make_folder(places.run_dir, fs::perms(0755)));
  SLIPWAY_CHECK(replace_file(places.trial(), ""));
  // It may have run as another version.
  SLIPWAY_CHECK(systemctl({"stop", kSetup}));
  return start(kSetup, kSetupLimit);
}

Status start_trial(const Places& places) {
  SLIPWAY_CHECK(make_folder(places.run_dir, fs::perms(0755)));
  SLIPWAY_CHECK(replace_file(places.trial(), ""));
  SLIPWAY_CHECK(make_folder(trial_settings().parent_path(), fs::perms(0755)));
  const std::string settings = std::string("[Service]\nEnvironment=SLIPWAY_WEB_SOCKET=") + kTrialSocket + "\n";
  SLIPWAY_CHECK(replace_file(trial_settings(), settings, 0644));
  SLIPWAY_CHECK(reload_units());
  SLIPWAY_CHECK(start(kSetup, kSetupLimit));
  SLIPWAY_CHECK(start(kWeb, kStartLimit));
  return start(kJobs, kStartLimit);
}

Status stop_trial(const Places& places) {
  std::error_code ignored;
  fs::remove(places.trial(), ignored);
  fs::remove(trial_settings(), ignored);
  SLIPWAY_CHECK(reload_units());
  return systemctl({"stop", kJobs, kWeb}, kStopLimit);
}

Status release(const Places& places) {
  SLIPWAY_CHECK(stop_trial(places));
  SLIPWAY_CHECK(remove_durably(places.hold_database()));
  return remove_durably(places.hold());
}

Status open_to_users() {
  Status first;
  for (const char* unit : {kDatabase, kSetup, kWeb, kJobs, kBackups})
    if (auto started = start(unit, kSetupLimit); !started && first) first = std::move(started);
  // Last: it starts again whatever of them is not running, for ever.
  if (auto started = start(kTarget, kStartLimit); !started && first) first = std::move(started);
  return first;
}

Status write_unit(const Places& places) {
  SLIPWAY_CHECK(make_folder(places.program.parent_path(), fs::perms(0755)));
  SLIPWAY_CHECK(keep_file("/proc/self/exe", places.program, 0755));
  SLIPWAY_CHECK(replace_file(places.unit, unit_text(places), 0644));
  SLIPWAY_CHECK(reload_units());
  SLIPWAY_CHECK(systemctl({"enable", "--quiet", kUpgradeUnit}));
  return sync_folder_of(places.unit.parent_path() / "multi-user.target.wants" / "any");
}

Status start_unit() { return systemctl({"start", "--no-block", kUpgradeUnit}); }

Status remove_unit(const Places& places) {
  // The name by which a boot finds it first.
  SLIPWAY_CHECK(remove_durably(places.unit.parent_path() / "multi-user.target.wants" / kUpgradeUnit));
  SLIPWAY_CHECK(remove_durably(places.unit));
  SLIPWAY_CHECK(remove_durably(places.program));
  std::error_code ignored;
  fs::remove(places.program.parent_path(), ignored);
  return reload_units();
}

}  // namespace slipway::upgrade
