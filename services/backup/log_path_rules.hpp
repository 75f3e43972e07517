// Ways through the log: which segments of which repositories lead from one number to another. Pure.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "services/backup/catalog_rules.hpp"
#include "services/backup/timeline_rules.hpp"

namespace slipway::backup {

/// The segments of all repositories by number. Refers to the logs: they must outlive it.
class LogIndex {
 public:
  explicit LogIndex(std::span<const RepositoryLog> logs);

  /// The greatest number in a repository that answers; 0 when there is none.
  [[nodiscard]] std::uint64_t end() const { return end_; }
  /// Until when all that was logged is safe in a repository that answers.
  [[nodiscard]] std::optional<Timestamp> safe_until() const { return safe_until_; }
  /// The segment in the first repository that answers and has it.
  [[nodiscard]] const SegmentFact* find(std::uint64_t number) const;
  /// The number of the last segment that has a transaction of `time` or earlier while the next one begins later. None:
  /// the log begins later, or is not known to reach `time`.
  [[nodiscard]] std::optional<std::uint64_t> number_at(Timestamp time) const;
  /// How often the clock passed `time`: 2 when it was set back over it once.
  [[nodiscard]] int times_passed(Timestamp time) const { return static_cast<int>(passes(time).size()); }

  /// The segments from `first` to `last`, those of `preferred` where there is a choice; or why there is no way.
  struct Way {
    std::vector<ReplayStep> steps;
    std::string hole;           ///< empty: there is a way
    std::uint64_t hole_at = 0;  ///< the first number that is not reached; from an earlier `first` it is not either
    bool elsewhere = false;     ///< a repository that does not answer may fill the hole
  };
  [[nodiscard]] Way way(std::uint64_t first, std::uint64_t last, std::string_view preferred) const;

 private:
  struct Held {
    std::uint64_t number = 0;
    std::size_t log = 0;
    const SegmentFact* segment = nullptr;
  };
  [[nodiscard]] std::span<const Held> holders(std::uint64_t number) const;
  [[nodiscard]] std::vector<std::uint64_t> passes(Timestamp time) const;
  [[nodiscard]] Way hole_at(std::uint64_t number, std::uint64_t first, std::uint64_t last) const;
  [[nodiscard]] bool has(std::size_t log, std::uint64_t number) const;

  std::span<const RepositoryLog> logs_;
  std::vector<Held> held_;  // of repositories that answer, by number
  std::uint64_t end_ = 0;
  std::optional<Timestamp> safe_until_;
};

}  // namespace slipway::backup
