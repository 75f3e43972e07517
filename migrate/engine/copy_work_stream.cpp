#include "migrate/engine/copy_work_stream.hpp"

#include <algorithm>

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

Status CopyWork::Stream::run() {
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

Status CopyWork::Stream::perform(const Job& job) {
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

Status CopyWork::Stream::copy_lane(TableWork& work, const LaneRecord& lane) {
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

Status CopyWork::Stream::compare(const Compare& task) {
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

Status CopyWork::Stream::compare_whole(TableWork& work) {
  std::optional<TableSum> there = work.source_sum;
  if (!there) {
    SLIPWAY_TRY(there, sum_table(reader_, *work.table));
  }
  std::optional<std::uint64_t> here = work.target_checksum;
  if (!here) {
    SLIPWAY_TRY(here, checksum_of(*loader_, *work.table));
  }
  std::vector<ChunkRecord> chunks;
  const bool equal = there && here && *here == there->checksum;
  if (equal) {
    chunks.push_back({0, {.range = {}, .rows = there->rows, .bytes = work.table->bytes_estimate}, true});
  } else {
    SLIPWAY_TRY(chunks, cut_imported(reader_, work, work_.options_));
  }
  fail_point("copy.verified");
  SLIPWAY_CHECK(Checkpoint(*loader_).add_chunks(work.table->name, chunks));
  const std::lock_guard guard(work_.mutex_);
  work.counting = equal;  // the source has counted its rows with its sum
  if (equal) ++work_.report_.verified;
  for (ChunkRecord& chunk : chunks) {
    work.rows += chunk.chunk.rows;
    work.bytes += chunk.chunk.bytes;
    work_.control_.rows += chunk.chunk.rows;
    work_.control_.bytes += chunk.chunk.bytes;
    if (!equal) work_.add_comparison({&work, std::move(chunk), true});
  }
  return {};
}

Status CopyWork::Stream::take_over(const Compare& task, const ChunkSum& sum) {
  Chunk chunk = task.chunk.chunk;
  chunk.rows = sum.rows;
  chunk.sum = sum.sum;
  SLIPWAY_CHECK(Checkpoint(*loader_).chunk_rewritten(task.chunk.id, chunk));
  work_.control_.rows += sum.rows - task.chunk.chunk.rows;
  const std::lock_guard guard(work_.mutex_);
  task.table->rows = task.table->rows - task.chunk.chunk.rows + sum.rows;
  return {};
}

Status CopyWork::Stream::repair(const Compare& task, bool damaged) {
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

Status CopyWork::Stream::count(const TableWork& work) {
  SLIPWAY_TRY(const std::string clause, range_clause(*work.table, {}, {}));
  SLIPWAY_TRY(const auto row, reader_.query_one("SELECT COUNT(*)" + clause));
  if (row && row->natural(0) == work.rows) return {};
  return Error{Code::corrupt,
               "table '" + work.table->name + "': " + std::to_string(work.rows) + " rows were copied of " +
                   std::to_string(row ? row->natural(0) : 0) + " on the source",
               "nothing is wrong with the source; empty the target database, copy again, and report this"};
}

Status CopyWork::Stream::build(TableWork& work) {
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

}  // namespace slipway::migrate
