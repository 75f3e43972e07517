// The rows of tables whose files are on their way, summed by the source meanwhile.
#pragma once

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <thread>

#include "migrate/engine/checksum.hpp"

namespace slipway::migrate {

/// A range of a table and what the source says of it.
struct SummedRange {
  Range range;
  ChunkSum sum;
};

/// By table, each table from its first key to its last.
using SummedRanges = std::map<std::string, std::vector<SummedRange>>;

struct TableToSum {
  const Table* table = nullptr;
  std::vector<KeyColumn> key;
  bool whole = false;  ///< by sum_table(), where the server can
};

/// Each table is in one of them.
struct SourceSaid {
  SummedRanges ranges;
  std::map<std::string, TableSum> tables;
};

/// Begins when it is made, one thread per reader, and ends when it is destroyed. Thread-safe.
class SourceSums {
 public:
  /// `readers` see one snapshot and are used by nobody else until finish(). `range_bytes`: of a table, at a time.
  SourceSums(std::vector<sql::Connection>& readers, std::vector<TableToSum> tables, std::uint64_t range_bytes);
  ~SourceSums();
  SourceSums(const SourceSums&) = delete;
  SourceSums& operator=(const SourceSums&) = delete;

  /// Waits for the last sum. Errors: the first that a reader met, those of plan_lanes and sum_range.
  [[nodiscard]] Result<SourceSaid> finish();

 private:
  struct Work {
    TableToSum table;
    SummedRange* range;
  };

  [[nodiscard]] Status run(sql::Connection& reader);
  [[nodiscard]] Status begin(sql::Connection& reader, const TableToSum& table);
  [[nodiscard]] Status cut(sql::Connection& reader, const TableToSum& table);

  std::uint64_t range_bytes_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<TableToSum> uncut_;
  std::size_t cutting_ = 0;
  std::deque<Work> works_;
  SourceSaid said_;
  std::optional<Error> error_;
  bool stop_ = false;
  std::vector<std::jthread> threads_;
};

}  // namespace slipway::migrate
