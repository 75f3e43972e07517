#include "services/backup/retention_rules.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace slipway::backup {
namespace {

/// Numbers of a person's order: "2 of 5".
std::string rank_text(int rank, int of) { return std::to_string(rank) + " of " + std::to_string(of); }

class Decider {
 public:
  Decider(const RetentionFacts& facts, const RetentionPolicy& policy, Timestamp now, const ToLocal& to_local)
      : backups_(facts.backups),
        logs_(facts.logs),
        policy_(policy),
        now_(now),
        to_local_(to_local),
        links_(link_chains(backups_)),
        marks_(backups_.size()),
        days_(std::max(1, policy.daily_fulls)) {
    for (const auto& log : logs_)
      if (!log.available) silent_.insert(log.repository);
    for (std::size_t i = 0; i < backups_.size(); ++i) newest_first_.push_back(i);
    std::ranges::stable_sort(newest_first_,
                             [&](auto left, auto right) { return taken_before(backups_[right], backups_[left]); });
  }

  RetentionPlan decide() {
    keep_what_is_not_sure();
    keep_daily_fulls();
    keep_last_proven_chains();
    keep_unproven_fulls();
    keep_broken_for_a_while();
    keep_sandbox_backups();
    keep_monthly_copies();
    keep_incrementals_and_parents();
    RetentionPlan plan;
    for (std::size_t i = 0; i < backups_.size(); ++i) plan.backups.push_back(decision(i));
    for (const auto& log : logs_) plan.logs.push_back(decide_log(log));
    return plan;
  }

 private:
  struct Mark {
    std::vector<std::string> keep;
    std::string remove;       // why it goes when nothing keeps it
    bool with_chain = false;  // also keeps the incrementals on it, and the log behind it
  };

  void keep(std::size_t i, std::string_view reason, bool with_chain) {
    marks_[i].keep.emplace_back(reason);
    marks_[i].with_chain = marks_[i].with_chain || with_chain;
  }

  [[nodiscard]] bool is_platform(std::size_t i) const {
    return backups_[i].kind == BackupKind::full || backups_[i].kind == BackupKind::incremental;
  }
  [[nodiscard]] bool silent(std::size_t i) const { return silent_.contains(backups_[i].repository); }
  [[nodiscard]] bool future(std::size_t i) const { return backups_[i].taken_at > now_; }
  /// F1: only what is proven, there, and surely past.
  [[nodiscard]] bool counts(std::size_t i) const {
    return backups_[i].proof == ProofState::proven && links_[i].state == ChainState::usable && !silent(i) && !future(i);
  }
  [[nodiscard]] std::chrono::local_days day_of(std::size_t i) const {
    return std::chrono::floor<std::chrono::days>(to_local_(backups_[i].taken_at));
  }

  void keep_what_is_not_sure() {
    for (std::size_t i = 0; i < backups_.size(); ++i) {
      if (backups_[i].pinned) keep(i, "pinned by a person", false);
      if (silent(i)) keep(i, "its repository does not answer: nothing is removed there; does not count", false);
      if (!future(i)) continue;
      const bool chain = is_platform(i) && links_[i].state == ChainState::usable;
      keep(i, "dated in the future, as the clock was set back: kept until then; does not count", chain);
      if (chain) marks_[links_[i].root].with_chain = true;
    }
  }

  // Days, not backups, are counted: a day's second full, in the same or the other repository, pushes no other day out.
  // And days that have a proven full, not days of the calendar: after a week without backups five are still there.
  void keep_daily_fulls() {
    std::vector<std::chrono::local_days> days;
    for (const auto i : newest_first_) {
      if (backups_[i].kind != BackupKind::full || !counts(i)) continue;
      const auto day = day_of(i);
      auto place = std::ranges::find(days, day);
      if (place == days.end()) {
        if (static_cast<int>(days.size()) == days_) {
          marks_[i].remove = "older than the last " + std::to_string(days_) + " days with a proven full (A35)";
          continue;
        }
        place = days.insert(days.end(), day);
      }
      const int rank = static_cast<int>(place - days.begin()) + 1;
      keep(
          i,
          "full of the last " + std::to_string(days_) + " days (" + rank_text(rank, days_) + ", " + day_text(day) + ")",
          true);
      oldest_counted_ = i;
    }
    days_counted_ = static_cast<int>(days.size());
  }

