#include "services/backup/log_path_rules.hpp"

#include <algorithm>

namespace slipway::backup {

LogIndex::LogIndex(std::span<const RepositoryLog> logs) : logs_(logs) {
  for (std::size_t i = 0; i < logs.size(); ++i) {
    if (!logs[i].available) continue;
    for (const auto& segment : logs[i].segments) held_.push_back({segment.number, i, &segment});
    safe_until_ = std::max(safe_until_.value_or(logs[i].safe_until), logs[i].safe_until);
  }
  std::ranges::stable_sort(held_, {}, &Held::number);
  if (!held_.empty()) end_ = held_.back().number;
}

std::span<const LogIndex::Held> LogIndex::holders(std::uint64_t number) const {
  return {std::ranges::lower_bound(held_, number, {}, &Held::number),
          std::ranges::upper_bound(held_, number, {}, &Held::number)};
}

const SegmentFact* LogIndex::find(std::uint64_t number) const {
  const auto found = holders(number);
  return found.empty() ? nullptr : found.front().segment;
}

std::vector<std::uint64_t> LogIndex::passes(Timestamp time) const {
  std::vector<std::uint64_t> numbers;
  for (std::size_t i = 0; i < held_.size();) {
    std::size_t next = i;
    while (next < held_.size() && held_[next].number == held_[i].number) ++next;
    const SegmentFact& segment = *held_[i].segment;
    const bool begun = segment.first_at <= time;
    const bool over = next < held_.size() ? held_[next].segment->first_at > time
                                          : time <= std::max(segment.last_at, safe_until_.value_or(segment.last_at));
    if (begun && over) numbers.push_back(segment.number);
    i = next;
  }
  return numbers;
}

std::optional<std::uint64_t> LogIndex::number_at(Timestamp time) const {
  const auto numbers = passes(time);
  if (numbers.empty()) return std::nullopt;
  return numbers.back();
}

bool LogIndex::has(std::size_t log, std::uint64_t number) const {
  return std::ranges::binary_search(logs_[log].segments, number, {}, &SegmentFact::number);
}

LogIndex::Way LogIndex::hole_at(std::uint64_t number, std::uint64_t first, std::uint64_t last) const {
  if (!holders(number).empty())
    return {{},
            segments_text(number, number) +
                " begins at another GTID position than the one before ends: transactions "
                "between them were never archived",
            number,
            false};
  // The hole in all repositories together, then that of each.
  const auto next = std::ranges::upper_bound(held_, number, {}, &Held::number);
  const std::uint64_t until = next == held_.end() ? last : std::min(last, next->number - 1);
  std::string lacking;
  bool elsewhere = false;
  for (std::size_t i = 0; i < logs_.size(); ++i) {
    lacking += (lacking.empty() ? "" : ", ") + logs_[i].repository;
    if (!logs_[i].available) {
      lacking += " does not answer";
      elsewhere = elsewhere || logs_[i].segments.empty() || has(i, number);
      continue;
    }
    std::uint64_t from = number;
    while (from > first && !has(i, from - 1)) --from;
    const auto after = std::ranges::upper_bound(logs_[i].segments, number, {}, &SegmentFact::number);
    const auto to = after == logs_[i].segments.end() ? last : std::min(last, after->number - 1);
    lacking += " lacks " + segments_text(from, to);
  }
  return {{},
          segments_text(number, until) + (until == number ? " is" : " are") + " in no repository that answers" +
              (lacking.empty() ? "" : " (" + lacking + ")"),
          number,
          elsewhere};
}

LogIndex::Way LogIndex::way(std::uint64_t first, std::uint64_t last, std::string_view preferred) const {
  // One layer per number: the segments that some way from `first` reaches, each with the one before it. Two
  // repositories may have cut the same number differently when the agent was killed between them: only one may link.
  struct Reached {
    const Held* held;
    std::size_t before;  // in the previous layer
  };
  std::vector<std::vector<Reached>> layers;
  for (std::uint64_t number = first; number <= last; ++number) {
    std::vector<Reached> layer;
    for (const auto& held : holders(number)) {
      std::optional<std::size_t> before;
      if (layers.empty()) {
        before = 0;
      } else {
        for (std::size_t i = 0; i < layers.back().size(); ++i) {
          const Held& candidate = *layers.back()[i].held;
          if (candidate.segment->gtid_after != held.segment->gtid_before) continue;
          if (!before || candidate.log == held.log) before = i;  // stays in a repository where it can
        }
      }
      if (before) layer.push_back({&held, *before});
    }
    if (layer.empty()) return hole_at(number, first, last);
    layers.push_back(std::move(layer));
  }
  Way way;
  if (layers.empty()) return way;
  const auto own = std::ranges::find(layers.back(), preferred,
                                     [&](const Reached& reached) { return logs_[reached.held->log].repository; });
  std::size_t place = own == layers.back().end() ? 0 : static_cast<std::size_t>(own - layers.back().begin());
  for (auto layer = layers.rbegin(); layer != layers.rend(); ++layer) {
    const Reached& reached = (*layer)[place];
    const std::string& repository = logs_[reached.held->log].repository;
    if (!way.steps.empty() && way.steps.back().repository == repository)
      way.steps.back().first = reached.held->number;
    else
      way.steps.push_back({repository, reached.held->number, reached.held->number});
    place = reached.before;
  }
  std::ranges::reverse(way.steps);
  return way;
}

}  // namespace slipway::backup
