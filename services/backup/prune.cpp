#include "services/backup/prune.hpp"

#include <algorithm>

#include "services/backup/catalog.hpp"
#include "services/backup/fail_point.hpp"
#include "services/backup/last_segment.hpp"
#include "services/backup/log_line.hpp"
#include "services/backup/settings.hpp"

namespace slipway::backup {
namespace {

constexpr std::string_view kBackups = "backups/";
constexpr std::string_view kLog = "log/";
constexpr std::string_view kProofs = "proofs/";

/// Says that a backup is going: an unpublished one, which somebody may be taking, has none.
constexpr std::string_view kRemoval = "removal.json";

std::string removal_name(const std::string& id) { return backup_folder(id) + std::string(kRemoval); }

/// The pieces and proofs of a backup that has no manifest any more.
Status remove_rest(const Repository& repository, const std::string& id) {
  SLIPWAY_TRY(const auto objects, repository.storage().list(backup_folder(id)));
  for (const auto& object : objects) {
    if (object.name == removal_name(id)) continue;
    SLIPWAY_CHECK(repository.storage().remove(object.name));
    fail_point("prune.object_gone");
  }
  SLIPWAY_CHECK(repository.storage().remove(removal_name(id)));
  fail_point("prune.backup_gone");
  return {};
}

}  // namespace

Status remove_backup(const Repository& repository, const std::string& id) {
  auto noted = repository.write_document(removal_name(id), {{"repository", repository.id()}, {"backup", id}});
  if (!noted && noted.error().code != Code::conflict) return noted;
  fail_point("prune.noted");
  SLIPWAY_CHECK(repository.storage().remove(manifest_name(id)));
  fail_point("prune.manifest_gone");
  return remove_rest(repository, id);
}

namespace {

/// The ids of backups that have a note, and whether they still have their manifest.
Result<std::map<std::string, bool>> noted_backups(const Repository& repository) {
  SLIPWAY_TRY(const auto objects, repository.storage().list(std::string(kBackups)));
  std::set<std::string> names;
  for (const auto& object : objects) names.insert(object.name);
  std::map<std::string, bool> noted;
  for (const std::string& name : names) {
    const auto slash = name.rfind('/');
    if (name.substr(slash + 1) != kRemoval || slash < kBackups.size()) continue;
    const std::string id = name.substr(kBackups.size(), slash - kBackups.size());
    noted[id] = names.contains(manifest_name(id));
  }
  return noted;
}

Status finish_removals(const Repository& repository) {
  SLIPWAY_TRY(const auto noted, noted_backups(repository));
  for (const auto& [id, whole] : noted)
    // One that is whole is decided about anew.
    SLIPWAY_CHECK(whole ? repository.storage().remove(removal_name(id)) : remove_rest(repository, id));
  return {};
}

/// The segments of a repository, by line.
Result<std::map<std::string, std::map<std::uint64_t, std::uint64_t>>> segments_by_line(const Repository& repository) {
  SLIPWAY_TRY(const auto objects, repository.storage().list(std::string(kLog)));
  std::map<std::string, std::map<std::uint64_t, std::uint64_t>> lines;
  for (const auto& object : objects) {
    const auto slash = object.name.find('/', kLog.size());
    if (slash == std::string::npos) continue;
    const std::string line = object.name.substr(kLog.size(), slash - kLog.size());
    if (const auto number = segment_number(line, object.name)) lines[line][*number] = object.bytes;
  }
  return lines;
}

Status remove_segment(const Repository& repository, const std::string& line, std::uint64_t number) {
  const std::string name = segment_name(line, number);
  SLIPWAY_CHECK(repository.storage().remove(name));
  // What a kill may have left beside it.
  if (repository.storage().can_append()) SLIPWAY_CHECK(repository.storage().remove(name + std::string(kOpenSuffix)));
  fail_point("prune.segment_gone");
  return {};
}

/// `numbers`: what is there of it; one at least is to go.
Status shorten_line(const Repository& repository, const std::string& line,
                    const std::map<std::uint64_t, std::uint64_t>& numbers, std::uint64_t keep_from) {
  // A line that ended before has no segment that it would have to begin with.
  const auto said = read_last_segment(repository, line);
  if (!said && said.error().code != Code::not_found && said.error().code != Code::corrupt) return said.error();
  const std::uint64_t end = std::max(said.value_or(0), numbers.rbegin()->first) + 1;
  SLIPWAY_CHECK(note_first_segment(repository, line, std::min(keep_from, end)));
  fail_point("prune.first_noted");
  for (const auto& [number, bytes] : numbers)
    if (number < keep_from) SLIPWAY_CHECK(remove_segment(repository, line, number));
  if (end < keep_from) SLIPWAY_CHECK(remove_segment(repository, line, end));
  return {};
}

Status ask(const PruneStep& step) { return step ? step() : Status(); }

Status remove_log_before(const Repository& repository, std::uint64_t keep_from, const PruneStep& step) {
  SLIPWAY_TRY(const auto lines, segments_by_line(repository));
  for (const auto& [line, numbers] : lines) {
    if (numbers.begin()->first >= keep_from) continue;
    SLIPWAY_CHECK(ask(step));
    SLIPWAY_CHECK(shorten_line(repository, line, numbers, keep_from));
  }
  return {};
}

/// Proofs of windows of the log that are older than every backup that stays.
Status remove_window_proofs(const Repository& repository, const RetentionPlan& plan) {
  constexpr std::size_t kTime = std::string_view("20261129t031500").size();
  std::string oldest;
  for (const BackupDecision& decision : plan.backups)
    if (decision.keep && decision.kind != BackupKind::sandbox && decision.repository == repository.name() &&
        (oldest.empty() || decision.id < oldest))
      oldest = decision.id;
  if (oldest.empty()) return {};
  const std::string first = std::string(kProofs) + oldest.substr(0, kTime);
  SLIPWAY_TRY(const auto proofs, repository.storage().list(std::string(kProofs)));
  for (const auto& proof : proofs)
    if (proof.name < first) SLIPWAY_CHECK(repository.storage().remove(proof.name));
  return {};
}

/// What the plan removes from one repository.
struct Removals {
  std::vector<BackupDecision> backups;  ///< what stands on others first
  std::uint64_t keep_from = 0;          ///< of the log
};

Removals removals_from(const Repository& repository, const RetentionPlan& plan) {
  Removals removals;
  for (const BackupDecision& decision : plan.backups)
    if (!decision.keep && decision.repository == repository.name()) removals.backups.push_back(decision);
  std::ranges::stable_sort(removals.backups, std::ranges::greater{}, &BackupDecision::depth);
  for (const LogDecision& decision : plan.logs)
    if (decision.removable > 0 && decision.repository == repository.name()) removals.keep_from = decision.keep_from;
  return removals;
}

Status prune_one(const Repository& repository, const RetentionPlan& plan, const Removals& removals,
                 const PruneStep& step) {
  SLIPWAY_CHECK(ask(step));
  SLIPWAY_CHECK(finish_removals(repository));
  for (const BackupDecision& decision : removals.backups) {
    SLIPWAY_CHECK(ask(step));
    SLIPWAY_CHECK(remove_backup(repository, decision.id));
  }
  SLIPWAY_CHECK(remove_window_proofs(repository, plan));
  return remove_log_before(repository, removals.keep_from, step);
}

}  // namespace

Result<RetentionPlan> plan_prune(const std::vector<const Repository*>& repositories, const RetentionPolicy& policy,
                                 Timestamp now) {
  RetentionFacts facts;
  SegmentMemory memory;
  facts.logs = log_facts(repositories, memory).logs;
  for (std::size_t place = 0; place < repositories.size(); ++place) {
    const auto known = backup_facts(*repositories[place], memory);
    if (!known) {
      facts.logs[place] = {
          .repository = repositories[place]->name(), .available = false, .segments = {}, .safe_until = {}};
      continue;
    }
    // What cannot be read may be what another backup stands on.
    if (!known->faults.empty()) return known->faults.front();
    facts.backups.insert(facts.backups.end(), known->backups.begin(), known->backups.end());
  }
  return decide_retention(facts, policy, now, local_time);
}

Status carry_out_prune(const std::vector<const Repository*>& repositories, const RetentionPlan& plan,
                       const PruneStep& step) {
  Status outcome;
  for (const Repository* repository : repositories) {
    const Removals removals = removals_from(*repository, plan);
    auto done = prune_one(*repository, plan, removals, step);
    // One that did not answer when it was planned has nothing to lose, and need not answer now.
    const bool planned = !removals.backups.empty() || removals.keep_from > 0;
    if (!done && outcome && planned) outcome = std::move(done);
  }
  return outcome;
}

Result<std::vector<std::string>> unfinished_removals(const Repository& repository) {
  SLIPWAY_TRY(const auto noted, noted_backups(repository));
  std::vector<std::string> ids;
  for (const auto& [id, whole] : noted)
    if (!whole) ids.push_back(id);
  return ids;
}

Result<std::uint64_t> bytes_of_log_before(const Repository& repository, std::uint64_t keep_from) {
  SLIPWAY_TRY(const auto lines, segments_by_line(repository));
  std::uint64_t bytes = 0;
  for (const auto& [line, numbers] : lines)
    for (const auto& [number, size] : numbers)
      if (number < keep_from) bytes += size;
  return bytes;
}

}  // namespace slipway::backup
