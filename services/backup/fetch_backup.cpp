#include "services/backup/fetch_backup.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "appliance/crypto/crypto.hpp"
#include "appliance/embedded/data_directory.hpp"
#include "appliance/process/process.hpp"
#include "services/backup/fail_point.hpp"
#include "services/backup/mariadb_backup.hpp"

namespace slipway::backup {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kReadBytes = 1U << 20U;
constexpr int kPipeBytes = 1 << 20;  // what a user without privileges may ask for
constexpr std::chrono::minutes kUnpackEnd{10};
constexpr std::size_t kLinksAtMost = 1000;
constexpr const char* kPrepareMemory = "--use-memory=256M";

/// mbstream that unpacks into a directory what is written to it.
class Unpacker {
 public:
  [[nodiscard]] static Result<Unpacker> start(const fs::path& into, const fs::path& log) {
    process::Command command{
        .argv = {"mbstream", "-x", "-C", into.string()}, .log_file = log, .ends_with_starter = true};
    command.pipe_stdin = true;
    SLIPWAY_TRY(auto child, process::Child::spawn(command));
    // Fewer turns between the two programs; where that is refused the pipe stays as it is.
    static_cast<void>(::fcntl(child.input(), F_SETPIPE_SZ, kPipeBytes));
    return Unpacker(std::move(child), log);
  }

  [[nodiscard]] Status add(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t written = ::write(child_.input(), bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return failure(child_.wait(std::chrono::seconds(10)).value_or(-1));
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
  }

  [[nodiscard]] Status finish() {
    child_.close_input();
    const auto status = child_.wait(kUnpackEnd);
    return status && *status == 0 ? Status() : failure(status.value_or(-1));
  }

 private:
  Unpacker(process::Child child, fs::path log) : child_(std::move(child)), log_(std::move(log)) {}

  [[nodiscard]] Status failure(int status) const {
    const std::string words = process::last_words(log_);
    // 28 is ENOSPC.
    // Where its words found no room either there are none.
    const bool full = words.find("No space") != std::string::npos || words.find("Errcode: 28") != std::string::npos ||
                      embedded::is_full(log_.parent_path());
    return Error{full ? Code::no_space : Code::corrupt,
                 "mbstream: ended with exit status " + std::to_string(status) + ": " + words};
  }

  process::Child child_;
  fs::path log_;
};

Status make_directory(const fs::path& directory) {
  std::error_code problem;
  fs::create_directories(directory, problem);
  if (!problem) fs::permissions(directory, fs::perms::owner_all, problem);
  if (problem) return Error{Code::permission, "directory '" + directory.string() + "': " + problem.message()};
  return {};
}

Status check_piece(const archive::Opener& opener, const Manifest& manifest, std::size_t number) {
  const auto label = nlohmann::json::parse(opener.label(), nullptr, false);
  if (label.is_object() && label.value("backup", "") == manifest.id && label.value("piece", std::size_t{0}) == number)
    return {};
  return Error{Code::corrupt, manifest.pieces[number - 1].name + ": is a piece of something else"};
}

std::string digits_of(const std::string& raw) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string digits;
  for (const unsigned char byte : raw) digits += {kHex[byte >> 4U], kHex[byte & 15U]};
  return digits;
}

Error other_sum(const Piece& piece) {
  return {Code::corrupt, piece.name + ": its SHA-256 differs from the manifest's"};
}

Status unpack(const Repository& repository, const Manifest& manifest, const fs::path& into, const fs::path& log,
              const FetchProgress& progress) {
  SLIPWAY_CHECK(make_directory(into));
  SLIPWAY_TRY(auto unpacker, Unpacker::start(into, log));
  const auto to_unpacker = [&unpacker](std::string_view bytes) { return unpacker.add(bytes); };
  SLIPWAY_CHECK(read_backup(repository, manifest, to_unpacker, progress));
  return unpacker.finish();
}

Status prepare(const fs::path& files, const fs::path& increment, const fs::path& work, const fs::path& log) {
  std::vector<std::string> argv{"mariadb-backup", "--no-defaults", "--prepare", kPrepareMemory,
                                "--target-dir=" + files.string()};
  if (!increment.empty()) argv.push_back("--incremental-dir=" + increment.string());
  auto done = run_tool(argv, work, log);
  // Its own words are of no use then, and it is not the backup's fault.
  if (!done && embedded::is_full(files)) return embedded::disk_full(files);
  return done;
}

/// What mariadb-backup leaves in the directory beside the server's own files.
void remove_notes(const fs::path& files) {
  std::error_code absent;
  for (const char* name : {"xtrabackup_info", "xtrabackup_checkpoints", "xtrabackup_binlog_info", "xtrabackup_logfile",
                           "xtrabackup_slave_info", "xtrabackup_galera_info", "backup-my.cnf", "mariadb_backup_info",
                           "mariadb_backup_checkpoints", "mariadb_backup_binlog_info", "xtrabackup_binlog_pos_innodb",
                           // A replica's places: those of the server that was saved, not of this one.
                           "master.info", "relay-log.info", "multi-master.info"})
    fs::remove(files / name, absent);
}

}  // namespace

