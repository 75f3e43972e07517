#include "services/backup/take.hpp"

#include <algorithm>
#include <csignal>

#include "appliance/sql/option_file.hpp"
#include "services/backup/lineage.hpp"
#include "services/backup/mariadb_backup.hpp"
#include "services/backup/pieces.hpp"
#include "services/backup/publication.hpp"
#include "services/backup/server_state_store.hpp"

namespace slipway::backup {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::minutes kPatience{10};
constexpr std::uint64_t kThrottledBytes = 1U << 20U;  // what mariadb-backup reads at once
constexpr int kAttempts = 2;  // mariadb-backup was seen to crash, about once in a thousand incrementals

fs::path log_of(const TakeOptions& options) { return options.work / "mariadb-backup.log"; }
fs::path notes_of(const TakeOptions& options) { return options.work / "notes"; }
fs::path access_of(const TakeOptions& options) { return options.work / "access.cnf"; }

process::Command command_of(const TakeOptions& options) {
  process::Command command{
      .argv = {"mariadb-backup", "--defaults-file=" + access_of(options).string(), "--backup", "--stream=mbstream",
               // It reads past the page cache, one request after the other: several threads keep the disk busy.
               "--parallel=4", "--datadir=" + options.data.string(), "--target-dir=" + (options.work / "tmp").string(),
               "--extra-lsndir=" + notes_of(options).string()},
      .directory = options.work,
      .log_file = log_of(options),
      .ends_with_starter = true};
  if (options.parent) command.argv.push_back("--incremental-lsn=" + std::to_string(options.parent->to_lsn));
  if (options.read_bytes_per_s > 0) {
    // Its own way, which holds up the tables alone: what it reads while it holds the server's locks is not slowed down.
    // Several threads that wait would all go on at once.
    command.argv.push_back("--throttle=" +
                           std::to_string(std::max<std::uint64_t>(1, options.read_bytes_per_s / kThrottledBytes)));
    command.argv.push_back("--parallel=1");
  }
  command.pipe_stdout = true;
  return command;
}

/// A fault of the program itself, and not of what it was asked for.
bool is_crash(int status) { return status == 128 + SIGSEGV || status == 128 + SIGABRT || status == 128 + SIGBUS; }

/// True: done. False: the program crashed, and this was not the last attempt.
Result<bool> stream(const TakeOptions& options, Pieces& pieces, bool last) {
  SLIPWAY_TRY(process::Child child, process::Child::spawn(command_of(options)));
  const auto take = [&pieces](std::string_view bytes) { return pieces.add(bytes); };
  SLIPWAY_CHECK(drain(child, take, "mariadb-backup", log_of(options)));
  const auto status = child.wait(kPatience);
  if (status && *status == 0) {
    SLIPWAY_CHECK(pieces.finish());
    return true;
  }
  if (status && is_crash(*status) && !last) return false;
  return Error{Code::unavailable, "mariadb-backup: ended with exit status " + std::to_string(status.value_or(-1)) +
                                      ": " + process::last_words(log_of(options))};
}

Status make_work(const TakeOptions& options) {
  std::error_code problem;
  fs::remove_all(options.work, problem);
  fs::create_directories(notes_of(options), problem);
  if (!problem) fs::permissions(options.work, fs::perms::owner_all, problem);
  if (problem) return Error{Code::permission, "directory '" + options.work.string() + "': " + problem.message()};
  return sql::write_option_file(access_of(options), options.server, "mariadb-backup");
}

Status note_facts(Manifest& manifest, const TakeOptions& options) {
  SLIPWAY_TRY(auto facts, read_backup_facts(notes_of(options)));
  manifest.position = std::move(facts.position);
  manifest.binlog_file = std::move(facts.binlog_file);
  manifest.binlog_position = facts.binlog_position;
  manifest.server_version = std::move(facts.server_version);
  manifest.from_lsn = facts.from_lsn;
  manifest.to_lsn = facts.to_lsn;
  return {};
}

/// Why no program has to read every page to find that none has changed: this server's state was read before the parent
/// began, and again now, and is the same. So nothing changed in between, and what the parent read in between is what is
/// there now. Where something did change while the parent was taken, the states differ, once, and the next incremental
/// is a real one.
bool is_unchanged(const Manifest& manifest, const std::optional<Manifest>& parent) {
  return parent && !manifest.server_state.empty() && manifest.server_state == parent->server_state;
}

/// As the parent, at another time.
void repeat_facts(Manifest& manifest, const Manifest& parent) {
  manifest.position = parent.position;
  manifest.binlog_file = parent.binlog_file;
  manifest.binlog_position = parent.binlog_position;
  manifest.server_version = parent.server_version;
  manifest.from_lsn = parent.to_lsn;
  manifest.to_lsn = parent.to_lsn;
}

Status stream_with_facts(const TakeOptions& options, Pieces& pieces, Manifest& manifest) {
  for (int attempt = 1;; ++attempt) {
    SLIPWAY_CHECK(make_work(options));
    SLIPWAY_TRY(const bool done, stream(options, pieces, attempt == kAttempts));
    if (done) return note_facts(manifest, options);
    pieces.forget();
  }
}

}  // namespace

Result<Manifest> take_backup(const Repository& repository, const TakeOptions& options, const Clock& clock,
                             const TakeProgress& progress) {
  SLIPWAY_TRY(Manifest manifest, begin_backup(repository, options.parent ? Kind::incremental : Kind::full, clock));
  if (options.parent) manifest.parent = options.parent->id;
  manifest.log_line = options.log_line;
  manifest.lineage = lineage_of(options.data);
  if (options.parent && options.parent->lineage != manifest.lineage)
    return Error{Code::conflict, "backup " + options.parent->id + ": holds the pages of another server than this one",
                 "take a full backup"};
  manifest.accounts = options.accounts;
  // Where it cannot be read, mariadb-backup says why, or can do without.
  if (auto state = read_server_state(options.server, options.data)) manifest.server_state = *std::move(state);
  Pieces pieces(repository,
                {.level = options.level,
                 .piece_bytes = options.piece_bytes,
                 .content = "mbstream",
                 .spool = options.work / "unsent",
                 .patience = options.patience},
                manifest, progress);
  Status filled;
  if (is_unchanged(manifest, options.parent))
    repeat_facts(manifest, *options.parent);
  else
    filled = stream_with_facts(options, pieces, manifest);
  return end_backup(repository, manifest, pieces, std::move(filled), options.work, clock);
}

Result<int> remove_unpublished(const Repository& repository, Timestamp now, std::chrono::seconds age) {
  constexpr std::size_t folder = std::string_view("backups/").size();
  const std::string youngest = backup_id(now - age, Kind::full).substr(0, 15);
  SLIPWAY_TRY(const auto objects, repository.storage().list("backups/"));
  std::map<std::string, std::vector<std::string>> of_backup;
  for (const auto& object : objects) {
    const auto slash = object.name.find('/', folder);
    if (slash != std::string::npos) of_backup[object.name.substr(folder, slash - folder)].push_back(object.name);
  }
  int removed = 0;
  for (const auto& [id, names] : of_backup) {
    if (id >= youngest || std::find(names.begin(), names.end(), manifest_name(id)) != names.end()) continue;
    for (const std::string& name : names) SLIPWAY_CHECK(repository.storage().remove(name));
    removed += static_cast<int>(names.size());
  }
  return removed;
}

}  // namespace slipway::backup
