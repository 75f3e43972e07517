// Which part of what was read of a server's log is safe: in a repository, with everything before it. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <utility>

namespace slipway::backup {

/// `Position` is a place in the log, of any kind. Not thread-safe.
///
/// A segment counts only when those before it are in a repository too: a restore cannot step over a hole.
template <typename Position>
class SafePart {
 public:
  /// A line goes on at `end`, which is safe.
  void begin(Position end) {
    waiting_.clear();
    synced_.reset();
    end_ = std::move(end);
  }
  /// Segment `number` is finished and ends at `end`; no repository is known to have it. None: where is not known.
  void finished(std::uint64_t number, std::optional<Position> end) {
    waiting_[number] = {std::move(end), false};
    synced_.reset();
  }
  /// A repository has the finished segment.
  void delivered(std::uint64_t number) {
    if (const auto at = waiting_.find(number); at != waiting_.end()) at->second.there = true;
    while (!waiting_.empty() && waiting_.begin()->second.there) {
      if (auto& end = waiting_.begin()->second.end) end_ = *std::move(end);
      waiting_.erase(waiting_.begin());
    }
    settle();
  }
  /// The segment that is being written is on a repository's disk up to `end`.
  void synced(Position end) {
    synced_ = std::move(end);
    settle();
  }

  [[nodiscard]] const Position& end() const { return end_; }
  /// Calls `see` for each finished segment that no repository is known to have.
  template <typename See>
  void each_waiting(See see) const {
    for (const auto& [number, segment] : waiting_)
      if (!segment.there) see(number);
  }

 private:
  struct Segment {
    std::optional<Position> end;
    bool there = false;
  };
  void settle() {
    if (waiting_.empty() && synced_) end_ = *std::exchange(synced_, std::nullopt);
  }

  std::map<std::uint64_t, Segment> waiting_;
  std::optional<Position> synced_;
  Position end_{};
};

}  // namespace slipway::backup
