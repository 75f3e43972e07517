#include "migrate/engine/copy.hpp"

#include <mutex>
#include <thread>

#include "migrate/engine/checksum.hpp"
#include "migrate/engine/snapshot.hpp"
#include "migrate/engine/table_build.hpp"

namespace slipway::migrate {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

struct Task {
  const Table* table;
  Chunk chunk;
};

/// What the workers share.
struct Shared {
  std::vector<Task> tasks;
  std::atomic<std::size_t> next{0};
  std::atomic<bool> stop{false};
  std::atomic<std::uint64_t> rows{0};
  std::atomic<std::uint64_t> bytes{0};
  std::atomic<std::size_t> running{0};
  std::mutex mutex;  ///< of the two below
  std::map<std::string, Copied> by_table;
  std::optional<Error> error;
};

Result<std::vector<Task>> plan_tasks(sql::Connection& reader, const Catalog& catalog, const CopyOptions& options) {
  std::vector<Task> tasks;
  for (const Table& table : catalog.tables) {
    if (options.skip.contains(table.name) || table.columns.empty()) continue;
    TableSize size{table.rows_estimate, table.bytes_estimate, {}, {}};
    if (!table.leading_key.empty() && table.bytes_estimate > options.chunk_bytes) {
      SLIPWAY_TRY(const std::string name, sql::quote_identifier(table.name));
      SLIPWAY_TRY(const std::string key, sql::quote_identifier(table.leading_key));
      // Keys past the signed range stay out: such a table travels in one piece.
      SLIPWAY_TRY(const auto row, reader.query_one("SELECT MIN(" + key + "), MAX(" + key + "), COALESCE(MAX(" + key +
                                                   ") <= 9223372036854775807, 0) FROM " + name));
      if (row && !row->is_null(0) && row->boolean(2)) {
        size.least_key = row->optional_integer(0);
        size.greatest_key = row->optional_integer(1);
      }
    }
    for (const Chunk& chunk : cut(size, options.chunk_bytes)) tasks.push_back({&table, chunk});
  }
  return tasks;
}

Status work_through(Shared& shared, sql::Connection& reader, const sql::Endpoint& target, const CopyOptions& options) {
  SLIPWAY_TRY(sql::Connection loader, sql::Connection::open(target));
  SLIPWAY_TRY(const auto packet, loader.query_one("SELECT @@max_allowed_packet"));
  SLIPWAY_CHECK(become_loader(loader, options.constraints));
  ChunkCopier copier(reader, loader, packet->natural(0), shared.stop);
  while (!shared.stop) {
    const std::size_t index = shared.next++;
    if (index >= shared.tasks.size()) return {};
    const Task& task = shared.tasks[index];
    SLIPWAY_TRY(const Copied copied, copier.copy(*task.table, task.chunk, shared.rows, shared.bytes));
    if (options.verify) SLIPWAY_CHECK(compare_chunk(reader, loader, *task.table, task.chunk));
    const std::lock_guard guard(shared.mutex);
    Copied& total = shared.by_table[task.table->name];
    total.rows += copied.rows;
    total.bytes += copied.bytes;
  }
  return {};
}

std::vector<TableProgress> progress_of(const Catalog& catalog, const CopyOptions& options, Shared& shared) {
  std::vector<TableProgress> all;
  const std::lock_guard guard(shared.mutex);
  for (const Table& table : catalog.tables) {
    if (options.skip.contains(table.name)) continue;
    TableProgress one{table.name, TableProgress::State::waiting, 0, 0, table.rows_estimate};
    if (const auto found = shared.by_table.find(table.name); found != shared.by_table.end()) {
      one.rows = found->second.rows;
      one.bytes = found->second.bytes;
      one.state = TableProgress::State::copying;
    }
    all.push_back(std::move(one));
  }
  return all;
}

void watch(const Catalog& catalog, const CopyOptions& options, Shared& shared, std::uint64_t rows_expected,
           Progress& progress) {
  while (shared.running > 0) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    progress.advance(shared.rows, shared.bytes, rows_expected);
    progress.tables(progress_of(catalog, options, shared));
  }
}

