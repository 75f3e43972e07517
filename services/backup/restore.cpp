#include "services/backup/restore.hpp"

#include <algorithm>
#include <map>

#include "appliance/base/file.hpp"
#include "services/backup/fail_point.hpp"
#include "services/backup/log_line.hpp"
namespace slipway::backup {
namespace {

namespace fs = std::filesystem;

/// A backup that may serve, and where.
struct Candidate {
  const Repository* repository;
  Manifest manifest;
};

/// The lines of all repositories that answer, by name.
using Lines = std::map<std::string, LineStart>;

/// The line that took the place of this one: the log of another history, or after a hole.
const LineStart* successor(const Lines& lines, const std::string& line) {
  const auto own = lines.find(line);
  const LineStart* next = nullptr;
  if (own == lines.end()) return next;
  for (const auto& [name, start] : lines)
    if (start.first_number > own->second.first_number && (next == nullptr || start.first_number < next->first_number))
      next = &start;
  return next;
}

/// The log of a backup before that moment leads to what the server was before, not to what it was at the target.
std::optional<std::string> other_history(const Manifest& manifest, const RestoreGoal& goal, const Lines& lines) {
  if (!goal.backup.empty() || goal.log.gtid || manifest.log_line.empty()) return std::nullopt;
  const LineStart* const next = successor(lines, manifest.log_line);
  if (next == nullptr || (goal.log.time && *goal.log.time < next->made_at)) return std::nullopt;
  return "the server's log began anew at " + to_iso8601(std::chrono::floor<std::chrono::seconds>(next->made_at)) +
         " (" + next->reason + "): only a backup after that leads to later moments";
}

/// Why the backup cannot lead to the target; nothing when it may.
std::optional<std::string> hindrance(const Manifest& manifest, const RestoreGoal& goal, const Lines& lines) {
  if (!goal.backup.empty())
    return manifest.id == goal.backup ? std::nullopt : std::optional<std::string>("is another one");
  const bool exact = !goal.log.gtid && !goal.log.time;
  if (goal.log.gtid) {
    const auto own = manifest.position.domains().find(goal.log.gtid->domain);
    if (own != manifest.position.domains().end()) {
      // With other domains beside it, the backup may hold what came after that transaction in them.
      if (own->second == *goal.log.gtid && manifest.position.domains().size() == 1) return std::nullopt;
      if (own->second.sequence >= goal.log.gtid->sequence) return "is later";
    }
  }
  if (goal.log.time && manifest.ended_at > *goal.log.time) return "is later";
  if (manifest.log_line.empty() && !exact) return "no log goes on from it";
  return other_history(manifest, goal, lines);
}

/// Whether the newest line of the log holds a transaction that was made behind this moment. A backup that stands in no
/// line does not lead there.
bool log_goes_on_behind(Timestamp moment, const std::vector<const Repository*>& repositories, const Lines& lines) {
  const auto newest =
      std::ranges::max_element(lines, {}, [](const auto& named) -> std::uint64_t { return named.second.first_number; });
  if (newest == lines.end()) return false;
  const auto& [line, start] = *newest;
  const auto is_behind = [moment](Result<archive::Opener> opener, bool tolerant) {
    const auto end = opener ? end_of_segment(*opener, tolerant) : Result<SegmentEnd>(opener.error());
    return end && std::chrono::seconds(end->last_time_s) > moment.time_since_epoch();
  };
  for (const Repository* repository : repositories) {
    const auto numbers = segments_of(*repository, line);
    if (!numbers) continue;
    const std::uint64_t last = numbers->empty() ? start.first_number - 1 : *numbers->rbegin();
    if (!numbers->empty() && is_behind(repository->open_sealed(segment_name(line, last)), false)) return true;
    auto open = open_unfinished(*repository, line, last + 1);
    if (open && *open && is_behind(std::move(**open), true)) return true;
  }
  return false;
}

/// What the last proof of a backup found; one that cannot be read says nothing.
ProofOutcome outcome_of(const Repository& repository, const std::string& backup) {
  const auto proofs = repository.proofs(backup);
  return proofs && !proofs->empty() ? proofs->back().outcome : ProofOutcome::could_not_try;
}

/// What is known of a chain: proven when the last of it that holds something is; failed when any of it is.
ProofOutcome outcome_of(const Repository& repository, const std::vector<Manifest>& chain) {
  const auto last = std::find_if_not(chain.rbegin(), chain.rend(), holds_nothing_new);
  if (last != chain.rend() && outcome_of(repository, last->id) == ProofOutcome::proven) return ProofOutcome::proven;
  const bool failed = std::ranges::any_of(
      chain, [&](const Manifest& one) { return outcome_of(repository, one.id) == ProofOutcome::failed; });
  return failed ? ProofOutcome::failed : ProofOutcome::could_not_try;
}

std::string what_is_there(const std::vector<Candidate>& all, const RestoreGoal& goal, const Lines& lines,
                          const std::string& away) {
  std::string text;
  for (const Candidate& candidate : all)
    text += "\n  " + candidate.manifest.id + " in repository '" + candidate.repository->name() + "', up to " +
            to_iso8601(std::chrono::floor<std::chrono::seconds>(candidate.manifest.ended_at)) + ", GTID " +
            candidate.manifest.position.to_text() + ": " +
            hindrance(candidate.manifest, goal, lines).value_or("was tried in vain");
  return (text.empty() ? "\n  there is no backup" : text) + away;
}

/// Where the server's own binary log goes on when it begins to write one. Without that file the log would begin with
/// nothing, and a replica or archive that ends at this very position would be refused: the position is not in the log.
Status write_binlog_state(const fs::path& data, const std::string& binlog_file, const sql::GtidPosition& position) {
  const std::string name = fs::path(binlog_file).stem().filename().string();
  if (name.empty()) return {};
  std::string text;
  for (const auto& [domain, gtid] : position.domains()) text += gtid.to_text() + "\n";
  return replace_file(data / (name + ".state"), text);
}

}  // namespace

Result<RestoreGoal> RestoreGoal::parse(const std::string& text) {
  RestoreGoal target;
  if (text.empty() || text == "latest") return target;
  if (is_backup_id(text)) {
    target.backup = text;
    return target;
  }
  if (auto gtid = sql::Gtid::parse(text)) {
    target.log.gtid = *gtid;
    return target;
  }
  if (auto time = parse_timestamp(text)) {
    target.log.time = *time;
    return target;
  }
  return Error{Code::invalid_argument, "target '" + text.substr(0, 60) + "': is no time, GTID or backup",
               "give a time in UTC (2026-11-29T14:03:27Z), a GTID (0-1-4711), the id of a backup, or 'latest'"};
}

std::string to_text(const RestoreGoal& target) {
  return target.backup.empty() ? to_text(target.log) : "backup " + target.backup;
}

Result<RestoreRoute> choose_route(const std::vector<const Repository*>& repositories, const RestoreGoal& target,
                                  const std::vector<std::string>& skip) {
  std::vector<Candidate> all;
  Lines lines;
  std::string away;
  std::optional<Error> fault;
  for (const Repository* repository : repositories) {
    auto listing = repository->backups();
    if (!listing) {
      fault = listing.error();
      away += "\n  " + repository->describe() + ": " + listing.error().message;
      continue;
    }
    for (const Error& bad : listing->faults) away += "\n  " + repository->describe() + ": " + bad.message;
    const auto known = line_starts(*repository);
    if (!known) {
      fault = known.error();
      away += "\n  " + repository->describe() + ": " + known.error().message;
      continue;
    }
    for (const LineStart& line : *known) lines.emplace(line.line, line);
    for (Manifest& manifest : listing->backups) all.push_back({repository, std::move(manifest)});
  }
  if (all.empty() && fault) return *fault;
  std::stable_sort(all.begin(), all.end(), [](const Candidate& left, const Candidate& right) {
    return left.manifest.ended_at > right.manifest.ended_at;
  });
  std::string broken;
  std::optional<RestoreRoute> unproven;
  std::optional<RestoreRoute> without_log;
  const bool latest = target.backup.empty() && !target.log.gtid && !target.log.time;
  for (const Candidate& candidate : all) {
    if (hindrance(candidate.manifest, target, lines) || std::ranges::count(skip, candidate.manifest.id) != 0) continue;
    // What is wanted is the end: a proven one is not better than one that leads further.
    const bool alone = latest && candidate.manifest.log_line.empty();
    if (alone && (unproven || without_log)) continue;
    auto chain = chain_of(*candidate.repository, candidate.manifest.id);
    if (!chain) {
      broken += "\n  " + chain.error().message;
      continue;
    }
    const auto proof = outcome_of(*candidate.repository, *chain);
    if (target.backup.empty() && proof == ProofOutcome::failed) {
      broken += "\n  backup " + candidate.manifest.id + ": failed its proof, or stands on one that did";
      continue;
    }
    RestoreRoute route{target, candidate.repository, *std::move(chain), proof == ProofOutcome::proven};
    if (alone) {
      const Timestamp taken_at = candidate.manifest.ended_at;
      without_log = std::move(route);
      if (!log_goes_on_behind(taken_at, repositories, lines)) break;
      continue;
    }
    if (route.proven) return route;
    if (!unproven) unproven = std::move(route);
  }
  if (unproven) return *std::move(unproven);
  if (without_log) return *std::move(without_log);
  return Error{Code::not_found,
               to_text(target) + ": no backup leads to it" + what_is_there(all, target, lines, away + broken),
               "choose a target that one of these leads to, or one of them by its id"};
}

Result<Restored> restore_server(const std::vector<const Repository*>& repositories, const RestoreRoute& plan,
                                const RestoreOptions& options) {
  const auto tell = [&options](const std::string& step, std::uint64_t done, std::uint64_t of) {
    if (options.progress) options.progress(step, done, of);
  };
  const Manifest& backup = plan.chain.back();
  std::error_code problem;
  fs::remove_all(options.server.directory / "data", problem);
  fs::remove_all(options.work, problem);
  fs::create_directories(options.server.directory, problem);
  SLIPWAY_CHECK(fetch_backup(*plan.repository, plan.chain, options.server.directory, options.work,
                             [&tell](std::uint64_t done, std::uint64_t of) { tell("unpack", done, of); }));
  FetchedLog log;
  log.end = backup.position;
  if (plan.goal.backup.empty() && !backup.log_line.empty()) {
    tell("log", 0, 0);
    SLIPWAY_TRY(log, fetch_log(repositories, backup.log_line, backup.position, plan.goal.log,
                               options.server.directory / "data", kRelayName));
  }
  tell("replay", 0, log.groups);
  fail_point("restore.log_fetched");
  SLIPWAY_CHECK(embedded::adopt_data_directory(options.server));
  fail_point("restore.adopted");
  const ReplayOptions replaying{
      .server = options.server, .threads = options.threads, .progress = [&tell](std::uint64_t done, std::uint64_t of) {
        tell("replay", done, of);
      }};
  SLIPWAY_TRY(auto server, replay(replaying, backup.position, log));
  SLIPWAY_CHECK(write_binlog_state(options.server.directory / "data", backup.binlog_file, log.end));
  fail_point("restore.replayed");
  fs::remove_all(options.work, problem);
  return Restored{std::move(server), backup, std::move(log)};
}

}  // namespace slipway::backup
