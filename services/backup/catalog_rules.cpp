#include "services/backup/catalog_rules.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <tuple>
#include <unordered_map>

namespace slipway::backup {
namespace {

struct Name {
  std::string_view repository;
  std::string_view id;
  bool operator==(const Name&) const = default;
};

struct NameHash {
  std::size_t operator()(const Name& name) const {
    const std::hash<std::string_view> hash;
    return hash(name.id) * 31 + hash(name.repository);
  }
};

/// Follows the parents of one backup up to one that is linked already, and links all on the way.
class Linker {
 public:
  explicit Linker(std::span<const BackupFact> backups)
      : backups_(backups), links_(backups.size()), parents_(backups.size()), done_(backups.size(), false) {
    std::unordered_map<Name, std::size_t, NameHash> index;
    index.reserve(backups.size());
    for (std::size_t i = 0; i < backups.size(); ++i) index.emplace(Name{backups[i].repository, backups[i].id}, i);
    for (std::size_t i = 0; i < backups.size(); ++i) {
      if (backups[i].kind != BackupKind::incremental) continue;
      const auto found = index.find(Name{backups[i].repository, backups[i].parent});
      if (found != index.end()) parents_[i] = found->second;
    }
  }

  std::vector<ChainLink> link_all() && {
    for (std::size_t i = 0; i < backups_.size(); ++i) link_from(i);
    return std::move(links_);
  }

 private:
  void link_from(std::size_t start) {
    std::vector<std::size_t> way;  // from `start` downwards
    std::optional<std::size_t> next = start;
    while (next && !done_[*next] && way.size() <= backups_.size()) {
      way.push_back(*next);
      next = parents_[*next];
    }
    // A way that is longer than there are backups went in a circle.
    const bool circle = way.size() > backups_.size();
    for (auto place = way.rbegin(); place != way.rend(); ++place) {
      links_[*place] = circle ? ChainLink{std::nullopt, *place, 0, ChainState::incomplete} : link_of(*place);
      done_[*place] = true;
    }
  }

  /// The parent, if any, is linked already.
  [[nodiscard]] ChainLink link_of(std::size_t i) const {
    const auto own = backups_[i].proof == ProofState::failed ? ChainState::failed : ChainState::usable;
    if (backups_[i].kind != BackupKind::incremental) return {std::nullopt, i, 0, own};
    const auto parent = parents_[i];
    if (!parent) return {std::nullopt, i, 0, ChainState::incomplete};
    const ChainLink& below = links_[*parent];
    const auto kind = backups_[*parent].kind;
    const bool fits = (kind == BackupKind::full || kind == BackupKind::incremental) &&
                      backups_[*parent].lineage == backups_[i].lineage;
    return {parent, below.root, below.depth + 1, fits ? std::max(own, below.state) : ChainState::incomplete};
  }

  std::span<const BackupFact> backups_;
  std::vector<ChainLink> links_;
  std::vector<std::optional<std::size_t>> parents_;
  std::vector<bool> done_;
};

}  // namespace

std::string_view to_text(BackupKind kind) {
  switch (kind) {
    case BackupKind::full:
      return "full";
    case BackupKind::incremental:
      return "incremental";
    case BackupKind::sandbox:
      return "sandbox";
    case BackupKind::monthly:
      return "monthly";
  }
  return {};
}

std::vector<ChainLink> link_chains(std::span<const BackupFact> backups) { return Linker(backups).link_all(); }

bool taken_before(const BackupFact& left, const BackupFact& right) {
  return std::tie(left.log_from, left.taken_at, left.id) < std::tie(right.log_from, right.taken_at, right.id);
}

std::vector<SegmentRun> runs_of(const RepositoryLog& log) {
  std::vector<SegmentRun> runs;
  for (const auto& segment : log.segments) {
    if (!runs.empty() && runs.back().last + 1 == segment.number && runs.back().gtid_after == segment.gtid_before) {
      runs.back().last = segment.number;
      runs.back().gtid_after = segment.gtid_after;
    } else {
      runs.push_back({log.repository, segment.number, segment.number, segment.gtid_before, segment.gtid_after});
    }
  }
  return runs;
}

std::uint64_t reach_of(std::uint64_t from, std::span<const SegmentRun> runs) {
  std::uint64_t reached = from - 1;  // 0 - 1: nothing has that number, and nothing follows it
  if (from == 0) return reached;
  // Where the run ended that reached it, if it ended there: a run of another repository may begin behind.
  std::vector<std::string_view> ends;
  for (std::size_t hops = 0; hops <= runs.size(); ++hops) {
    std::uint64_t further = reached;
    for (const auto& run : runs) {
      const bool holds_next = run.first <= reached + 1 && run.last > reached;
      const bool links = reached + 1 == from || run.first <= reached ||
                         std::ranges::find(ends, std::string_view(run.gtid_before)) != ends.end();
      if (holds_next && links) further = std::max(further, run.last);
    }
    if (further == reached) break;
    reached = further;
    ends.clear();
    for (const auto& run : runs)
      if (run.last == reached) ends.emplace_back(run.gtid_after);
  }
  return reached;
}

std::uint64_t end_of(std::span<const SegmentRun> runs) {
  std::uint64_t end = 0;
  for (const auto& run : runs) end = std::max(end, run.last);
  return end;
}

std::string duration_text(std::chrono::microseconds duration) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(std::chrono::abs(duration)).count();
  const auto pair = [](std::int64_t high, const char* high_unit, std::int64_t low, const char* low_unit) {
    std::string text = std::to_string(high) + high_unit;
    if (low > 0) text.append(" ").append(std::to_string(low)).append(low_unit);
    return text;
  };
  if (seconds >= 86400) return pair(seconds / 86400, " d", seconds / 3600 % 24, " h");
  if (seconds >= 3600) return pair(seconds / 3600, " h", seconds / 60 % 60, " min");
  if (seconds >= 60) return pair(seconds / 60, " min", seconds % 60, " s");
  return std::to_string(seconds) + " s";
}

std::string segments_text(std::uint64_t first, std::uint64_t last) {
  std::string text = first == last ? "segment " : "segments ";
  text += std::to_string(first);
  if (first != last) text.append("-").append(std::to_string(last));
  return text;
}

std::string day_text(std::chrono::local_days day) {
  const std::chrono::year_month_day date{day};
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02u", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
  return text.data();
}

}  // namespace slipway::backup
