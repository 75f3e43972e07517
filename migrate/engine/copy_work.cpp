#include "migrate/engine/copy_work.hpp"

#include <algorithm>
#include <thread>

#include "migrate/engine/fail_point.hpp"
#include "migrate/engine/huge_rows.hpp"
#include "migrate/engine/session_lock.hpp"

namespace slipway::migrate {
namespace {

constexpr std::uint64_t kComparedBytes = 16U << 20U;  // of a table that came in a file

bool is_deadlock(const Error& error) {
  return std::find(error.context.begin(), error.context.end(),
                   std::pair<std::string, std::string>("mysql_errno", "1213")) != error.context.end();
}

}  // namespace

std::uint64_t compared_bytes(const CopyOptions& options) { return std::min(options.lane_bytes, kComparedBytes); }

Result<std::vector<ChunkRecord>> cut_imported(sql::Connection& reader, const TableWork& work,
                                              const CopyOptions& options) {
  SLIPWAY_TRY(const auto ranges, plan_lanes(reader, *work.table, work.key, compared_bytes(options)));
  std::vector<ChunkRecord> chunks;
  for (const Range& range : ranges)
    chunks.push_back({0, {.range = range, .bytes = work.table->bytes_estimate / ranges.size()}, false});
  return chunks;
}

/// One thread with its three sessions.
class CopyWork::Stream {
 public:
  Stream(CopyWork& work, sql::Connection& reader, std::size_t number) : work_(work), reader_(reader), number_(number) {}

  Status run() {
    sql::Endpoint target = work_.target_;
    target.local_data = true;  // values larger than any packet
    SLIPWAY_TRY(sql::Connection loader, sql::Connection::open(target));
    SLIPWAY_TRY(const auto limits, loader.query_one("SELECT @@max_allowed_packet, @@innodb_buffer_pool_size"));
    SLIPWAY_CHECK(mark_session(loader, number_));
    SLIPWAY_CHECK(become_loader(loader, work_.options_.constraints, work_.options_.binary_log));
    loader_ = &loader;
    LaneCopier copier(reader_, loader, limits->natural(0), work_.control_);
    copier_ = &copier;
    work_.set_target_memory(limits->natural(1));
    while (const auto job = work_.next()) {
      SLIPWAY_CHECK(perform(*job));
      work_.finished(*job);
    }
    return {};
  }

 private:
  Status perform(const Job& job) {
    switch (job.kind) {
      case Job::Kind::lane:
        return copy_lane(*job.table, job.table->record.lanes[job.lane]);
      case Job::Kind::compare:
        return compare(job.compare);
      case Job::Kind::whole:
        return compare_whole(*job.table);
      case Job::Kind::keys:
        return build(*job.table);
      case Job::Kind::count:
        return count(*job.table);
    }
    return {};
  }

  Status copy_lane(TableWork& work, const LaneRecord& lane) {
    Checkpoint checkpoint(*loader_);
    ChunkRecord written;
    ChunkHooks hooks;
    hooks.before_commit = [&](const Chunk& chunk, bool last) -> Status {
      SLIPWAY_TRY(const auto id, checkpoint.chunk_written(work.table->name, lane.id, chunk, last));
      written = {id, chunk, false};
      return {};
    };
    hooks.committed = [&] { work_.committed(work, written); };
    return copier_->copy(*work.table, work.key, lane.rest, work_.options_.limits, false, hooks);
  }

  Status compare(const Compare& task) {
    const Table& table = *task.table->table;
    const ChunkSum wanted{task.chunk.chunk.rows, task.chunk.chunk.sum};
    ChunkSum there = wanted;
    if (task.chunk.source) {
      there = *task.chunk.source;
    } else if (task.again) {
      SLIPWAY_TRY(there, sum_range(reader_, table, task.table->key, task.chunk.chunk.range));
      SLIPWAY_CHECK(source_gave_all(reader_.handle(), "source table '" + table.name + "'"));
    }
    ChunkSum here = there;
    if (!task.chunk.verified) {
      SLIPWAY_TRY(here, sum_range(*loader_, table, task.table->key, task.chunk.chunk.range));
    } else {
      here = wanted;
    }
    if (!(there == here)) {
      SLIPWAY_CHECK(repair(task, there == wanted));
    } else if (!(there == wanted)) {
      SLIPWAY_CHECK(take_over(task, there));
    }
    fail_point("copy.verified");
    if (task.chunk.verified && there == here) return {};
    return Checkpoint(*loader_).chunk_verified(task.chunk.id);
  }

