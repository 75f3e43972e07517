#include "services/backup/take.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <thread>

#include "appliance/sql/option_file.hpp"
#include "services/backup/fail_point.hpp"
#include "services/backup/lineage.hpp"
#include "services/backup/mariadb_backup.hpp"
#include "services/backup/server_state_store.hpp"

namespace slipway::backup {
namespace {

namespace fs = std::filesystem;
using Clock_ = std::chrono::steady_clock;

constexpr std::chrono::minutes kPatience{10};
constexpr std::size_t kReadBytes = 1U << 20U;
constexpr int kPipeBytes = 1 << 20;  // what a user without privileges may ask for
constexpr int kWorkersAtMost = 4;
constexpr int kAttempts = 2;  // mariadb-backup was seen to crash, about once in a thousand incrementals

/// Compressing takes several times as long as everything else together, which has this thread to itself.
int compressing_threads() {
  return std::clamp(static_cast<int>(std::thread::hardware_concurrency()), 1, kWorkersAtMost);
}

/// Cuts the stream into sealed objects.
class Pieces {
 public:
  Pieces(const Repository& repository, const TakeOptions& options, Manifest& manifest, const TakeProgress& progress)
      : repository_(repository), options_(options), manifest_(manifest), progress_(progress) {}

  [[nodiscard]] Status add(std::string_view bytes) {
    while (!bytes.empty()) {
      if (!sealer_) SLIPWAY_CHECK(begin());
      const auto part = bytes.substr(0, static_cast<std::size_t>(options_.piece_bytes - in_piece_));
      SLIPWAY_CHECK(sealer_->add(part));
      in_piece_ += part.size();
      manifest_.plain_bytes += part.size();
      progress_(manifest_.plain_bytes, stored_);
      if (stored_ > 0) fail_point("take.piece_begun");
      bytes.remove_prefix(part.size());
      if (in_piece_ == options_.piece_bytes) SLIPWAY_CHECK(end());
    }
    return {};
  }

  [[nodiscard]] Status end() {
    if (!sealer_) return {};
    SLIPWAY_TRY(const auto sealed, sealer_->finish());
    SLIPWAY_CHECK(writer_->commit());
    manifest_.pieces.push_back({name_, sealed.stored_bytes, sealed.stored_sha256});
    manifest_.stored_bytes += sealed.stored_bytes;
    sealer_.reset();
    writer_.reset();
    fail_point("take.piece_stored");
    return {};
  }

  void forget() {
    sealer_.reset();
    writer_.reset();
    for (const Piece& piece : manifest_.pieces)
      static_cast<void>(repository_.storage().remove(piece.name).has_value());  // else remove_unpublished() does it
    manifest_.pieces.clear();
    manifest_.plain_bytes = manifest_.stored_bytes = in_piece_ = stored_ = 0;
  }

 private:
  [[nodiscard]] Status begin() {
    const std::string number = std::to_string(manifest_.pieces.size() + 1);
    name_ =
        backup_folder(manifest_.id) + "data." + std::string(4 - std::min<std::size_t>(4, number.size()), '0') + number;
    SLIPWAY_TRY(writer_, repository_.storage().write(name_));
    const nlohmann::ordered_json label{
        {"what", "backup"}, {"backup", manifest_.id}, {"piece", manifest_.pieces.size() + 1}, {"content", "mbstream"}};
    auto sink = [this](std::string_view bytes) -> Status {
      stored_ += bytes.size();
      return writer_->add(bytes);
    };
    SLIPWAY_TRY(auto sealer,
                archive::Sealer::start(
                    repository_.key(),
                    {.name = name_, .label = label.dump(), .level = options_.level, .workers = compressing_threads()},
                    std::move(sink)));
    sealer_.emplace(std::move(sealer));
    in_piece_ = 0;
    return {};
  }

