#include "migrate/engine/compare.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "migrate/engine/checksum.hpp"
#include "migrate/engine/copy_stream.hpp"
#include "migrate/engine/snapshot.hpp"
#include "migrate/engine/table_key.hpp"

namespace slipway::migrate {
namespace {

struct Part {
  const Table* table;
  const std::vector<KeyColumn>* key;
  Range range;
};

/// Ranges still to be summed, shared by the threads.
class Comparing {
 public:
  Comparing(const std::vector<Part>& parts, CompareReport& report) : parts_(parts), report_(report) {}

  /// Until nothing is left or a side fails.
  void work(sql::Connection& source, sql::Connection& target) {
    for (std::size_t next = next_++; next < parts_.size() && !stop_; next = next_++) {
      const Part& part = parts_[next];
      const auto sum = compare_range(source, target, *part.table, *part.key, part.range);
      const std::lock_guard guard(mutex_);
      if (sum) {
        rows_ += sum->rows;
      } else if (sum.error().code == Code::corrupt) {
        report_.differences.push_back(sum.error().message);
      } else if (!error_) {
        error_ = sum.error();
        stop_ = true;
      }
    }
  }

  void fail(Error error) {
    const std::lock_guard guard(mutex_);
    if (!error_) error_ = std::move(error);
    stop_ = true;
  }

  void ended() {
    const std::lock_guard guard(mutex_);
    ++ended_;
    changed_.notify_all();
  }

  /// Until `threads` have ended.
  void watch(std::size_t threads, Progress& progress, std::uint64_t rows_expected) {
    std::unique_lock lock(mutex_);
    while (!changed_.wait_for(lock, std::chrono::milliseconds(100), [&] { return ended_ == threads; }))
      progress.advance(rows_, 0, rows_expected);
    progress.advance(rows_, 0, rows_expected);
  }

  [[nodiscard]] std::uint64_t rows() const { return rows_; }
  [[nodiscard]] const std::optional<Error>& error() const { return error_; }

 private:
  const std::vector<Part>& parts_;
  CompareReport& report_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<Error> error_;
  std::size_t ended_ = 0;
  std::uint64_t rows_ = 0;
  std::atomic<std::size_t> next_{0};
  std::atomic<bool> stop_{false};
};

bool left_out(const std::string& table, const CompareOptions& options) {
  return options.skip.contains(table) || table.starts_with("slipway_copy");
}

std::string columns_of(const Table& table) {
  std::string names;
  for (const Column& column : table.columns) names.append(names.empty() ? "" : ", ").append(column.name);
  return names;
}

/// Tables that both sides have with the same columns; all else is a difference.
std::vector<const Table*> common_tables(const Catalog& there, const Catalog& here, const CompareOptions& options,
                                        CompareReport& report) {
  std::vector<const Table*> common;
  for (const Table& table : there.tables) {
    if (left_out(table.name, options)) continue;
    const Table* copy = here.find(table.name);
    if (copy == nullptr) {
      report.differences.push_back("table '" + table.name + "': only the source has it");
    } else if (columns_of(table) != columns_of(*copy)) {
      report.differences.push_back("table '" + table.name + "': has the columns " + columns_of(table) +
                                   " on the source and " + columns_of(*copy) + " on the target");
    } else {
      common.push_back(&table);
    }
  }
  for (const Table& table : here.tables) {
    if (!left_out(table.name, options) && there.find(table.name) == nullptr)
      report.differences.push_back("table '" + table.name + "': only the target has it");
  }
  return common;
}

}  // namespace

Result<CompareReport> compare_databases(const sql::Endpoint& source, const sql::Endpoint& target,
                                        const CompareOptions& options, Progress& progress) {
  const auto began = std::chrono::steady_clock::now();
  sql::Endpoint from = source;
  sql::Endpoint to = target;
  from.statement_limit = std::chrono::seconds{0};
  to.statement_limit = std::chrono::seconds{0};
  progress.begin("compare " + from.describe());
  SLIPWAY_TRY(sql::Connection look, sql::Connection::open(from));
  SLIPWAY_TRY(sql::Connection look_there, sql::Connection::open(to));
  SLIPWAY_TRY(const Catalog there, read_catalog(look, from.database));
  SLIPWAY_TRY(const Catalog here, read_catalog(look_there, to.database));
  SLIPWAY_TRY(Snapshot snapshot, open_snapshot(from, options.streams));
  CompareReport report;
  report.snapshot = snapshot.note;
  progress.note(snapshot.note);

  const std::vector<const Table*> tables = common_tables(there, here, options, report);
  std::vector<std::vector<KeyColumn>> keys;
  keys.reserve(tables.size());  // parts point into it
  std::vector<Part> parts;
  std::uint64_t rows_expected = 0;
  for (const Table* table : tables) {
    SLIPWAY_TRY(keys.emplace_back(), read_key(look, from.database, *table));
    SLIPWAY_TRY(const auto ranges, plan_lanes(snapshot.readers.front(), *table, keys.back(), options.lane_bytes));
    for (const Range& range : ranges) parts.push_back({table, &keys.back(), range});
    rows_expected += table->rows_estimate;
  }
  report.tables = tables.size();
  report.ranges = parts.size();

  Comparing comparing(parts, report);
  {
    std::vector<std::jthread> threads;
    threads.reserve(snapshot.readers.size());
    for (sql::Connection& reader : snapshot.readers) {
      threads.emplace_back([&comparing, &reader, &to] {
        auto session = sql::Connection::open(to);
        if (const Status ready = session ? become_reader(*session) : Status(session.error()); ready) {
          comparing.work(reader, *session);
        } else {
          comparing.fail(ready.error());
        }
        comparing.ended();
      });
    }
    comparing.watch(threads.size(), progress, rows_expected);
  }
  if (comparing.error()) return *comparing.error();
  report.rows = comparing.rows();
  report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  std::sort(report.differences.begin(), report.differences.end());
  return report;
}

}  // namespace slipway::migrate