  /// A table that came in a file, by both servers' sums over all of it; where they differ, range by range.
  Status compare_whole(TableWork& work) {
    SLIPWAY_TRY(const auto here, checksum_of(*loader_, *work.table));
    std::vector<ChunkRecord> chunks;
    const bool equal = here && *here == work.whole->checksum;
    if (equal) {
      chunks.push_back({0, {.range = {}, .rows = work.whole->rows, .bytes = work.table->bytes_estimate}, true});
    } else {
      SLIPWAY_TRY(chunks, cut_imported(reader_, work, work_.options_));
    }
    fail_point("copy.verified");
    SLIPWAY_CHECK(Checkpoint(*loader_).add_chunks(work.table->name, chunks));
    if (equal) work_.control_.rows += work.whole->rows;
    if (equal) work_.control_.bytes += work.table->bytes_estimate;
    const std::lock_guard guard(work_.mutex_);
    work.counting = equal;  // the source has counted them with its sum
    for (ChunkRecord& chunk : chunks) {
      work.rows += chunk.chunk.rows;
      work.bytes += chunk.chunk.bytes;
      if (!equal) work_.add_comparison({&work, std::move(chunk), true});
    }
    return {};
  }

  /// Rows that came in a file are known once they are compared.
  Status take_over(const Compare& task, const ChunkSum& sum) {
    Chunk chunk = task.chunk.chunk;
    chunk.rows = sum.rows;
    chunk.sum = sum.sum;
    SLIPWAY_CHECK(Checkpoint(*loader_).chunk_rewritten(task.chunk.id, chunk));
    work_.control_.rows += sum.rows - task.chunk.chunk.rows;
    const std::lock_guard guard(work_.mutex_);
    task.table->rows = task.table->rows - task.chunk.chunk.rows + sum.rows;
    return {};
  }

  /// Copies a chunk once more in the place of what is there; a second difference is an error.
  Status repair(const Compare& task, bool damaged) {
    const Table& table = *task.table->table;
    fail_point("copy.repairing");
    Checkpoint checkpoint(*loader_);
    Chunk chunk;
    ChunkHooks hooks;
    hooks.before_commit = [&](const Chunk& copied, bool) -> Status {
      chunk = copied;
      return checkpoint.chunk_rewritten(task.chunk.id, copied);
    };
    const auto copy = [&] { return copier_->copy(table, task.table->key, task.chunk.chunk.range, {}, true, hooks); };
    // Two streams that put neighbouring rows back can wait for each other; the server then ends one of them, which
    // tries again when nobody else repairs.
    auto copied = [&] {
      const std::shared_lock with_others(work_.repairs_);
      return copy();
    }();
    if (!copied && is_deadlock(copied.error())) {
      const std::unique_lock alone(work_.repairs_);
      copied = copy();
    }
    SLIPWAY_CHECK(copied);
    SLIPWAY_TRY(const ChunkSum here, sum_range(*loader_, table, task.table->key, task.chunk.chunk.range));
    const ChunkSum there{chunk.rows, chunk.sum};
    if (!(there == here))
      return describe_difference(reader_, *loader_, table, task.table->key, task.chunk.chunk.range, there, here);
    const std::lock_guard guard(work_.mutex_);
    task.table->rows = task.table->rows - task.chunk.chunk.rows + chunk.rows;
    work_.report_.notes.push_back("table " + table.name + ": " + std::to_string(chunk.rows) +
                                  " rows were copied again, " +
                                  (damaged ? "because they had not arrived as they were"
                                           : "because the source had changed them since the copy began"));
    return {};
  }

  /// No range can tell of rows that no range covered.
  Status count(const TableWork& work) {
    SLIPWAY_TRY(const std::string clause, range_clause(*work.table, {}, {}));
    SLIPWAY_TRY(const auto row, reader_.query_one("SELECT COUNT(*)" + clause));
    if (row && row->natural(0) == work.rows) return {};
    return Error{Code::corrupt,
                 "table '" + work.table->name + "': " + std::to_string(work.rows) + " rows were copied of " +
                     std::to_string(row ? row->natural(0) : 0) + " on the source",
                 "nothing is wrong with the source; empty the target database, copy again, and report this"};
  }

  Status build(TableWork& work) {
    const auto began = std::chrono::steady_clock::now();
    if (!builder_) {
      SLIPWAY_TRY(sql::Connection builder, sql::Connection::open(work_.target_));
      SLIPWAY_CHECK(mark_session(builder, kMostStreams + number_));
      SLIPWAY_CHECK(become_builder(builder, work_.options_.binary_log));
      builder_.emplace(std::move(builder));
    }
    SLIPWAY_CHECK(build_keys(*builder_, work.record.keys));
    fail_point("copy.keys_built");
    SLIPWAY_CHECK(Checkpoint(*builder_).keys_built(work.table->name));
    const std::lock_guard guard(work_.mutex_);
    work_.report_.keys_seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    return {};
  }

  CopyWork& work_;
  sql::Connection& reader_;
  std::size_t number_;
  sql::Connection* loader_ = nullptr;
  LaneCopier* copier_ = nullptr;
  std::optional<sql::Connection> builder_;
};

CopyWork::CopyWork(std::vector<TableWork>& tables, const sql::Endpoint& target, const CopyOptions& options)
    : tables_(tables), target_(target), options_(options) {
  control_.throttle.limit(options.load.bytes_per_second);
  for (TableWork& work : tables_) {
    rows_expected_ += work.table->rows_estimate;
    if (work.whole && options_.verify) {
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
  if (job.kind == Job::Kind::whole || job.kind == Job::Kind::compare) {
    ++report_.verified;
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