  const Repository& repository_;
  const TakeOptions& options_;
  Manifest& manifest_;
  const TakeProgress& progress_;
  std::string name_;
  std::unique_ptr<ObjectWriter> writer_;
  std::optional<archive::Sealer> sealer_;
  std::uint64_t in_piece_ = 0;
  std::uint64_t stored_ = 0;
};

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
  command.pipe_stdout = true;
  return command;
}

/// Everything that the program writes, to its end.
Status drain(process::Child& child, Pieces& pieces, const fs::path& log) {
  std::vector<char> buffer(kReadBytes);
  auto moved = Clock_::now();
  for (;;) {
    pollfd waiting{.fd = child.output(), .events = POLLIN, .revents = 0};
    const int ready = ::poll(&waiting, 1, 1000);
    if (ready == 0) {
      if (Clock_::now() - moved < kPatience) continue;
      return Error{Code::timeout, "mariadb-backup: nothing has moved for ten minutes: " + process::last_words(log),
                   "look for a statement on the server that holds a table"};
    }
    const ssize_t got = ::read(child.output(), buffer.data(), buffer.size());
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (got < 0) return Error{Code::internal, "mariadb-backup: its output cannot be read"};
    if (got == 0) return {};
    moved = Clock_::now();
    SLIPWAY_CHECK(pieces.add({buffer.data(), static_cast<std::size_t>(got)}));
  }
}

/// A fault of the program itself, and not of what it was asked for.
bool is_crash(int status) { return status == 128 + SIGSEGV || status == 128 + SIGABRT || status == 128 + SIGBUS; }

/// True: done. False: the program crashed, and this was not the last attempt.
Result<bool> stream(const TakeOptions& options, Pieces& pieces, bool last) {
  SLIPWAY_TRY(process::Child child, process::Child::spawn(command_of(options)));
  // Fewer turns between the two programs; where that is refused the pipe stays as it is.
  static_cast<void>(::fcntl(child.output(), F_SETPIPE_SZ, kPipeBytes));
  SLIPWAY_CHECK(drain(child, pieces, log_of(options)));
  const auto status = child.wait(kPatience);
  if (status && *status == 0) {
    SLIPWAY_CHECK(pieces.end());
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
  Manifest manifest;
  manifest.taken_at = clock.now();
  manifest.kind = options.parent ? Kind::incremental : Kind::full;
  manifest.id = backup_id(manifest.taken_at, manifest.kind);
  if (options.parent) manifest.parent = options.parent->id;
  manifest.log_line = options.log_line;
  manifest.lineage = lineage_of(options.data);
  if (options.parent && options.parent->lineage != manifest.lineage)
    return Error{Code::conflict, "backup " + options.parent->id + ": holds the pages of another server than this one",
                 "take a full backup"};
  manifest.program_version = SLIPWAY_VERSION;
  manifest.key_id = repository.key().id();
  manifest.accounts = options.accounts;
  SLIPWAY_TRY(const auto present, repository.storage().list(backup_folder(manifest.id)));
  if (!present.empty())
    return Error{Code::in_use, repository.describe() + ": backup " + manifest.id + " is there already", "try again"};
  manifest.repository = repository.id();  // known once it has answered
  // Where it cannot be read, mariadb-backup says why, or can do without.
  if (auto state = read_server_state(options.server, options.data)) manifest.server_state = *std::move(state);
  Pieces pieces(repository, options, manifest, progress);
  Status done;
  if (is_unchanged(manifest, options.parent))
    repeat_facts(manifest, *options.parent);
  else
    done = stream_with_facts(options, pieces, manifest);
  if (done) {
    fail_point("take.streamed");
    manifest.ended_at = clock.now();
    done = repository.write_document(manifest_name(manifest.id), to_json(manifest));
  }
  if (done) fail_point("take.published");
  std::error_code problem;
  fs::remove_all(options.work, problem);
  if (done) return manifest;
  pieces.forget();
  return done.error().within("backup " + manifest.id);
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