Status copy_rows(std::vector<sql::Connection>& readers, const Catalog& catalog, const sql::Endpoint& target,
                 const CopyOptions& options, std::uint64_t rows_expected, Shared& shared, Progress& progress) {
  {
    shared.running = readers.size();
    std::vector<std::jthread> workers;
    workers.reserve(readers.size());
    for (sql::Connection& reader : readers) {
      workers.emplace_back([&shared, &reader, &target, &options] {
        if (auto done = work_through(shared, reader, target, options); !done) {
          const std::lock_guard guard(shared.mutex);
          // The first error is the cause; the others are sessions that were stopped.
          if (!shared.error) shared.error = std::move(done).error();
          shared.stop = true;
        }
        --shared.running;
      });
    }
    watch(catalog, options, shared, rows_expected, progress);
  }
  if (shared.error) return *shared.error;
  return {};
}

void collect(const Catalog& catalog, const Shared& shared, CopyReport& report) {
  for (const Table& table : catalog.tables) {
    const auto found = shared.by_table.find(table.name);
    if (found == shared.by_table.end()) continue;
    report.tables.push_back({table.name, found->second.rows, found->second.bytes});
    report.rows += found->second.rows;
    report.bytes += found->second.bytes;
    for (const std::string& change : table.shape.changes) report.notes.push_back("table " + table.name + ": " + change);
  }
}

void add(const ObjectsReport& objects, CopyReport& report) {
  report.objects += objects.copied;
  report.notes.insert(report.notes.end(), objects.notes.begin(), objects.notes.end());
  report.problems.insert(report.problems.end(), objects.problems.begin(), objects.problems.end());
}

}  // namespace

Result<CopyReport> copy_database(const sql::Endpoint& source, const sql::Endpoint& target, const CopyOptions& options,
                                 Progress& progress) {
  sql::Endpoint from = source;
  sql::Endpoint to = target;
  from.statement_limit = std::chrono::seconds{0};
  to.statement_limit = std::chrono::seconds{0};
  CopyReport report;
  progress.begin("copy " + from.describe());
  SLIPWAY_TRY(sql::Connection look, sql::Connection::open(from));
  SLIPWAY_TRY(Catalog catalog, read_catalog(look, from.database, options.keep));
  SLIPWAY_TRY(Snapshot snapshot, open_snapshot(from, options.streams));
  report.snapshot = snapshot.note;
  progress.note(snapshot.note);

  const bool whole = options.create_tables && options.keep == Keep::everything;
  if (whole) {
    SLIPWAY_TRY(const ObjectsReport prepared, prepare_objects(from, to, catalog, options.skip));
    add(prepared, report);
  }
  SLIPWAY_TRY(sql::Connection builder, sql::Connection::open(to));
  SLIPWAY_CHECK(become_builder(builder));
  SLIPWAY_TRY(const Keys keys, build_bare_tables(builder, catalog, options));
  Shared shared;
  SLIPWAY_TRY(shared.tasks, plan_tasks(look, catalog, options));
  std::uint64_t rows_expected = 0;
  for (const Table& table : catalog.tables) rows_expected += table.rows_estimate;
  auto began = Clock::now();
  SLIPWAY_CHECK(copy_rows(snapshot.readers, catalog, to, options, rows_expected, shared, progress));
  report.rows_seconds = seconds_since(began);

  progress.begin("build keys");
  began = Clock::now();
  SLIPWAY_CHECK(build_keys(to, keys, options.streams));
  auto finished = progress_of(catalog, options, shared);
  for (TableProgress& table : finished) table.state = TableProgress::State::done;
  progress.tables(finished);
  report.keys_seconds = seconds_since(began);
  collect(catalog, shared, report);
  if (whole) {
    SLIPWAY_TRY(const ObjectsReport copied, copy_objects(from, to, catalog, options.skip, options.events, progress));
    add(copied, report);
  }
  return report;
}

}  // namespace slipway::migrate
