#include "services/backup/timeline_json.hpp"

#include <algorithm>

namespace slipway::backup {
namespace {

using nlohmann::ordered_json;

std::string_view to_text(ProofState proof) {
  switch (proof) {
    case ProofState::pending:
      return "pending";
    case ProofState::proven:
      return "proven";
    case ProofState::failed:
      break;
  }
  return "failed";
}

ordered_json span_json(const RestorableSpan& span) {
  ordered_json bases = ordered_json::array();
  for (const BackupPlace& base : span.bases) bases.push_back({{"repository", base.repository}, {"backup", base.id}});
  return {{"from", to_iso8601(span.from)},
          {"until", to_iso8601(span.until)},
          {"proven_from", span.proven_from ? ordered_json(to_iso8601(*span.proven_from)) : ordered_json()},
          {"gtid_from", span.position_from},
          {"gtid_until", span.position_until},
          {"open_ended", span.open_ended},
          {"bases", bases}};
}

ordered_json spans_json(const TimelineFacts& facts) {
  ordered_json spans = ordered_json::array();
  for (const RestorableSpan& span : restorable_spans(facts)) spans.push_back(span_json(span));
  return spans;
}

/// As if there were no other repository.
TimelineFacts alone(const TimelineFacts& facts, const std::string& repository) {
  TimelineFacts part;
  std::ranges::copy_if(facts.backups, std::back_inserter(part.backups),
                       [&](const BackupFact& backup) { return backup.repository == repository; });
  std::ranges::copy_if(facts.logs, std::back_inserter(part.logs),
                       [&](const RepositoryLog& log) { return log.repository == repository; });
  return part;
}

}  // namespace

ordered_json timeline_json(const TimelineFacts& facts) {
  ordered_json repositories = ordered_json::array();
  for (const RepositoryLog& log : facts.logs)
    repositories.push_back(
        {{"name", log.repository}, {"available", log.available}, {"spans", spans_json(alone(facts, log.repository))}});
  ordered_json backups = ordered_json::array();
  for (const BackupFact& backup : facts.backups)
    backups.push_back({{"id", backup.id},
                       {"repository", backup.repository},
                       {"kind", to_text(backup.kind)},
                       {"parent", backup.parent},
                       {"account", backup.account},
                       {"taken_at", to_iso8601(backup.taken_at)},
                       {"bytes", backup.bytes},
                       {"proof", to_text(backup.proof)}});
  return {{"spans", spans_json(facts)}, {"repositories", repositories}, {"backups", backups}};
}

}  // namespace slipway::backup
