#include "migrate/engine/copy_work.hpp"

#include <algorithm>
#include <thread>

#include "migrate/engine/copy_work_stream.hpp"

namespace slipway::migrate {

CopyWork::CopyWork(std::vector<TableWork>& tables, const sql::Endpoint& target, const CopyOptions& options)
    : tables_(tables), target_(target), options_(options) {
  control_.throttle.limit(options.load.bytes_per_second);
  for (TableWork& work : tables_) {
    rows_expected_ += work.table->rows_estimate;
    if (work.as_a_whole) {
      work.begun = true;
      work.comparisons_left = 1;
      whole_.push_back(&work);
    }
    for (std::size_t i = 0; i < work.record.lanes.size(); ++i) {
      if (work.record.lanes[i].finished) continue;
      lanes_.emplace_back(&work, i);
      ++work.lanes_left;
    }
    // A repair may have taken a row of another chunk, one that had been compared, for its value of a unique key.
    const auto& keys = work.table->shape.keys;
    const bool unique =
        std::any_of(keys.begin(), keys.end(), [](const std::string& key) { return key.starts_with("UNIQUE"); });
    for (ChunkRecord& chunk : work.record.chunks) {
      if (unique) chunk.verified = false;
      work.begun = true;
      work.rows += chunk.chunk.rows;
      work.bytes += chunk.chunk.bytes;
      control_.rows += chunk.chunk.rows;
      control_.bytes += chunk.chunk.bytes;
      if (options_.verify) add_comparison({&work, chunk, true});
    }
  }
  // The keys of one table are one thread's work: what takes longest begins first, the last tables have few. Its cost in
  // microseconds, roughly: the table is read once, at 500 MB/s, and each key sorts its rows, a million a second.
  const auto key_work = [](const std::pair<TableWork*, std::size_t>& lane) {
    const Table& table = *lane.first->table;
    return table.shape.keys.empty() ? 0 : table.bytes_estimate / 500 + table.rows_estimate * table.shape.keys.size();
  };
  std::stable_sort(lanes_.begin(), lanes_.end(),
                   [&](const auto& a, const auto& b) { return key_work(a) > key_work(b); });
}

std::optional<CopyWork::Job> CopyWork::pick_lane() {
  if (lanes_.empty()) return std::nullopt;
  Job job{Job::Kind::lane, lanes_.front().first, lanes_.front().second, {}};
  lanes_.pop_front();
  job.table->begun = true;
  return job;
}

/// A table whose rows have all been compared.
std::optional<CopyWork::Job> CopyWork::pick_count() {
  if (!options_.verify) return std::nullopt;
  for (TableWork& work : tables_) {
    if (work.lanes_left > 0 || work.comparisons_left > 0 || work.counting) continue;
    work.counting = true;
    return Job{Job::Kind::count, &work, 0, {}};
  }
  return std::nullopt;
}

/// The largest first: each is one stream's work.
std::optional<CopyWork::Job> CopyWork::pick_whole() {
  if (whole_.empty()) return std::nullopt;
  Job job{Job::Kind::whole, whole_.front(), 0, {}};
  whole_.pop_front();
  return job;
}

void CopyWork::add_comparison(Compare comparison) {
  uncompared_bytes_ += comparison.chunk.chunk.bytes;
  ++comparison.table->comparisons_left;
  if (comparison.again) ++comparison.table->older_left;
  comparisons_.push_back(std::move(comparison));
}

std::optional<CopyWork::Job> CopyWork::pick_comparison() {
  if (comparisons_.empty()) return std::nullopt;
  Job job{Job::Kind::compare, comparisons_.front().table, 0, std::move(comparisons_.front())};
  comparisons_.pop_front();
  uncompared_bytes_ -= job.compare.chunk.chunk.bytes;
  return job;
}

/// What to do next: keys first, for they take longest and nobody can help; comparisons are left for the time in which
/// others build keys, but not until their rows have left the target's memory.
std::optional<CopyWork::Job> CopyWork::pick() {
  for (TableWork& work : tables_) {
    if (work.lanes_left > 0 || work.older_left > 0 || work.record.keys_built || work.building_keys) continue;
    work.building_keys = true;
    return Job{Job::Kind::keys, &work, 0, {}};
  }
  if (auto whole = pick_whole()) return whole;
  if (uncompared_bytes_ > warm_bytes_) return pick_comparison();
  if (auto lane = pick_lane()) return lane;
  if (auto comparison = pick_comparison()) return comparison;
  return pick_count();
}

std::optional<CopyWork::Job> CopyWork::next() {
  std::unique_lock lock(mutex_);
  for (;;) {
    if (error_) return std::nullopt;
    if (auto job = pick()) {
      ++busy_;
      return job;
    }
    if (busy_ == 0) return std::nullopt;
    changed_.wait(lock);
  }
}

void CopyWork::finished(const Job& job) {
  const std::lock_guard guard(mutex_);
  --busy_;
  if (job.kind == Job::Kind::lane) --job.table->lanes_left;
  if (job.kind == Job::Kind::keys) job.table->record.keys_built = true;
  if (job.kind == Job::Kind::compare) ++report_.verified;
  if (job.kind == Job::Kind::whole || job.kind == Job::Kind::compare) {
    --job.table->comparisons_left;
    if (job.compare.again) --job.table->older_left;
  }
  changed_.notify_all();
}

void CopyWork::set_target_memory(std::uint64_t bytes) {
  const std::lock_guard guard(mutex_);
  warm_bytes_ = bytes / 4;
}

void CopyWork::committed(TableWork& table, const ChunkRecord& chunk) {
  const std::lock_guard guard(mutex_);
  table.rows += chunk.chunk.rows;
  table.bytes += chunk.chunk.bytes;
  if (options_.verify) add_comparison({&table, chunk, false});
  changed_.notify_all();
}

void CopyWork::fail(Error error) {
  const std::lock_guard guard(mutex_);
  // The first error is the cause; the others are sessions that were stopped.
  if (!error_) error_ = std::move(error);
  control_.stop = true;
  changed_.notify_all();
}

std::vector<TableProgress> CopyWork::table_progress() {
  std::vector<TableProgress> all;
  const std::lock_guard guard(mutex_);
  for (const TableWork& work : tables_) {
    using State = TableProgress::State;
    State state = work.begun ? State::copying : State::waiting;
    if (work.building_keys) state = State::keys;
    if (work.record.keys_built) state = State::done;
    all.push_back({work.table->name, state, work.rows, work.bytes, work.table->rows_estimate});
  }
  return all;
}

void CopyWork::watch(Progress& progress) {
  std::string paused;
  const auto tell = [&] {
    if (std::string reason = control_.throttle.reason(); reason != paused) {
      progress.note(reason.empty() ? "goes on" : "pauses: " + reason);
      paused = std::move(reason);
    }
    progress.advance(control_.rows, control_.bytes, rows_expected_);
    progress.tables(table_progress());
  };
  std::unique_lock lock(mutex_);
  while (streams_ > 0) {
    changed_.wait_for(lock, std::chrono::milliseconds(100), [&] { return streams_ == 0; });
    lock.unlock();
    tell();
    lock.lock();
  }
}

Status CopyWork::run(std::vector<sql::Connection>& readers, Progress& progress) {
  {
    streams_ = readers.size();
    std::vector<std::jthread> threads;
    threads.reserve(readers.size());
    for (std::size_t number = 0; number < readers.size(); ++number) {
      threads.emplace_back([this, &readers, number] {
        if (auto done = Stream(*this, readers[number], number).run(); !done) fail(std::move(done).error());
        const std::lock_guard guard(mutex_);
        --streams_;
        changed_.notify_all();
      });
    }
    watch(progress);
  }
  for (std::string& remark : control_.remarks.all()) report_.notes.push_back(std::move(remark));
  if (error_) return *error_;
  return {};
}

}  // namespace slipway::migrate
