#include "services/site/fresh_copy.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <sstream>
#include <thread>

#include "appliance/base/file.hpp"
#include "appliance/base/file_lock.hpp"
#include "appliance/lease/write_gate.hpp"
#include "appliance/process/process.hpp"
#include "appliance/setup/data_exchange.hpp"
#include "services/site/continuation.hpp"
#include "services/site/fail_point.hpp"
#include "services/site/member.hpp"

namespace slipway::site {
namespace {

namespace fs = std::filesystem;
using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr std::chrono::hours kLongest{7 * 24};
constexpr std::chrono::hours kStale{24};  ///< a copy that nobody has used is made anew after that
// What the mark says, once there is no way back.
constexpr const char* kLeaving = "leaving\n";
constexpr const char* kExchanged = "exchanged\n";
constexpr const char* kServerLog = "journalctl -u mariadb says why";

bool is_there(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

std::string text_of(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

Status remove_tree(const fs::path& path) {
  std::error_code failure;
  fs::remove_all(path, failure);
  return failure ? Status(file_error(path, "cannot be removed", failure.value())) : Status();
}

/// A program of the system to its end.
Status tell(std::vector<std::string> argv, const std::string& hint, std::chrono::milliseconds limit) {
  std::string command;
  for (const std::string& word : argv) command.append(command.empty() ? "" : " ").append(word);
  SLIPWAY_TRY(const auto done, process::run({.argv = std::move(argv)}, {.time = limit}));
  if (done.exit_status == 0) return {};
  return Error{Code::unavailable, command + ": ended with " + std::to_string(done.exit_status) + ": " + done.err, hint};
}

Status restore_beside(const command::Context& context, const FreshCopyPlaces& places) {
  const fs::path complete = places.incoming / "complete";
  std::error_code failure;
  const auto made_at = fs::last_write_time(complete, failure);
  if (!failure && fs::file_time_type::clock::now() - made_at < kStale) return {};
  if (!failure) {
    SLIPWAY_CHECK(remove_tree(places.incoming));
  }
  context.progress("· the copy is made from the backups, beside the data that are here");
  // Its progress is for whoever looks at this command.
  const bool shown = !context.globals().json && ::access("/dev/stderr", W_OK) == 0;
  const fs::path log = places.mark.parent_path() / "restore.log";
  SLIPWAY_TRY(process::Child child,
              process::Child::spawn({.argv = {"slipway", "restore", "--config", context.config_file().string(), "--to",
                                              "latest", "--directory", places.incoming.string(), "--execute"},
                                     .log_file = shown ? fs::path("/dev/stderr") : log,
                                     .ends_with_starter = true}));
  const auto status = child.wait(kLongest);
  if (status != 0)
    return Error{
        Code::unavailable,
        "slipway restore: " + (shown ? "ended with " + std::to_string(status.value_or(-1)) : process::last_words(log)),
        "nothing was changed here; docs/restore.md has what each message means"};
  return replace_file(complete, "", 0600);
}

/// Up to where the copy goes, as its server's log will begin: `slipway restore` has written it down.
Result<sql::GtidPosition> position_of(const FreshCopyPlaces& places) {
  std::string gtids;
  std::error_code failure;
  for (const auto& entry : fs::directory_iterator(places.incoming / "data", failure)) {
    if (entry.path().extension() != ".state") continue;
    std::istringstream lines(text_of(entry.path()));
    for (std::string line; std::getline(lines, line);) gtids.append(gtids.empty() ? "" : ",").append(line);
  }
  if (gtids.empty())
    return Error{Code::corrupt, places.incoming.string() + ": does not say up to which transaction it goes",
                 "choose another backup: slipway backup list"};
  return sql::GtidPosition::parse(gtids);
}

/// A copy that cannot catch up with the other site is of no use here, and must not take the place of anything.
Status check_copy(const SiteSettings& settings, const FreshCopyPlaces& places) {
  SLIPWAY_TRY(const auto position, position_of(places));
  const Status goes_on = check_log_goes_on(endpoint_of_the_other(*settings.warden), position);
  if (goes_on) return {};
  if (goes_on.error().code != Code::conflict && goes_on.error().code != Code::not_found) return goes_on;
  SLIPWAY_CHECK(remove_tree(places.incoming));
  return Error{goes_on.error().code,
               "the copy from the backups goes up to GTID " + position.to_text() + ", and '" + settings.warden->other +
                   "' does not go on from there: " + goes_on.error().message,
               "nothing was changed here; take a backup on '" + settings.warden->other +
                   "' (slipway backup run), then again: slipway site rejoin --execute"};
}

/// Nobody counts on this site any more: the other one has let its commits go on without it.
void wait_until_not_counted_on(const SiteSettings& settings, steady_clock::time_point stopped) {
  const auto patience = settings.warden->patience + settings.warden->beat;
  const auto lease = std::chrono::ceil<std::chrono::milliseconds>(settings.node.setup.timing.lease);
  std::this_thread::sleep_until(stopped + patience + 2 * lease);
}

setup::DataExchange files_of(const FreshCopyPlaces& places) {
  return {{places.data, places.incoming / "data", places.before},
          [](std::string_view point) { pass("rejoin." + std::string(point)); }};
}

Status stop_site() {
  return tell({"systemctl", "stop", "slipway-sited.service", "slipway-setup.service", "mariadb.service"}, kServerLog,
              std::chrono::minutes(10));
}

/// As it was: nothing has been replaced.
void go_on_as_before(const FreshCopyPlaces& places) {
  std::error_code ignored;
  fs::remove(places.mark, ignored);
  static_cast<void>(files_of(places).finish().has_value());
  static_cast<void>(tell({"systemctl", "start", "mariadb.service", "slipway-sited.service", "slipway.target"},
                         kServerLog, std::chrono::minutes(10))
                        .has_value());
}

/// The last moment to turn back: the site may have been elected while the copy was made, or just now. A stopped agent
/// has given its lease back, and is elected no more.
Status leave(const config::Config& config, const SiteSettings& settings, const FreshCopyPlaces& places) {
  const auto files = files_of(places);
  SLIPWAY_CHECK(may_be_replaced(config, settings));
  SLIPWAY_CHECK(replace_file(places.mark, "", 0600));
  // Before the stop, so that none who wants the server starts it again.
  SLIPWAY_CHECK(files.announce());
  Status still = stop_site();
  if (still) still = may_be_replaced(config, settings);
  if (!still) {
    go_on_as_before(places);
    return still;
  }
  pass("rejoin.stopped");
  SLIPWAY_CHECK(Member::forget_writes(settings.node.record));
  pass("rejoin.forgotten");
  SLIPWAY_CHECK(remove_tree(places.before));
  return replace_file(places.mark, kLeaving, 0600);
}

Status exchange_data(const SiteSettings& settings, const FreshCopyPlaces& places) {
  const auto files = files_of(places);
  SLIPWAY_CHECK(files.announce());
  SLIPWAY_CHECK(stop_site());
  const auto stopped = steady_clock::now();
  SLIPWAY_CHECK(files.take_out());
  if (!files.coming()) {
    SLIPWAY_CHECK(tell({"chown", "--recursive", "mysql:mysql", (places.incoming / "data").string()}, kServerLog,
                       std::chrono::minutes(30)));
  }
  SLIPWAY_CHECK(files.bring_in());
  wait_until_not_counted_on(settings, stopped);
  SLIPWAY_CHECK(replace_file(places.mark, kExchanged, 0600));
  pass("rejoin.exchanged");
  return {};
}

/// The server runs again, and what it replicates will come behind the copy.
Result<std::string> start_behind_copy(const command::Context& context, const FreshCopyPlaces& places) {
  SLIPWAY_CHECK(setup::DataExchange({places.data, places.incoming / "data", places.before}, {}).finish());
  SLIPWAY_CHECK(tell({"systemctl", "start", "mariadb.service"}, kServerLog, std::chrono::minutes(30)));
  SLIPWAY_TRY(const auto endpoint, context.administrator_endpoint(""));
  SLIPWAY_TRY(sql::Connection server, sql::Connection::open(endpoint));
  return begin_as_copy(server);
}

}  // namespace

FreshCopyPlaces places_of_fresh_copy(const config::Config& config) {
  const fs::path given = config.path("backup.data_dir").lexically_normal();
  const fs::path data = given.has_filename() ? given : given.parent_path();
  const fs::path volume = setup::volume_of(data);
  const std::string name = data.filename();
  return {.data = volume / name,
          .incoming = volume / (name + ".copied"),
          .before = volume / (name + ".before-rejoin"),
          .mark = config.path("site.record").parent_path() / "rejoining"};
}

bool is_unfinished(const FreshCopyPlaces& places) {
  const std::string mark = text_of(places.mark);
  return mark == kLeaving || mark == kExchanged;
}

void give_up(const FreshCopyPlaces& places) {
  if (is_there(places.mark) && !is_unfinished(places)) go_on_as_before(places);
}

Status may_be_replaced(const config::Config& config, const SiteSettings& settings) {
  const std::string site = "site '" + settings.self() + "': ";
  if (lease::WriteGate::of(config).enter())
    return Error{Code::conflict, site + "has the writes; a copy would take the place of what is newest",
                 "hand them over first: slipway site demote"};
  if (!is_there(settings.node.record))
    return Error{Code::not_found, site + "has no record yet", "first: slipway site join"};
  if (!config.boolean("backup.enabled") || (config.text("backup.even").empty() && config.text("backup.odd").empty()))
    return Error{Code::not_found, site + "names no repository that a copy could come from",
                 "backup.enabled, backup.even and backup.odd as on the other site"};
  const FreshCopyPlaces places = places_of_fresh_copy(config);
  struct stat data {};
  struct stat volume {};
  if (::stat(places.data.c_str(), &data) != 0) return file_error(places.data, "cannot be looked at", errno);
  if (::stat(places.data.parent_path().c_str(), &volume) != 0 || data.st_dev != volume.st_dev)
    return Error{Code::unsupported, places.data.string() + ": is a file system of its own",
                 "the copy is made beside it and moved: give " + places.data.parent_path().string() +
                     " the file system, or restore by hand (docs/restore.md)"};
  auto other = sql::Connection::open(endpoint_of_the_other(*settings.warden));
  const std::string name = "the database of '" + settings.warden->other + "'";
  if (!other) return other.error().within(name);
  SLIPWAY_TRY(const bool writes, takes_writes(*other));
  if (writes) return {};
  return Error{Code::conflict, name + ": takes no writes now; a copy made here could not catch up with it",
               "'slipway site status' says who has the writes, or why nobody has"};
}

Result<std::string> make_fresh_copy(const command::Context& context, const SiteSettings& settings,
                                    const FreshCopyPlaces& places) {
  auto lock = FileLock::take(places.mark.string() + ".lock");
  if (!lock) return lock.error().within("another fresh copy of this site");
  if (!is_unfinished(places)) {
    SLIPWAY_CHECK(restore_beside(context, places));
    pass("rejoin.copied");
    SLIPWAY_CHECK(check_copy(settings, places));
    context.progress("· the copy takes the place of the data that are here; the desk of this site stands still");
    SLIPWAY_TRY(const auto config, context.configuration());
    SLIPWAY_CHECK(leave(config, settings, places));
  }
  if (text_of(places.mark) != kExchanged) SLIPWAY_CHECK(exchange_data(settings, places));
  SLIPWAY_TRY(std::string position, start_behind_copy(context, places));
  pass("rejoin.started");
  SLIPWAY_CHECK(remove_tree(places.incoming));
  std::error_code failure;
  if (fs::remove(places.mark, failure); failure) return file_error(places.mark, "cannot be removed", failure.value());
  SLIPWAY_CHECK(sync_folder_of(places.mark));
  context.progress("· agent and desk start again");
  SLIPWAY_CHECK(tell({"systemctl", "start", "slipway-sited.service", "slipway.target"}, "journalctl -u slipway-sited",
                     std::chrono::minutes(10)));
  return position;
}

}  // namespace slipway::site
