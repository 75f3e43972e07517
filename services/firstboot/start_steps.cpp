// What the service desk begins with, where it is not a new one (F7): a server of a repository, or the data of another
// product.
#include "appliance/base/fail_point.hpp"
#include "appliance/base/file.hpp"
#include "appliance/firstboot/machine_text_rules.hpp"
#include "appliance/setup/data_exchange.hpp"
#include "services/firstboot/job.hpp"

namespace slipway::firstboot {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::hours kLongest{7 * 24};
constexpr int kSignalled = 128;  // added to the signal's number
constexpr const char* kDataDirectory = "/var/lib/mysql";
// In a directory into which `slipway restore` has not restored everything yet.
constexpr const char* kUnfinished = "slipway-restore-unfinished";
constexpr const char* kServerLog = "journalctl -u mariadb says why";
constexpr const char* kMigrate = "slipway-migrate";
constexpr const char* kMigrationWayOut =
    "put it right or correct the answers, then: slipway first-boot apply, which goes on where it stopped; or answer "
    "start.from = \"new\", and migrate afterwards (docs/migration.md)";
constexpr const char* kPasswordFile = "/run/slipway-first-boot/server-password";

constexpr auto kPoints = std::to_array<std::string_view>({
    "firstboot.restore.beside",      // the restored server is there, whole
    "firstboot.restore.stopped",     // and the one that was there is stopped
    "firstboot.restore.leaving",     // the mark says that its files leave
    "firstboot.restore.one-left",    // one of them has left
    "firstboot.restore.left",        // and all of them
    "firstboot.restore.coming",      // the mark says that files come
    "firstboot.restore.one-came",    // one of them has come
    "firstboot.restore.came",        // and all of them
    "firstboot.restore.exchanged",   // which is recorded
    "firstboot.restore.marks-gone",  // nothing holds the server any more
    "firstboot.restore.accounts",    // no accounts are made beside the restored ones
    "firstboot.restore.started",     // the restored server runs
    "firstboot.restore.tree-gone",   // what the restore made is gone
    "firstboot.migration.published"  // the account is served, and the step is not recorded
});
const FailPoints kFailPoints(kPoints);

struct Exchange {
  fs::path data;       ///< where the server's files belong
  fs::path restored;   ///< what the restore made; its data in "data"
  fs::path before;     ///< where the files go that are there
  fs::path half_made;  ///< an empty database that is not in its place yet (data-volume)

