#include "migrate/engine/source_sums.hpp"

namespace slipway::migrate {

SourceSums::SourceSums(std::vector<sql::Connection>& readers, std::vector<TableToSum> tables, std::uint64_t range_bytes)
    : range_bytes_(range_bytes),
      uncut_(std::make_move_iterator(tables.begin()), std::make_move_iterator(tables.end())) {
  threads_.reserve(readers.size());
  for (sql::Connection& reader : readers) {
    threads_.emplace_back([this, &reader] {
      auto done = run(reader);
      const std::lock_guard guard(mutex_);
      if (!done && !error_) error_ = std::move(done).error();
      if (error_) stop_ = true;
      changed_.notify_all();
    });
  }
}

SourceSums::~SourceSums() {
  const std::lock_guard guard(mutex_);
  stop_ = true;
  changed_.notify_all();
}

Result<SourceSaid> SourceSums::finish() {
  threads_.clear();  // joins
  if (error_) return *error_;
  return std::move(said_);
}

Status SourceSums::begin(sql::Connection& reader, const TableToSum& table) {
  if (!table.whole) return cut(reader, table);
  SLIPWAY_TRY(const auto sum, sum_table(reader, *table.table));
  if (!sum) return cut(reader, table);
  const std::lock_guard guard(mutex_);
  said_.tables[table.table->name] = *sum;
  --cutting_;
  changed_.notify_all();
  return {};
}

Status SourceSums::cut(sql::Connection& reader, const TableToSum& table) {
  SLIPWAY_TRY(const auto ranges, plan_lanes(reader, *table.table, table.key, range_bytes_));
  const std::lock_guard guard(mutex_);
  std::vector<SummedRange>& summed = said_.ranges[table.table->name];
  for (const Range& range : ranges) summed.push_back({range, {}});
  for (SummedRange& range : summed) works_.push_back({table, &range});
  --cutting_;
  changed_.notify_all();
  return {};
}

Status SourceSums::run(sql::Connection& reader) {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [&] { return stop_ || !works_.empty() || !uncut_.empty() || cutting_ == 0; });
    if (stop_) return {};
    if (!works_.empty()) {
      const Work work = std::move(works_.front());
      works_.pop_front();
      lock.unlock();
      SLIPWAY_TRY(work.range->sum, sum_range(reader, *work.table.table, work.table.key, work.range->range));
      lock.lock();
    } else if (!uncut_.empty()) {
      const TableToSum table = std::move(uncut_.front());
      uncut_.pop_front();
      ++cutting_;
      lock.unlock();
      SLIPWAY_CHECK(begin(reader, table));
      lock.lock();
    } else {
      return {};
    }
  }
}

}  // namespace slipway::migrate
