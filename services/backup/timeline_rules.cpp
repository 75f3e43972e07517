#include "services/backup/timeline_rules.hpp"

#include <algorithm>
#include <map>

#include "services/backup/log_path_rules.hpp"

namespace slipway::backup {
namespace {

bool answers(const TimelineFacts& facts, const std::string& repository) {
  return std::ranges::none_of(facts.logs,
                              [&](const auto& log) { return log.repository == repository && !log.available; });
}

bool is_platform(const BackupFact& backup) {
  return backup.kind == BackupKind::full || backup.kind == BackupKind::incremental;
}

/// Why the backup cannot be restored at all; empty: it can.
std::string obstacle(const TimelineFacts& facts, const BackupFact& backup, const ChainLink& link) {
  if (!answers(facts, backup.repository)) return "its repository does not answer";
  if (backup.proof == ProofState::failed) return "its proof failed";
  if (link.state == ChainState::failed) return "a backup that it stands on failed its proof";
  if (link.state == ChainState::incomplete) return "a backup that it stands on is missing";
  return {};
}

std::string name_of(const BackupFact& backup) { return "backup " + backup.id + " in " + backup.repository; }

/// Chooses among the backups of one target; collects why the others are not taken.
class Planner {
 public:
  explicit Planner(const TimelineFacts& facts) : facts_(facts), links_(link_chains(facts.backups)), log_(facts.logs) {}

  Result<RestorePlan> plan(const UntilBackup& target) {
    std::vector<std::size_t> named;
    for (std::size_t i = 0; i < facts_.backups.size(); ++i)
      if (facts_.backups[i].id == target.id &&
          (target.repository.empty() || facts_.backups[i].repository == target.repository))
        named.push_back(i);
    if (named.empty())
      return Error{Code::not_found, "backup " + target.id + ": in no repository", "see 'slipway backup list'"};
    sort_by_preference(named);
    for (const auto i : named) {
      if (!restorable(i)) continue;
      return plan_of(i, {}, "what " + name_of(facts_.backups[i]) + " holds");
    }
    return refuse("backup " + target.id + ": cannot be restored", "see 'slipway backup show " + target.id + "'");
  }

  Result<RestorePlan> plan(const UntilTime& target) {
    const auto number = log_.number_at(target.at);
    const std::string what = "time " + to_iso8601(target.at);
    if (log_.times_passed(target.at) > 1)
      notes_.push_back(what +
                       " occurs more than once, as the clock was set back: the last one is taken; name a GTID for "
                       "another");
    return choose(what, [&](const BackupFact& base) -> std::optional<Range> {
      if (base.taken_at > target.at) return std::nullopt;
      if (number && base.log_from != 0 && base.log_from <= *number) return Range{base.log_from, *number};
      if (stands_still(base, target.at)) return Range{1, 0};
      return std::nullopt;
    });
  }

  Result<RestorePlan> plan(const UntilTransaction& target) {
    const std::string what = "the transaction in segment " + std::to_string(target.segment);
    return choose(what, [&](const BackupFact& base) -> std::optional<Range> {
      if (base.log_from == 0 || base.log_from > target.segment || base.taken_at > target.at) return std::nullopt;
      return Range{base.log_from, target.segment};
    });
  }

  Result<RestorePlan> plan(const UntilEnd&) {
    return choose("the end of the log", [&](const BackupFact& base) -> std::optional<Range> {
      if (log_.end() == 0) return Range{1, 0};
      if (base.log_from == 0) return std::nullopt;
      return Range{base.log_from, log_.end()};
    });
  }

 private:
  struct Range {
    std::uint64_t first = 1;
    std::uint64_t last = 0;  // before `first`: nothing to replay
  };

  /// Nothing was written between the backup and `at`.
  [[nodiscard]] bool stands_still(const BackupFact& base, Timestamp at) const {
    if (base.taken_at == at) return true;
    if (const auto* segment = log_.find(base.log_from)) return segment->first_at > at;
    return base.log_from == log_.end() + 1 && log_.safe_until() && at <= *log_.safe_until();
  }

  /// Proven ones first, then the newer.
  void sort_by_preference(std::vector<std::size_t>& indices) const {
    std::ranges::stable_sort(indices, [&](std::size_t left, std::size_t right) {
      const BackupFact& a = facts_.backups[left];
      const BackupFact& b = facts_.backups[right];
      const bool a_proven = a.proof == ProofState::proven;
      const bool b_proven = b.proof == ProofState::proven;
      return a_proven != b_proven ? a_proven : taken_before(b, a);
    });
  }

  bool restorable(std::size_t i) {
    const std::string why = obstacle(facts_, facts_.backups[i], links_[i]);
    if (why.empty()) return true;
    missed_.push_back(name_of(facts_.backups[i]) + ": " + why);
    elsewhere_ = elsewhere_ || !answers(facts_, facts_.backups[i].repository);
    wrong_ = wrong_ || links_[i].state == ChainState::failed;
    return false;
  }

  template <typename RangeOf>
  Result<RestorePlan> choose(const std::string& what, const RangeOf& range_of) {
    std::vector<std::size_t> bases;
    for (std::size_t i = 0; i < facts_.backups.size(); ++i)
      if (is_platform(facts_.backups[i])) bases.push_back(i);
    sort_by_preference(bases);
    bool any = false;
    std::optional<LogIndex::Way> blocked;  // by the last hole that was met: most bases lie before the same one
    for (const auto i : bases) {
      const BackupFact& base = facts_.backups[i];
      const std::optional<Range> range = range_of(base);
      if (!range) continue;
      any = true;
      if (!restorable(i)) continue;
      const bool same_hole = blocked && range->first <= blocked->hole_at && blocked->hole_at <= range->last;
      auto way = same_hole ? *blocked : log_.way(range->first, range->last, base.repository);
      if (!way.hole.empty()) {
        missed_.push_back(name_of(base) + ": " + way.hole);
        elsewhere_ = elsewhere_ || way.elsewhere;
        blocked = std::move(way);
        continue;
      }
      return plan_of(i, std::move(way.steps), "from " + name_of(base) + " to " + what);
    }
    if (!any) explain_reach();
    return refuse(what + ": no backup and log lead there", reach_hint());
  }

