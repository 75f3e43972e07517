#include "services/backup/prune.hpp"

#include "services/backup/catalog.hpp"
#include "services/backup/last_segment.hpp"
#include "services/backup/log_line.hpp"
#include "services/backup/settings.hpp"

namespace slipway::backup {
namespace {

Status remove_backup(const Repository& repository, const std::string& id) {
  SLIPWAY_CHECK(repository.storage().remove(manifest_name(id)));
  SLIPWAY_TRY(const auto objects, repository.storage().list(backup_folder(id)));
  for (const auto& object : objects) SLIPWAY_CHECK(repository.storage().remove(object.name));
  return {};
}

/// The lines of a repository.
Result<std::set<std::string>> lines_of(const Repository& repository) {
  constexpr std::string_view folder = "log/";
  SLIPWAY_TRY(const auto objects, repository.storage().list(std::string(folder)));
  std::set<std::string> lines;
  for (const auto& object : objects) {
    const auto slash = object.name.find('/', folder.size());
    if (slash != std::string::npos) lines.insert(object.name.substr(folder.size(), slash - folder.size()));
  }
  return lines;
}

Status remove_log_before(const Repository& repository, std::uint64_t keep_from) {
  SLIPWAY_TRY(const auto lines, lines_of(repository));
  for (const std::string& line : lines) {
    SLIPWAY_TRY(const auto numbers, segments_of(repository, line));
    if (numbers.empty() || *numbers.begin() >= keep_from) continue;
    SLIPWAY_CHECK(note_first_segment(repository, line, keep_from));
    for (const std::uint64_t number : numbers)
      if (number < keep_from) SLIPWAY_CHECK(repository.storage().remove(segment_name(line, number)));
  }
  return {};
}

const Repository* find(const std::vector<const Repository*>& repositories, const std::string& name) {
  for (const Repository* repository : repositories)
    if (repository->name() == name) return repository;
  return nullptr;
}

}  // namespace

Result<RetentionPlan> plan_prune(const std::vector<const Repository*>& repositories, const RetentionPolicy& policy,
                                 Timestamp now) {
  RetentionFacts facts;
  SegmentMemory memory;
  for (const Repository* repository : repositories) {
    SLIPWAY_TRY(const auto known, backup_facts(*repository, memory));
    // What cannot be read may be what another backup stands on.
    if (!known.faults.empty()) return known.faults.front();
    facts.backups.insert(facts.backups.end(), known.backups.begin(), known.backups.end());
  }
  facts.logs = log_facts(repositories, memory).logs;
  return decide_retention(facts, policy, now, local_time);
}

Status carry_out_prune(const std::vector<const Repository*>& repositories, const RetentionPlan& plan) {
  for (const BackupDecision& decision : plan.backups) {
    const Repository* const repository = find(repositories, decision.repository);
    if (!decision.keep && repository != nullptr) SLIPWAY_CHECK(remove_backup(*repository, decision.id));
  }
  for (const LogDecision& decision : plan.logs) {
    const Repository* const repository = find(repositories, decision.repository);
    if (decision.removable > 0 && repository != nullptr)
      SLIPWAY_CHECK(remove_log_before(*repository, decision.keep_from));
  }
  return {};
}

}  // namespace slipway::backup