Status read_backup(const Repository& repository, const Manifest& manifest, const archive::Sink& take,
                   const FetchProgress& progress) {
  std::uint64_t done = 0;
  for (std::size_t number = 1; number <= manifest.pieces.size(); ++number) {
    const Piece& piece = manifest.pieces[number - 1];
    crypto::Sha256 sum;
    SLIPWAY_TRY(auto opener, repository.open_sealed(piece.name, [&sum](std::string_view bytes) { sum.add(bytes); }));
    for (bool first = true;; first = false) {
      SLIPWAY_TRY(const std::string bytes, opener.read(kReadBytes));
      if (first) SLIPWAY_CHECK(check_piece(opener, manifest, number));
      if (bytes.empty()) break;
      SLIPWAY_CHECK(take(bytes));
      done += bytes.size();
      progress(done, manifest.plain_bytes);
    }
    if (digits_of(sum.finish_raw()) != piece.sha256) return other_sum(piece);
  }
  if (done == manifest.plain_bytes) return {};
  return Error{Code::corrupt,
               "holds " + std::to_string(done) + " bytes, its manifest says " + std::to_string(manifest.plain_bytes)};
}

Result<std::vector<Manifest>> chain_of(const Repository& repository, const std::string& id) {
  std::vector<Manifest> chain;
  for (std::string next = id; chain.size() < kLinksAtMost;) {
    auto manifest = repository.backup(next);
    if (!manifest && !chain.empty()) return manifest.error().within("backup " + chain.back().id + ": what it follows");
    if (!manifest) return manifest.error();
    next = manifest->parent;
    chain.push_back(*std::move(manifest));
    if (chain.back().kind == Kind::incremental) continue;
    std::reverse(chain.begin(), chain.end());
    return chain;
  }
  return Error{Code::corrupt, "backup " + id + ": follows itself"};
}

Status fetch_backup(const Repository& repository, const std::vector<Manifest>& chain, const fs::path& directory,
                    const fs::path& work, const FetchProgress& progress) {
  SLIPWAY_CHECK(make_directory(work));
  const fs::path files = directory / "data";
  if (fs::exists(files)) return Error{Code::conflict, "directory '" + files.string() + "': is there already"};
  std::uint64_t bytes = 0;
  for (const Manifest& manifest : chain) bytes = std::max(bytes, manifest.plain_bytes);
  SLIPWAY_CHECK(embedded::require_space(directory, bytes));
  const fs::path log = work / "restore.log";
  for (const Manifest& manifest : chain) {
    if (holds_nothing_new(manifest)) continue;
    const bool base = &manifest == &chain.front();
    const fs::path into = base ? files : work / manifest.id;
    auto done = unpack(repository, manifest, into, log, progress);
    if (done) fail_point("restore.unpacked");
    if (done) done = prepare(files, base ? fs::path() : into, work, log);
    if (!done) return done.error().within("backup " + manifest.id);
    fail_point("restore.prepared");
    std::error_code problem;
    if (!base) fs::remove_all(into, problem);
  }
  remove_notes(files);
  return {};
}

Result<std::vector<Error>> verify_pieces(const Repository& repository, const Manifest& manifest,
                                         const FetchProgress& progress) {
  std::vector<Error> faults;
  std::uint64_t done = 0;
  for (const Piece& piece : manifest.pieces) {
    auto reader = repository.storage().read(piece.name);
    crypto::Sha256 sum;
    std::uint64_t bytes = 0;
    std::optional<Error> fault;
    while (reader && !fault) {
      auto part = (*reader)->read(kReadBytes);
      if (!part) fault = part.error();
      if (!part || part->empty()) break;
      sum.add(*part);
      bytes += part->size();
      progress(done + bytes, manifest.stored_bytes);
    }
    if (!reader) fault = reader.error();
    if (fault && fault->code != Code::not_found && fault->code != Code::corrupt) return *fault;
    const std::string digits = digits_of(sum.finish_raw());
    if (!fault && bytes != piece.bytes)
      fault = Error{Code::corrupt,
                    piece.name + ": has " + std::to_string(bytes) + " bytes instead of " + std::to_string(piece.bytes)};
    else if (!fault && digits != piece.sha256)
      fault = other_sum(piece);
    if (fault) faults.push_back(fault->within(repository.describe() + ": backup " + manifest.id));
    done += bytes;
  }
  return faults;
}

}  // namespace slipway::backup
