// What the service desk begins with, where it is not a new one (F7): a server of a repository, or the data of another
// product.
#include <algorithm>
#include <cerrno>
#include <cstdio>

#include "appliance/base/file.hpp"
#include "services/firstboot/job.hpp"

namespace slipway::firstboot {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::hours kLongest{7 * 24};
constexpr const char* kVolume = "/srv/slipway";
constexpr const char* kDataDirectory = "/var/lib/mysql";
// In the data directory while it is exchanged. It holds something then, so that nobody makes an empty database there.
constexpr const char* kMovingOut = ".being-restored";
constexpr const char* kMovingIn = ".being-filled";
// The server does not start without it: it leaves first and comes last.
constexpr const char* kSystemDatabase = "mysql";
constexpr const char* kPasswordFile = "/run/slipway-first-boot/server-password";

struct Exchange {
  fs::path data;      ///< where the server's files belong
  fs::path restored;  ///< what the restore made; its data in "data"
  fs::path before;    ///< where the files go that are there
};

bool is_there(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

/// Side by side on one file system, under the volume's own path: a bind mount counts as another one.
Exchange places_of_exchange() {
  const fs::path volume =
      is_there(fs::path(kVolume) / "mysql") ? fs::path(kVolume) : fs::path(kDataDirectory).parent_path();
  return {volume / "mysql", volume / "mysql.restored", volume / "mysql.before-first-boot"};
}

Status remove_tree(const fs::path& path) {
  std::error_code failure;
  fs::remove_all(path, failure);
  return failure ? Status(file_error(path, "cannot be removed", failure.value())) : Status();
}

Status run_long(const Job& job, const std::string& what, std::vector<std::string> argv,
                std::map<std::string, std::string> environment, const std::string& hint) {
  job.note(what);
  SLIPWAY_TRY(const auto done, process::run({.argv = std::move(argv), .environment = std::move(environment)},
                                            {.time = kLongest, .output_bytes = 64U << 20U}));
  if (done.exit_status == 0) return {};
  // Its own words, of which the last lines are an error's message and hint.
  std::string said = done.err.substr(done.err.size() > 600 ? done.err.size() - 600 : 0);
  while (!said.empty() && said.back() == '\n') said.pop_back();
  const std::size_t begin = said.rfind("slipway");
  return Error{Code::unavailable, begin == std::string::npos ? said : said.substr(begin), hint};
}

/// Which repositories a restore is of: what earlier answers brought is not taken for these.
std::string origin_of(const Job& job) {
  const auto& answers = job.answers;
  if (!answers.start.repository.empty()) return answers.start.repository;
  return answers.backup.odd.empty() ? answers.backup.even : answers.backup.even + " " + answers.backup.odd;
}

Status restore_beside(const Job& job, const Exchange& exchange) {
  const fs::path complete = exchange.restored / "complete";
  SLIPWAY_TRY(const std::string made_of, job.machine.read(complete));
  if (is_there(complete) && made_of == origin_of(job)) return {};
  SLIPWAY_CHECK(remove_tree(exchange.restored));
  std::map<std::string, std::string> environment;
  if (const auto& start = job.answers.start; !start.repository.empty()) {
    const std::string credentials = std::string(kCredentials) + "/start";
    environment = {{"SLIPWAY_BACKUP_EVEN", start.repository}, {"SLIPWAY_BACKUP_ODD", ""}};
    if (!start.repository_credentials.empty()) {
      SLIPWAY_CHECK(job.machine.write(credentials, start.repository_credentials.reveal(), 0600));
      environment["SLIPWAY_BACKUP_EVEN_CREDENTIALS"] = credentials;
    }
  }
  const Status restored =
      run_long(job, "the server is restored from the repository: as long as its size takes",
               {"slipway", "restore", "--config", kSettings, "--to", "latest", "--directory",
                exchange.restored.string(), "--execute"},
               std::move(environment),
               "'slipway backup list' shows what the repository holds; docs/restore.md has what each message means");
  if (!job.answers.start.repository_credentials.empty())
    SLIPWAY_CHECK(job.machine.remove(std::string(kCredentials) + "/start"));
  SLIPWAY_CHECK(restored);
  return replace_file(complete, origin_of(job), 0600);
}

/// Moves all entries but our marks; the system database first or last.
Status move_entries(const fs::path& from, const fs::path& to, bool system_first) {
  std::vector<fs::path> names;
  std::error_code failure;
  for (const auto& entry : fs::directory_iterator(from, failure)) {
    const fs::path name = entry.path().filename();
    if (name != kMovingOut && name != kMovingIn) names.push_back(name);
  }
  if (failure) return file_error(from, "cannot be listed", failure.value());
  std::ranges::stable_partition(names, [&](const fs::path& name) { return (name == kSystemDatabase) == system_first; });
  for (const fs::path& name : names)
    if (::rename((from / name).c_str(), (to / name).c_str()) != 0)
      return file_error(to / name, "cannot be moved there", errno);
  SLIPWAY_CHECK(sync_folder_of(to / kMovingIn));
  return sync_folder_of(from / kMovingIn);
}

///   serving ─ stopped ─ .being-restored: files leave ─ .being-filled: files come ─ "exchanged" ─ both marks gone ─
///   started
Status exchange_files(const Job& job, const Exchange& exchange) {
  const std::string hint = "journalctl -u mariadb says why";
  SLIPWAY_CHECK(job.machine.tell({"systemctl", "stop", "mariadb.service"}, hint, std::chrono::minutes(10)));
  std::error_code failure;
  fs::create_directories(exchange.before, failure);
  if (failure) return file_error(exchange.before, "cannot be made", failure.value());
  if (!is_there(exchange.data / kMovingIn)) {
    SLIPWAY_CHECK(replace_file(exchange.data / kMovingOut, "", 0600));
    SLIPWAY_CHECK(move_entries(exchange.data, exchange.before, true));
    SLIPWAY_CHECK(job.machine.tell({"chown", "--recursive", "mysql:mysql", (exchange.restored / "data").string()}, hint,
                                   std::chrono::minutes(30)));
    SLIPWAY_CHECK(replace_file(exchange.data / kMovingIn, "", 0600));
  }
  return move_entries(exchange.restored / "data", exchange.data, false);
}

Status remove_marks(const Job& job, const Exchange& exchange) {
  SLIPWAY_CHECK(job.machine.remove(exchange.data / kMovingOut));
  SLIPWAY_CHECK(job.machine.remove(exchange.data / kMovingIn));
  return sync_folder_of(exchange.data / kMovingIn);
}

}  // namespace

Status restore_server(const Job& job) {
  if (job.answers.start.from != "repository") return {};
  const Exchange exchange = places_of_exchange();
  const fs::path over = exchange.before / "exchanged";
  SLIPWAY_TRY(const std::string exchanged_for, job.machine.read(over));
  if (is_there(over) && exchanged_for != origin_of(job))
    return Error{Code::conflict, "the server of '" + exchanged_for + "' has been restored on this machine already",
                 "make the machine anew from the image, or bring another state back with: slipway restore"};
  if (!is_there(over)) {
    SLIPWAY_CHECK(restore_beside(job, exchange));
    SLIPWAY_CHECK(exchange_files(job, exchange));
    // Before the marks go: without both, a repeated call would take what has just come for what has to leave.
    SLIPWAY_CHECK(replace_file(over, origin_of(job), 0600));
  }
  SLIPWAY_CHECK(remove_marks(job, exchange));
  // The accounts are those of the restored server: the first set-up of a new one makes none beside them.
  SLIPWAY_CHECK(job.machine.write(std::string(kSecrets) + "/default-accounts-made", "", 0600));
  SLIPWAY_CHECK(job.machine.tell({"systemctl", "restart", "mariadb.service"}, "journalctl -u mariadb says why",
                                 std::chrono::minutes(30)));
  return remove_tree(exchange.restored);
}

Status migrate_server(const Job& job) {
  const auto& start = job.answers.start;
  if (start.from != "server") return {};
  if (!process::find_program("slipway-migrate"))
    return Error{Code::not_found, "slipway-migrate: is not installed",
                 "install the package slipway-migrate, then: slipway first-boot apply"};
  SLIPWAY_CHECK(job.machine.write(kPasswordFile, start.server_password.reveal(), 0600));
  const Status moved = run_long(
      job,
      "the server's data are copied and compared: 'slipway-migrate status --account production' shows how far it is",
      {"slipway-migrate", "run", "--config", kSettings, "--source", start.server, "--password-file", kPasswordFile,
       "--account", kAccount, "--execute"},
      {}, "docs/migration.md has what each message means; a repeated call goes on where it stopped");
  SLIPWAY_CHECK(job.machine.remove(kPasswordFile));
  return moved;
}

}  // namespace slipway::firstboot
