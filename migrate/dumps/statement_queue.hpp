// Between the thread that reads a dump and the one that runs its statements.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>

#include "migrate/dumps/filter_rules.hpp"

namespace slipway::migrate {

/// A statement ready to be run.
struct ReadyStatement {
  std::string text;
  Verdict verdict;
  std::uint64_t line = 0;
};

/// Holds at most about 32 MB, or one statement that is larger. One thread pushes, one pops.
class StatementQueue {
 public:
  /// Waits for room. False: the queue was abandoned.
  [[nodiscard]] bool push(ReadyStatement statement);
  /// Waits for a statement. Nothing: closed and empty, or abandoned.
  [[nodiscard]] std::optional<ReadyStatement> pop();
  /// No more will come.
  void close();
  /// Nobody cares for the rest.
  void abandon();

 private:
  static constexpr std::size_t kMostBytes = 32U << 20U;
  static constexpr std::size_t kMostStatements = 256;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<ReadyStatement> statements_;
  std::size_t bytes_ = 0;
  bool closed_ = false;
  bool abandoned_ = false;
};

}  // namespace slipway::migrate
