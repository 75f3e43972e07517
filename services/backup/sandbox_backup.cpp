#include "services/backup/sandbox_backup.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "appliance/embedded/data_directory.hpp"
#include "appliance/sql/option_file.hpp"
#include "services/backup/fetch_backup.hpp"
#include "services/backup/load_account.hpp"
#include "services/backup/publication.hpp"
#include "services/backup/restore_store.hpp"
#include "services/backup/sandbox_store.hpp"

namespace slipway::backup {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kScratchPoolBytes = 128U << 20U;
constexpr const char* kScratchDatabase = "proof";
// What mariadb-dump writes before its first table; by then its snapshot is begun.
constexpr std::string_view kFirstTable = "Table structure for";
constexpr std::size_t kHeadBytes = 1U << 16U;
// What those who write wait at most: mariadb-dump itself may wait behind somebody who waits for our lock.
constexpr std::chrono::seconds kHeldAtMost{20};

fs::path access_of(const SandboxOptions& options) { return options.work / "access.cnf"; }

Status make_work(const SandboxOptions& options) {
  std::error_code problem;
  fs::remove_all(options.work, problem);
  fs::create_directories(options.work, problem);
  if (!problem) fs::permissions(options.work, fs::perms::owner_all, problem);
  if (problem) return Error{Code::permission, "directory '" + options.work.string() + "': " + problem.message()};
  return sql::write_option_file(access_of(options), options.server, "client");
}

/// Lets those who write go on when it is told to, and after a while whatever happens.
class Hold {
 public:
  explicit Hold(sql::Connection writers)
      : writers_(std::move(writers)), watch_([this](const std::stop_token& stop) { watch(stop); }) {}

  void release() {
    const std::lock_guard lock(mutex_);
    writers_.reset();
  }
  [[nodiscard]] bool held() const {
    const std::lock_guard lock(mutex_);
    return writers_.has_value();
  }

 private:
  void watch(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    ended_.wait_for(lock, stop, kHeldAtMost, [] { return false; });
    writers_.reset();
  }

  mutable std::mutex mutex_;
  std::condition_variable_any ended_;
  std::optional<sql::Connection> writers_;
  std::jthread watch_;
};

/// mariadb-dump's output into pieces; those who write wait until its snapshot is begun.
Status stream(const SandboxOptions& options, Pieces& pieces, Hold& hold) {
  const fs::path log = options.work / "dump.log";
  SLIPWAY_TRY(auto dump, start_dump({"--defaults-file=" + access_of(options).string()}, options.account.database, log));
  std::string head;
  bool begun = false;
  bool in_time = true;
  const auto take = [&](std::string_view bytes) -> Status {
    if (!begun) head += bytes.substr(0, kHeadBytes);
    if (!begun && (head.find(kFirstTable) != std::string::npos || head.size() >= kHeadBytes)) {
      begun = true;
      in_time = hold.held();
      hold.release();
    }
    return pieces.add(bytes);
  };
  SLIPWAY_CHECK(drain(dump, take, "mariadb-dump", log));
  SLIPWAY_CHECK(end_of_dump(dump, log));
  if (!begun) in_time = hold.held();
  hold.release();
  if (in_time) return {};
  return Error{Code::in_use, "mariadb-dump: had not begun after " + std::to_string(kHeldAtMost.count()) + " seconds",
               "a statement holds a table for long: try again"};
}

/// The table is another one than when the snapshot began.
bool is_change(const Error& error) {
  return std::ranges::any_of(error.context, [](const auto& fact) {
    return fact.first == "mysql_errno" && (fact.second == "1412" || fact.second == "1146");
  });
}

Status fill(const SandboxOptions& options, Pieces& pieces, Manifest& manifest) {
  SLIPWAY_CHECK(make_work(options));
  SLIPWAY_TRY(auto held, hold_database(options.server, options.account.database));
  Hold hold(std::move(held.writers));
  SLIPWAY_CHECK(stream(options, pieces, hold));
  auto sums = table_sums(held.snapshot);
  if (!sums && is_change(sums.error()))
    return Error{Code::conflict, "a table was changed meanwhile: " + sums.error().message, "try again"};
  if (!sums) return sums.error();
  manifest.table_sums = *std::move(sums);
  manifest.server_version = held.snapshot.server_version();
  return pieces.finish();
}

Status compare(const Manifest& backup, sql::Connection& target, std::vector<Mismatch>& mismatches) {
  SLIPWAY_TRY(const auto found, table_sums(target));
  for (const auto& [table, sum] : backup.table_sums) {
    const auto there = found.find(table);
    if (there == found.end() || there->second != sum)
      mismatches.push_back({"table " + table, "checksum", sum, there == found.end() ? "no such table" : there->second});
  }
  for (const auto& [table, sum] : found)
    if (!backup.table_sums.contains(table)) mismatches.push_back({"table " + table, "checksum", "no such table", sum});
  return {};
}

/// What the backup holds, as statements.
Status feed(const Repository& repository, const Manifest& backup, Loader& loader, const RestoreProgress& progress) {
  bool refused = false;
  const auto take = [&](std::string_view bytes) -> Status {
    auto added = loader.add(bytes);
    refused = !added;
    return added;
  };
  auto read = read_backup(repository, backup, take, [&progress](std::uint64_t done, std::uint64_t of) {
    if (progress) progress("load", done, of);
  });
  // A part of a statement is never run. Why the program takes no more, it says at its end.
  if (!read && !refused) return read;
  auto loaded = loader.finish();
  return loaded ? read : loaded;
}

/// Into the scratch server; what differs is noted.
Status try_proof(const Repository& repository, const Manifest& backup, const fs::path& directory, Proof& proof,
                 const RestoreProgress& progress) {
  proof.fault = ProofFault{"scratch", {}};
  SLIPWAY_CHECK(embedded::make_private_directory(directory));
  SLIPWAY_CHECK(embedded::require_space(directory, 2 * backup.plain_bytes));
  SLIPWAY_TRY(auto server,
              embedded::Database::start(
                  {.directory = directory / "server", .buffer_pool_bytes = kScratchPoolBytes, .durable = false}));
  sql::Endpoint to = server.administrator();
  to.statement_limit = std::chrono::seconds(0);
  SLIPWAY_TRY(auto target, sql::Connection::open(to));
  SLIPWAY_CHECK(make_database(target, kScratchDatabase));
  proof.server_version = target.server_version();
  to.database = kScratchDatabase;
  SLIPWAY_TRY(auto loader, Loader::start(to, directory / "work"));
  proof.fault->stage = "backup";
  auto done = feed(repository, backup, loader, progress);
  if (done) proof.fault->stage = "compare";
  if (done) done = compare(backup, target, proof.mismatches);
  if (!done && embedded::is_full(directory)) return embedded::disk_full(directory);
  if (!done && !server.running())
    return Error{Code::unavailable, "the scratch server has ended: " + done.error().message};
  return done;
}

/// Whether an error says something of the backup, and not of the scratch server or of a storage that is away.
bool tells_of_backup(const Proof& proof, Code code) {
  return proof.fault->stage != "scratch" &&
         (code == Code::corrupt || code == Code::not_found || code == Code::internal || code == Code::unauthenticated);
}

}  // namespace