  void explain_reach() {
    if (facts_.backups.empty()) missed_.emplace_back("there is no backup in any repository");
    if (log_.safe_until()) missed_.push_back("the log is safe until " + to_iso8601(*log_.safe_until()));
  }

  [[nodiscard]] std::string reach_hint() const {
    const auto spans = restorable_spans(facts_);
    if (spans.empty()) return "no moment can be restored from the repositories that answer";
    std::string hint = "restorable is ";
    const std::size_t shown = std::min<std::size_t>(spans.size(), 3);
    for (std::size_t i = spans.size() - shown; i < spans.size(); ++i)
      hint +=
          (i == spans.size() - shown ? "" : ", and ") + to_iso8601(spans[i].from) + " to " + to_iso8601(spans[i].until);
    return hint;
  }

  RestorePlan plan_of(std::size_t i, std::vector<ReplayStep> steps, const std::string& what) const {
    const BackupFact& base = facts_.backups[i];
    RestorePlan plan;
    plan.repository = base.repository;
    for (std::optional<std::size_t> at = i; at; at = links_[*at].parent) plan.chain.push_back(facts_.backups[*at].id);
    std::ranges::reverse(plan.chain);
    plan.proven = base.proof == ProofState::proven;
    plan.log = std::move(steps);
    plan.reasons.push_back(what + (plan.proven ? ": proven" : ": not proven yet"));
    for (const auto& step : plan.log)
      if (step.repository != base.repository)
        plan.reasons.push_back(segments_text(step.first, step.last) + " come from " + step.repository);
    plan.reasons.insert(plan.reasons.end(), notes_.begin(), notes_.end());
    plan.reasons.insert(plan.reasons.end(), missed_.begin(), missed_.end());
    return plan;
  }

  [[nodiscard]] Error refuse(std::string message, std::string hint) const {
    const Code code = elsewhere_ ? Code::unavailable : wrong_ ? Code::corrupt : Code::not_found;
    Error error{code, std::move(message), std::move(hint)};
    // One per backup says it; hundreds of incrementals say the same.
    constexpr std::size_t kMostReasons = 20;
    for (const auto& reason : missed_) {
      if (error.context.size() == kMostReasons) {
        error.context.emplace_back("reason", std::to_string(missed_.size() - kMostReasons) + " more backups");
        break;
      }
      error.context.emplace_back("reason", reason);
    }
    return error;
  }

  const TimelineFacts& facts_;
  std::vector<ChainLink> links_;
  LogIndex log_;
  std::vector<std::string> notes_;
  std::vector<std::string> missed_;
  bool elsewhere_ = false;  // a repository that does not answer may have what is missing
  bool wrong_ = false;      // a proof failed
};

/// Bases from which the log reaches equally far are one span.
RestorableSpan span_of(const TimelineFacts& facts, std::vector<std::size_t> bases, Timestamp until,
                       std::string position_until) {
  std::ranges::sort(bases,
                    [&](auto left, auto right) { return taken_before(facts.backups[left], facts.backups[right]); });
  const BackupFact& oldest = facts.backups[bases.front()];
  RestorableSpan span{oldest.taken_at, std::max(until, oldest.taken_at), {},
                      oldest.position, std::move(position_until),        {}};
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
  const LogIndex log(facts.logs);
  std::vector<SegmentRun> runs;
  for (const auto& one : facts.logs) {
    if (!one.available) continue;
    const auto more = runs_of(one);
    runs.insert(runs.end(), more.begin(), more.end());
  }
  std::vector<RestorableSpan> spans;
  std::map<std::uint64_t, std::vector<std::size_t>> by_reach;
  for (std::size_t i = 0; i < facts.backups.size(); ++i) {
    const BackupFact& backup = facts.backups[i];
    if (!is_platform(backup) || !obstacle(facts, backup, links[i]).empty()) continue;
    const std::uint64_t reach = reach_of(backup.log_from, runs);
    const bool at_end = backup.log_from != 0 && backup.log_from == log.end() + 1;
    if (backup.log_from != 0 && (at_end || reach >= backup.log_from))
      by_reach[reach].push_back(i);
    else
      spans.push_back(span_of(facts, {i}, backup.taken_at, backup.position));
  }
  for (auto& [reach, bases] : by_reach) {
    const SegmentFact* last = log.find(reach);
    Timestamp until = last != nullptr ? last->last_at : facts.backups[bases.front()].taken_at;
    if (reach == log.end() && log.safe_until()) until = std::max(until, *log.safe_until());
    spans.push_back(span_of(facts, std::move(bases), until, last != nullptr ? last->gtid_after : std::string()));
  }
  std::ranges::stable_sort(spans, {}, [](const RestorableSpan& span) { return std::pair(span.from, span.until); });
  return spans;
}

Result<RestorePlan> plan_restore(const TimelineFacts& facts, const RestoreTarget& target) {
  return std::visit([&](const auto& one) { return Planner(facts).plan(one); }, target);
}

}  // namespace slipway::backup
