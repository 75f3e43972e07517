// The work of a copy shared among its streams: lanes, comparisons and keys, each begun as soon as it can be.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <shared_mutex>

#include "migrate/engine/checkpoint.hpp"
#include "migrate/engine/checksum.hpp"
#include "migrate/engine/copy.hpp"

namespace slipway::migrate {

/// A table on its way.
struct TableWork {
  const Table* table = nullptr;
  std::vector<KeyColumn> key;
  TableRecord record;
  std::uint64_t rows = 0;  ///< committed
  std::uint64_t bytes = 0;
  std::size_t lanes_left = 0;
  bool begun = false;
  std::size_t comparisons_left = 0;
  std::size_t older_left = 0;               ///< of them with a later state of the source: keys wait for what they bring
  bool as_a_whole = false;                  ///< compared by one sum over it, before any range is
  std::optional<TableSum> source_sum = {};  ///< by the snapshot, when it is known already
  std::optional<std::uint64_t> target_checksum = {};  ///< checksum_of(), when it is known already
  bool counting = false;
  bool building_keys = false;
};

/// Cuts a table that came in a file into what is compared, and copied again where it differs, at a time.
[[nodiscard]] Result<std::vector<ChunkRecord>> cut_imported(sql::Connection& reader, const TableWork& work,
                                                            const CopyOptions& options);
/// The bytes of one such range, about.
[[nodiscard]] std::uint64_t compared_bytes(const CopyOptions& options);

struct WorkReport {
  std::uint64_t verified = 0;
  std::vector<std::string> notes;  ///< chunks that had to be copied again, what generated columns warned of
  double keys_seconds = 0;         ///< added up over the streams
};

/// Runs until every table has its rows, compared, and its keys. Its threads are its own.
class CopyWork {
 public:
  CopyWork(std::vector<TableWork>& tables, const sql::Endpoint& target, const CopyOptions& options);

  /// One thread per reader. Errors: the first that any thread met, those of LaneCopier and compare.
  [[nodiscard]] Status run(std::vector<sql::Connection>& readers, Progress& progress);
  [[nodiscard]] const WorkReport& report() const { return report_; }
  [[nodiscard]] Throttle& throttle() { return control_.throttle; }

 private:
  struct Compare {
    TableWork* table;
    ChunkRecord chunk;
    bool again;  ///< with another state of the source than the one it was copied from
  };
  struct Job {
    enum class Kind { lane, compare, whole, keys, count } kind;
    TableWork* table;
    std::size_t lane = 0;
    Compare compare = {};
  };
  class Stream;

  [[nodiscard]] std::optional<Job> next();
  [[nodiscard]] std::optional<Job> pick();
  [[nodiscard]] std::optional<Job> pick_lane();
  [[nodiscard]] std::optional<Job> pick_whole();
  [[nodiscard]] std::optional<Job> pick_comparison();
  [[nodiscard]] std::optional<Job> pick_count();
  void add_comparison(Compare comparison);
  void set_target_memory(std::uint64_t bytes);
  void finished(const Job& job);
  void committed(TableWork& table, const ChunkRecord& chunk);
  void fail(Error error);
  void watch(Progress& progress);
  [[nodiscard]] std::vector<TableProgress> table_progress();

  std::vector<TableWork>& tables_;
  const sql::Endpoint& target_;
  const CopyOptions& options_;
  CopyControl control_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::shared_mutex repairs_;  ///< held shared by streams that repair a chunk, alone by one that had to give way
  std::deque<std::pair<TableWork*, std::size_t>> lanes_;
  std::deque<TableWork*> whole_;  ///< to be compared by one sum each
  std::deque<Compare> comparisons_;
  std::uint64_t uncompared_bytes_ = 0;
  std::uint64_t warm_bytes_ = 0;  ///< how many of them the target surely still has in memory
  std::size_t busy_ = 0;
  std::size_t streams_ = 0;
  std::uint64_t rows_expected_ = 0;
  std::optional<Error> error_;
  WorkReport report_;
};

}  // namespace slipway::migrate