  // Of each repository by itself: any one of them may be lost in the next hour.
  void keep_last_proven_chains() {
    std::set<std::string_view> done;
    for (const auto i : newest_first_) {
      if (!is_platform(i) || !counts(i)) continue;
      if (!done.insert(backups_[i].repository).second) continue;
      keep(i, "last proven chain of " + backups_[i].repository, true);
      marks_[links_[i].root].with_chain = true;
    }
  }

  void keep_unproven_fulls() {
    for (std::size_t i = 0; i < backups_.size(); ++i) {
      if (backups_[i].kind != BackupKind::full || backups_[i].proof != ProofState::pending) continue;
      if (days_counted_ < days_)
        keep(i, "unproven: does not count; kept while fewer than " + std::to_string(days_) + " days have a proven full",
             true);
      else if (taken_before(backups_[*oldest_counted_], backups_[i]))
        keep(i, "unproven: does not count; newer than the oldest full that is kept", true);
      else
        marks_[i].remove =
            "never proven, and older than the last " + std::to_string(days_) + " days with a proven full";
    }
  }

  void keep_broken_for_a_while() {
    const std::string span = std::to_string(policy_.broken_for.count()) + " days";
    for (std::size_t i = 0; i < backups_.size(); ++i) {
      if (links_[i].state == ChainState::usable) continue;
      const std::string why = backups_[i].proof == ProofState::failed ? "failed its proof"
                              : links_[i].state == ChainState::failed ? "stands on a backup whose proof failed"
                                                                      : "a backup that it stands on is missing";
      if (now_ - backups_[i].taken_at < policy_.broken_for)
        keep(i, why + ": does not count; kept " + span + " for analysis", false);
      else
        marks_[i].remove = why + "; older than " + span;
    }
  }

  // A36. A person said which one goes when there was no room: that one, once the new one is proven, and no other.
  void keep_sandbox_backups() {
    std::set<std::pair<std::string_view, std::string_view>> replaced;
    for (std::size_t i = 0; i < backups_.size(); ++i)
      if (backups_[i].kind == BackupKind::sandbox && counts(i) && !backups_[i].replaces.empty())
        replaced.emplace(backups_[i].account, backups_[i].replaces);
    std::map<std::string_view, int> ranks;
    for (const auto i : newest_first_) {
      const BackupFact& backup = backups_[i];
      if (backup.kind != BackupKind::sandbox || backup.proof == ProofState::failed || silent(i) || future(i)) continue;
      if (replaced.contains({backup.account, backup.id})) {
        marks_[i].remove = "replaced by a newer sandbox backup of " + backup.account;
        continue;
      }
      const int rank = ++ranks[backup.account];
      keep(i,
           "sandbox backup of " + backup.account + " (" + rank_text(rank, policy_.sandbox_backups) + ")" +
               (backup.proof == ProofState::proven ? "" : "; unproven: does not count"),
           false);
    }
  }

  void keep_monthly_copies() {
    const int most = policy_.monthly_copies;
    std::map<std::pair<std::string_view, ProofState>, int> ranks;
    for (const auto i : newest_first_) {
      const BackupFact& backup = backups_[i];
      if (backup.kind != BackupKind::monthly || backup.proof == ProofState::failed || silent(i) || future(i)) continue;
      if (most <= 0) {
        keep(i, "monthly copy at the customer's: theirs to remove", false);
        continue;
      }
      // Of unproven ones as many are kept beside the proven, so that neither pushes the other out.
      const int rank = ++ranks[{backup.repository, backup.proof}];
      if (rank <= most)
        keep(i,
             "monthly copy of " + backup.repository + " (" + rank_text(rank, most) + ")" +
                 (backup.proof == ProofState::proven ? "" : "; unproven: does not count"),
             false);
      else
        marks_[i].remove = "replaced monthly copy (" + rank_text(rank, most) + ")";
    }
  }