  [[nodiscard]] setup::DataExchange files() const {
    return {{data, restored / "data", before},
            [](std::string_view point) { kFailPoints.pass("firstboot.restore." + std::string(point)); }};
  }
};

bool is_there(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

Exchange places_of_exchange() {
  const fs::path volume = setup::volume_of(kDataDirectory);
  return {volume / "mysql", volume / "mysql.restored", volume / "mysql.before-first-boot", volume / "mysql.new"};
}

Status remove_tree(const fs::path& path) {
  std::error_code failure;
  fs::remove_all(path, failure);
  return failure ? Status(file_error(path, "cannot be removed", failure.value())) : Status();
}

/// One of our own programs, however long it takes; its error is the step's.
Status run_long(const Job& job, const std::string& what, std::vector<std::string> argv,
                std::map<std::string, std::string> environment, const std::string& way_out) {
  job.note(what);
  const std::string program = argv.front();
  const std::string verb = program + " " + argv[1];
  SLIPWAY_TRY(const auto done, process::run({.argv = std::move(argv), .environment = std::move(environment)},
                                            {.time = kLongest, .output_bytes = 64U << 20U}));
  if (done.exit_status == 0) return {};
  if (done.exit_status > kSignalled)
    return Error{Code::unavailable, verb + ": was ended by signal " + std::to_string(done.exit_status - kSignalled),
                 "dmesg says whether memory was short; " + way_out};
  LastWords said = last_words_of(program, done.err);
  if (said.message.empty()) said.message = verb + ": ended with " + std::to_string(done.exit_status);
  return Error{Code::unavailable, std::move(said.message), said.hint.empty() ? way_out : said.hint + "; " + way_out};
}

/// Which repositories a restore is of: what earlier answers brought is not taken for these. A slash at the end is no
/// other place.
std::string origin_of(const Job& job) {
  const auto place = [](std::string_view address) {
    return std::string(address.substr(0, address.find_last_not_of('/') + 1));
  };
  const auto& answers = job.answers;
  if (!answers.start.repository.empty()) return place(answers.start.repository);
  const std::string even = place(answers.backup.even);
  return answers.backup.odd.empty() ? even : even + " " + place(answers.backup.odd);
}

Status restore_beside(const Job& job, const Exchange& exchange) {
  const fs::path complete = exchange.restored / "complete";
  SLIPWAY_TRY(const std::string made_of, job.machine.read(complete));
  if (is_there(complete) && made_of == origin_of(job)) return {};
  if (exchange.files().coming())
    return Error{Code::conflict, "the server of '" + made_of + "' is in this machine's place in part already",
                 "answer with that repository again, and it is finished; or make the machine anew from the image"};
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

/// Nothing makes, starts or holds a database in the place any more. At a first boot that has its answers from the
/// beginning, the empty one may still be under way, and the set-up, which wants the server, would try again.
Status stop_server(const Job& job) {
  for (const char* unit : {"slipway-setup.service", "mariadb.service", "slipway-database-init.service"}) {
    if (!job.machine.ask({"systemctl", "cat", unit})) continue;
    SLIPWAY_CHECK(job.machine.tell({"systemctl", "stop", unit}, kServerLog, std::chrono::minutes(10)));
  }
  return {};
}

/// What a half-made empty database left, when its files have left: should the answers ask for no restore after all, its
/// mark has it made anew.
Status forget_half_made(const Exchange& exchange) {
  std::error_code failure;
  const fs::path mark = exchange.data / setup::kBeingMade;
  if (fs::remove(mark, failure)) {
    SLIPWAY_CHECK(sync_folder_of(mark));
  }
  if (failure) return file_error(mark, "cannot be removed", failure.value());
  return remove_tree(exchange.half_made);
}

Status exchange_files(const Job& job, const Exchange& exchange) {
  const setup::DataExchange files = exchange.files();
  // Before the stop, so that none who wants the server starts it again.
  SLIPWAY_CHECK(files.announce());
  SLIPWAY_CHECK(stop_server(job));
  kFailPoints.pass("firstboot.restore.stopped");
  SLIPWAY_CHECK(files.take_out());
  if (!files.coming()) {
    SLIPWAY_CHECK(forget_half_made(exchange));
    SLIPWAY_CHECK(job.machine.tell({"chown", "--recursive", "mysql:mysql", (exchange.restored / "data").string()},
                                   kServerLog, std::chrono::minutes(30)));
  }
  return files.bring_in();
}

/// The accounts are those of the restored server: no others are made beside them, and the passwords that were made for
/// the ones before open nothing.
Status forget_first_accounts(const Job& job) {
  for (const char* account : {"production", "sandbox", "demonstration"})
    SLIPWAY_CHECK(job.machine.remove(std::string(kSecrets) + "/admin_" + account));
  SLIPWAY_CHECK(job.machine.write(std::string(kSecrets) + "/default-accounts-made", "", 0600));
  return {};
}

/// Answers that say nothing of a restore, after some that did: what these have made beside goes, and nothing is built
/// on a database whose files are half exchanged.
Status leave_restore(const Exchange& exchange) {
  std::error_code ignored;
  const bool none_left = !is_there(exchange.before) || fs::is_empty(exchange.before, ignored);
  if (exchange.files().begun() && (!none_left || exchange.files().coming()))
    return Error{Code::conflict, "a restore was cut off while it exchanged the database's files",
                 "answer start.from = \"repository\" as before, and it is finished; or make the machine anew from the "
                 "image"};
  if (exchange.files().begun()) {
    SLIPWAY_CHECK(exchange.files().finish());
  }
  // Ours alone: nobody else's directory of that name.
  const bool ours = is_there(exchange.restored / "complete") || is_there(exchange.restored / kUnfinished);
  return ours ? remove_tree(exchange.restored) : Status();
}

/// Whether the error says which server it speaks of.
bool names_it(const Error& error, const std::string& server) {
  return error.message.find(with_port(server).substr(std::string_view("mysql://").size())) != std::string::npos;
}

/// Whether an earlier call has moved these data, and was cut off before that was recorded.
bool is_migrated(const std::string& server) {
  const auto asked =
      process::run({.argv = {kMigrate, "status", "--config", kSettings, "--account", kAccount, "--json"}});
  if (!asked || asked->exit_status != 0) return false;
  const auto status = nlohmann::json::parse(asked->out, nullptr, false);
  return status.is_object() && status.value("outcome", "") == "published" &&
         with_port(status.value("source", "")) == with_port(server);
}

}  // namespace

Status restore_server(const Job& job) {
  if (!job.machine.runs()) return {};
  const Exchange exchange = places_of_exchange();
  if (job.answers.start.from != "repository") return leave_restore(exchange);
  const fs::path over = exchange.before / "exchanged";
  SLIPWAY_TRY(const std::string exchanged_for, job.machine.read(over));
  if (is_there(over) && exchanged_for != origin_of(job))
    return Error{Code::conflict, "the server of '" + exchanged_for + "' has been restored on this machine already",
                 "make the machine anew from the image, or bring another state back with: slipway restore"};
  if (!is_there(over)) {
    SLIPWAY_CHECK(restore_beside(job, exchange));
    kFailPoints.pass("firstboot.restore.beside");
    SLIPWAY_CHECK(exchange_files(job, exchange));
    // Before the marks go: without both, a repeated call would take what has just come for what has to leave.
    SLIPWAY_CHECK(replace_file(over, origin_of(job), 0600));
    kFailPoints.pass("firstboot.restore.exchanged");
  }
  SLIPWAY_CHECK(exchange.files().finish());
  kFailPoints.pass("firstboot.restore.marks-gone");
  SLIPWAY_CHECK(forget_first_accounts(job));
  kFailPoints.pass("firstboot.restore.accounts");
  SLIPWAY_CHECK(job.machine.tell({"systemctl", "restart", "mariadb.service"}, kServerLog, std::chrono::minutes(30)));
  kFailPoints.pass("firstboot.restore.started");
  SLIPWAY_CHECK(remove_tree(exchange.restored));
  kFailPoints.pass("firstboot.restore.tree-gone");
  return {};
}

Status forget_start_secrets(const Machine& machine) {
  SLIPWAY_CHECK(machine.remove(std::string(kCredentials) + "/start"));
  SLIPWAY_CHECK(machine.remove(kPasswordFile));
  return {};
}

Status migrate_server(const Job& job) {
  const auto& start = job.answers.start;
  if (start.from != "server") return {};
  if (!process::find_program(kMigrate))
    return Error{Code::not_found, "slipway-migrate: is not installed",
                 "install the package slipway-migrate, then: slipway first-boot apply"};
  if (is_migrated(start.server)) return {};
  SLIPWAY_CHECK(job.machine.write(kPasswordFile, start.server_password.reveal(), 0600));
  const Status moved = run_long(
      job,
      "the server's data are copied and compared: 'slipway-migrate status --account production' shows how far it is",
      {kMigrate, "run", "--config", kSettings, "--source", start.server, "--password-file", kPasswordFile, "--account",
       kAccount, "--execute"},
      {}, kMigrationWayOut);
  SLIPWAY_CHECK(job.machine.remove(kPasswordFile));
  if (!moved) return names_it(moved.error(), start.server) ? moved.error() : moved.error().within(start.server);
  kFailPoints.pass("firstboot.migration.published");
  return {};
}

}  // namespace slipway::firstboot