Result<Manifest> take_sandbox_backup(const Repository& repository, const SandboxOptions& options, const Clock& clock,
                                     const TakeProgress& progress) {
  SLIPWAY_TRY(Manifest manifest, begin_backup(repository, Kind::sandbox, clock));
  manifest.accounts = {options.account};
  manifest.replaces = options.replaces;
  Pieces pieces(
      repository,
      {.level = options.level, .piece_bytes = options.piece_bytes, .content = "sql", .spool = options.work / "unsent"},
      manifest, progress);
  return end_backup(repository, manifest, pieces, fill(options, pieces, manifest), options.work, clock);
}

Result<std::size_t> load_sandbox_backup(const Repository& repository, const Manifest& backup, sql::Connection& target,
                                        const fs::path& work, const RestoreProgress& progress) {
  SLIPWAY_TRY(auto loader, Loader::start(target.endpoint(), work));
  SLIPWAY_CHECK(feed(repository, backup, loader, progress));
  std::vector<Mismatch> mismatches;
  SLIPWAY_CHECK(compare(backup, target, mismatches));
  if (mismatches.empty()) return backup.table_sums.size();
  std::string differing;
  for (const Mismatch& mismatch : mismatches) differing += (differing.empty() ? "" : ", ") + mismatch.object;
  return Error{Code::corrupt, "database '" + target.endpoint().database + "': differs after loading in " + differing};
}

Result<Proof> prove_sandbox_backup(const Repository& repository, const Manifest& backup, const fs::path& directory,
                                   const Clock& clock, const RestoreProgress& progress) {
  Proof proof;
  proof.backup = backup.id;
  proof.repository = repository.id();
  proof.oracle_at = backup.taken_at;
  proof.oracle_version = backup.server_version;
  proof.program_version = SLIPWAY_VERSION;
  proof.tables = backup.table_sums.size();
  proof.began_at = clock.now();
  const Status done = try_proof(repository, backup, directory, proof, progress);
  std::error_code problem;
  fs::remove_all(directory, problem);
  proof.ended_at = clock.now();
  if (done) {
    proof.fault.reset();
    proof.outcome = proof.mismatches.empty() ? ProofOutcome::proven : ProofOutcome::failed;
  } else {
    proof.fault->error = done.error();
    if (tells_of_backup(proof, done.error().code)) proof.outcome = ProofOutcome::failed;
  }
  if (proof.outcome == ProofOutcome::could_not_try) return proof;
  SLIPWAY_TRY([[maybe_unused]] const auto name, repository.add_proof(proof));
  return proof;
}

}  // namespace slipway::backup