  void keep_incrementals_and_parents() {
    for (std::size_t i = 0; i < backups_.size(); ++i) {
      if (backups_[i].kind != BackupKind::incremental || links_[i].state != ChainState::usable) continue;
      const std::string& root = backups_[links_[i].root].id;
      if (marks_[links_[i].root].with_chain)
        keep(i,
             "incremental of full " + root + ", which is kept" +
                 (backups_[i].proof == ProofState::pending ? "; unproven: does not count" : ""),
             true);
      else
        marks_[i].remove = "incremental of full " + root + ", which is not needed any more";
    }
    // The newest one that stands on a backup names itself as the reason; the others would repeat it hundreds of times.
    std::vector<std::size_t> kept_above(backups_.size(), 0);
    std::vector<std::string_view> newest_above(backups_.size());
    for (const auto i : newest_first_) {
      if (marks_[i].keep.empty() || links_[i].state == ChainState::incomplete) continue;
      for (auto below = links_[i].parent; below; below = links_[*below].parent) {
        if (kept_above[*below]++ == 0) newest_above[*below] = backups_[i].id;
      }
    }
    for (std::size_t i = 0; i < backups_.size(); ++i) {
      if (kept_above[i] == 0) continue;
      std::string reason = "parent of " + std::string(newest_above[i]);
      if (kept_above[i] > 1) reason += " and " + std::to_string(kept_above[i] - 1) + " more";
      keep(i, reason, false);
    }
  }

  [[nodiscard]] BackupDecision decision(std::size_t i) const {
    BackupDecision decision{.repository = backups_[i].repository,
                            .id = backups_[i].id,
                            .keep = !marks_[i].keep.empty(),
                            .reasons = marks_[i].keep,
                            .depth = links_[i].depth,
                            .bytes = backups_[i].bytes,
                            .kind = backups_[i].kind};
    if (decision.keep) return decision;
    // Every kind of backup has been looked at by now; should one come that no rule knows, it stays.
    decision.keep = marks_[i].remove.empty();
    decision.reasons.push_back(decision.keep ? "no rule says that it may go" : marks_[i].remove);
    return decision;
  }

  /// The kept backup whose log begins first. A backup that is kept for analysis, pinned alone or out of reach holds no
  /// log: it would do so without end. Without a proven full all of the log stays.
  [[nodiscard]] std::optional<std::size_t> holder_of_log() const {
    std::optional<std::size_t> holder;
    bool proven_full = false;
    for (std::size_t i = 0; i < backups_.size(); ++i) {
      if (marks_[i].keep.empty() || !marks_[i].with_chain || silent(i)) continue;
      proven_full = proven_full || (backups_[i].kind == BackupKind::full && counts(i));
      if (!holder || backups_[i].log_from < backups_[*holder].log_from) holder = i;
    }
    return proven_full ? holder : std::nullopt;
  }

  // One cut for all repositories: a hole in one is filled from another only where the other still has it.
  [[nodiscard]] LogDecision decide_log(const RepositoryLog& log) const {
    LogDecision decision{log.repository, log.segments.empty() ? 0 : log.segments.front().number, 0, {}};
    if (!log.available) {
      decision.reasons.emplace_back("does not answer: nothing is removed there");
      return decision;
    }
    const auto holder = holder_of_log();
    if (!holder) {
      decision.reasons.emplace_back("no proven full is kept: all of the log stays");
      return decision;
    }
    const BackupFact& oldest = backups_[*holder];
    const Timestamp needed_at = std::min(oldest.taken_at, now_);
    // Downwards from what is needed, as far as the margin goes; a segment further down whose time is wrong keeps
    // nothing.
    auto cut = std::ranges::lower_bound(log.segments, oldest.log_from, {}, &SegmentFact::number);
    while (cut != log.segments.begin() && std::prev(cut)->last_at + policy_.log_margin > needed_at) --cut;
    decision.removable = static_cast<std::size_t>(cut - log.segments.begin());
    if (cut != log.segments.end())
      decision.keep_from = cut->number;
    else if (!log.segments.empty())
      decision.keep_from = log.segments.back().number + 1;
    decision.reasons.push_back("the log from segment " + std::to_string(oldest.log_from) + " belongs to backup " +
                               oldest.id + " in " + oldest.repository + ", and " + duration_text(policy_.log_margin) +
                               " before it");
    return decision;
  }

  const std::vector<BackupFact>& backups_;
  const std::vector<RepositoryLog>& logs_;
  const RetentionPolicy& policy_;
  const Timestamp now_;
  const ToLocal& to_local_;
  const std::vector<ChainLink> links_;
  std::vector<Mark> marks_;
  const int days_;
  std::set<std::string_view> silent_;
  std::vector<std::size_t> newest_first_;
  std::optional<std::size_t> oldest_counted_;
  int days_counted_ = 0;
};

}  // namespace

RetentionPlan decide_retention(const RetentionFacts& facts, const RetentionPolicy& policy, Timestamp now,
                               const ToLocal& to_local) {
  return Decider(facts, policy, now, to_local).decide();
}

}  // namespace slipway::backup
