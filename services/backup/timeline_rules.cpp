#include "services/backup/timeline_rules.hpp"

#include <algorithm>
#include <map>

namespace slipway::backup {
namespace {

bool answers(const TimelineFacts& facts, const std::string& repository) {
  return std::ranges::none_of(facts.logs,
                              [&](const auto& log) { return log.repository == repository && !log.available; });
}

bool is_platform(const BackupFact& backup) {
  return backup.kind == BackupKind::full || backup.kind == BackupKind::incremental;
}

/// Whether it can be restored at all.
bool restorable(const TimelineFacts& facts, const BackupFact& backup, const ChainLink& link) {
  return answers(facts, backup.repository) && backup.proof != ProofState::failed && link.state == ChainState::usable;
}

/// What the repositories that answer hold of the log.
struct HeldLog {
  std::vector<SegmentRun> runs;
  std::uint64_t end = 0;                ///< the greatest number; 0: there is none
  std::optional<Timestamp> safe_until;  ///< until when all that was logged is here
};

HeldLog held_log(const std::vector<RepositoryLog>& logs) {
  HeldLog held;
  for (const RepositoryLog& log : logs) {
    if (!log.available) continue;
    const auto more = runs_of(log);
    held.runs.insert(held.runs.end(), more.begin(), more.end());
    held.safe_until = std::max(held.safe_until.value_or(log.safe_until), log.safe_until);
  }
  held.end = end_of(held.runs);
  return held;
}

/// The segment in the first repository that answers and has it.
const SegmentFact* find_segment(const std::vector<RepositoryLog>& logs, std::uint64_t number) {
  for (const RepositoryLog& log : logs) {
    if (!log.available) continue;
    const auto found = std::ranges::lower_bound(log.segments, number, {}, &SegmentFact::number);
    if (found != log.segments.end() && found->number == number) return &*found;
  }
  return nullptr;
}

/// Bases from which the log reaches equally far are one span.
RestorableSpan span_of(const TimelineFacts& facts, std::vector<std::size_t> bases, Timestamp until,
                       std::string position_until) {
  std::ranges::sort(bases,
                    [&](auto left, auto right) { return taken_before(facts.backups[left], facts.backups[right]); });
  const BackupFact& oldest = facts.backups[bases.front()];
  RestorableSpan span{.from = oldest.taken_at,
                      .until = std::max(until, oldest.taken_at),
                      .proven_from = {},
                      .position_from = oldest.position,
                      .position_until = std::move(position_until),
                      .bases = {}};
  for (const auto i : bases) {
    const BackupFact& base = facts.backups[i];
    span.bases.push_back({base.repository, base.id});
    span.until = std::max(span.until, base.taken_at);
    if (base.proof == ProofState::proven && !span.proven_from) span.proven_from = base.taken_at;
  }
  return span;
}

}  // namespace

std::vector<RestorableSpan> restorable_spans(const TimelineFacts& facts) {
  const auto links = link_chains(facts.backups);
  const HeldLog log = held_log(facts.logs);
  std::vector<RestorableSpan> spans;
  std::map<std::uint64_t, std::vector<std::size_t>> by_reach;
  for (std::size_t i = 0; i < facts.backups.size(); ++i) {
    const BackupFact& backup = facts.backups[i];
    if (!is_platform(backup) || !restorable(facts, backup, links[i])) continue;
    const std::uint64_t reach = reach_of(backup.log_from, log.runs);
    const bool at_end = backup.log_from != 0 && backup.log_from == log.end + 1;
    if (backup.log_from != 0 && (at_end || reach >= backup.log_from))
      by_reach[reach].push_back(i);
    else
      spans.push_back(span_of(facts, {i}, backup.taken_at, backup.position));
  }
  for (auto& [reach, bases] : by_reach) {
    const SegmentFact* last = find_segment(facts.logs, reach);
    Timestamp until = last != nullptr ? last->last_at : facts.backups[bases.front()].taken_at;
    if (reach == log.end && log.safe_until) until = std::max(until, *log.safe_until);
    spans.push_back(span_of(facts, std::move(bases), until, last != nullptr ? last->gtid_after : std::string()));
    spans.back().open_ended = reach == log.end;
  }
  std::ranges::stable_sort(spans, {}, [](const RestorableSpan& span) { return std::pair(span.from, span.until); });
  return spans;
}

}  // namespace slipway::backup
