#include "migrate/engine/copy.hpp"

#include <algorithm>
#include <thread>

#include "appliance/base/time.hpp"
#include "migrate/engine/copy_work.hpp"
#include "migrate/engine/fail_point.hpp"
#include "migrate/engine/load_watch.hpp"
#include "migrate/engine/physical_copy.hpp"
#include "migrate/engine/session_lock.hpp"
#include "migrate/engine/snapshot.hpp"
#include "migrate/engine/source_sums.hpp"
#include "migrate/engine/table_key.hpp"

namespace slipway::migrate {
namespace {

constexpr std::uint64_t kLeastLaneBytes = 4U << 20U;

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

/// What tells one source from another, whatever address it is reached by.
Result<std::string> identity(sql::Connection& source, const std::string& database) {
  SLIPWAY_TRY(const auto row, source.query_one("SELECT CONCAT(@@hostname, ':', @@port, ' ', @@datadir)"));
  return row->text(0) + " " + database;
}

Status refuse_tables(sql::Connection& target) {
  SLIPWAY_TRY(const auto row,
              target.query_one("SELECT COUNT(*), COALESCE(MIN(table_name), '') FROM "
                               "information_schema.tables WHERE table_schema = DATABASE() "
                               "AND table_type <> 'SEQUENCE' AND table_name NOT LIKE 'slipway\\_copy%'"));
  if (row->natural(0) == 0) return {};
  return Error{Code::conflict,
               "database '" + target.endpoint().database + "': holds tables already ('" + row->text(1) + "')",
               "name an empty database"};
}

/// Makes the table as it has to be before its rows, and cuts it.
Status begin_table(sql::Connection& reader, sql::Connection& builder, Checkpoint& checkpoint,
                   const CopyOptions& options, const std::string& definition, std::uint64_t target_memory,
                   TableWork& work) {
  const Table& table = *work.table;
  KeysOfTable& keys = work.record.keys;
  if (options.create_tables) {
    keys = keys_of(table, options.foreign_keys);
  } else if (keys.table.empty()) {  // else an earlier copy may have taken them away already
    SLIPWAY_TRY(keys, read_keys(builder, table.name));
  }
  SLIPWAY_CHECK(checkpoint.begin_table(table.name, definition, keys));
  SLIPWAY_CHECK(options.create_tables ? build_bare(builder, table) : strip(builder, keys));
  if (keys_go_with_rows(table, keys, target_memory)) SLIPWAY_CHECK(add_keys(builder, keys));
  fail_point("copy.table_built");
  // Small tables are shared among the streams too, unless a lane would be done before it has begun.
  const std::uint64_t share = std::max(table.bytes_estimate / (2 * options.streams) + 1, kLeastLaneBytes);
  SLIPWAY_TRY(const auto lanes, plan_lanes(reader, table, work.key, std::min(options.lane_bytes, share)));
  work.record.keys_built = false;
  work.record.lanes.clear();
  work.record.chunks.clear();
  for (const Range& lane : lanes) work.record.lanes.push_back({0, lane, false});
  return checkpoint.table_built(table.name, work.record.lanes);
}

struct Copy {
  sql::Endpoint from;
  sql::Endpoint to;
  const CopyOptions& options;
  Progress& progress;
  CopyReport report = {};
  Catalog catalog = {};
  std::map<std::string, std::string> definitions = {};  ///< as the source has them, by table
  std::vector<TableWork> tables = {};
  std::optional<Snapshot> snapshot = {};
  SourceSaid said = {};                                     ///< by the snapshot, of tables that came in files
  std::map<std::string, std::uint64_t> imported_sums = {};  ///< what the target says of some of them
};

std::string title_of(const Copy& copy) {
  return copy.options.source_title.empty() ? copy.from.describe() : copy.options.source_title;
}

Status take_snapshot(Copy& copy) {
  SLIPWAY_TRY(copy.snapshot, open_snapshot(copy.from, copy.options.streams));
  copy.report.snapshot = copy.snapshot->note;
  copy.report.taken_at = to_iso8601(std::chrono::floor<std::chrono::seconds>(SystemClock().now()));
  copy.progress.note(copy.snapshot->note);
  return {};
}

/// What of a table that came in a file is compared, and copied again where it differs, at a time. A table that the
/// source has summed as a whole is cut only when it differs.
Status plan_comparison(Copy& copy, Checkpoint& checkpoint, TableWork& work) {
  const std::string& name = work.table->name;
  if (const auto whole = copy.said.tables.find(name); whole != copy.said.tables.end()) {
    work.as_a_whole = true;
    work.source_sum = whole->second;
    if (const auto here = copy.imported_sums.find(name); here != copy.imported_sums.end())
      work.target_checksum = here->second;
    return {};
  }
  if (const auto summed = copy.said.ranges.find(name); summed != copy.said.ranges.end()) {
    const std::uint64_t bytes = work.table->bytes_estimate / std::max<std::size_t>(summed->second.size(), 1);
    for (const SummedRange& range : summed->second)
      work.record.chunks.push_back({0, {.range = range.range, .bytes = bytes}, false, range.sum});
  } else {
    SLIPWAY_TRY(work.record.chunks, cut_imported(copy.snapshot->readers.front(), work, copy.options));
  }
  return checkpoint.add_chunks(name, work.record.chunks);
}

/// What an earlier copy left, or the beginning of a new one. True: there is nothing left to do.
Result<bool> find_records(Copy& copy, sql::Connection& look, sql::Connection& builder,
                          std::map<std::string, TableRecord>& records) {
  Checkpoint checkpoint(builder);
  SLIPWAY_TRY(const std::string source, identity(look, copy.from.database));
  SLIPWAY_TRY(const auto state, checkpoint.find(source));
  if (state == Checkpoint::State::none) {
    if (copy.options.create_tables) SLIPWAY_CHECK(refuse_tables(builder));
    SLIPWAY_CHECK(checkpoint.begin(source));
  } else if (!copy.options.resume) {
    return Error{Code::conflict, "database '" + copy.to.database + "': holds an unfinished copy of this source",
                 "say --resume to go on with it, or name an empty database"};
  } else {
    SLIPWAY_TRY(records, checkpoint.read());
  }
  if (state != Checkpoint::State::finished) return false;
  copy.report.notes.emplace_back("the copy was complete already");
  for (const auto& [name, record] : records) {
    CopiedTable table{name};
    for (const ChunkRecord& chunk : record.chunks) {
      table.rows += chunk.chunk.rows;
      table.bytes += chunk.chunk.bytes;
    }
    copy.report.rows += table.rows;
    copy.report.bytes += table.bytes;
    copy.report.tables.push_back(std::move(table));
  }
  copy.report.rows_before = copy.report.rows;
  copy.report.snapshot = "every row was there before the interruption";
  return true;
}

/// By table.
std::map<std::string, std::string> definitions_of(const Catalog& catalog) {
  std::map<std::string, std::string> definitions;
  for (const Table& table : catalog.tables) definitions[table.name] = definition_of(table.shape);
  return definitions;
}

/// Tables that can travel as files. While they are read, prepared and imported the source has little to do: it sums the
/// rows, in the snapshot with which they will be compared.
Status take_files(Copy& copy, sql::Connection& look, sql::Connection& builder, bool with_history,
                  std::map<std::string, TableRecord>& records) {
  std::optional<SourceSums> summing;
  const auto begin_sums = [&](const std::vector<std::string>& names) -> Result<std::set<std::string>> {
    SLIPWAY_CHECK(take_snapshot(copy));
    std::vector<TableToSum> tables;
    std::set<std::string> as_a_whole;
    std::uint64_t bytes = 0;
    for (const std::string& name : names) bytes += copy.catalog.find(name)->bytes_estimate;
    const std::size_t readers =
        std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, std::max<std::size_t>(copy.options.streams, 1));
    for (const std::string& name : names) {
      const Table* table = copy.catalog.find(name);
      SLIPWAY_TRY(auto key, read_key(look, copy.from.database, *table));
      const bool whole = table->computed.empty() && sum_as_a_whole(table->bytes_estimate, bytes, readers);
      if (whole) as_a_whole.insert(name);
      tables.push_back({table, std::move(key), whole});
    }
    summing.emplace(copy.snapshot->readers, std::move(tables), compared_bytes(copy.options));
    return as_a_whole;
  };
  const PhysicalTask task{copy.from, copy.to, copy.options, copy.catalog, begin_sums};
  SLIPWAY_TRY(PhysicalOutcome outcome, copy_physically(task, look, builder, records, copy.progress));
  copy.report.method_reason = std::move(outcome.reason);
  copy.report.files_seconds = outcome.seconds;
  for (std::string& note : outcome.notes) copy.report.notes.push_back(std::move(note));
  if (outcome.method == Method::sql) return {};
  copy.report.method = "physical";
  copy.imported_sums = std::move(outcome.sums);
  copy.progress.begin("compare " + title_of(copy));
  auto said = summing->finish();
  SLIPWAY_TRY(copy.catalog, read_catalog(look, copy.from.database, copy.options.keep));
  const auto before = std::exchange(copy.definitions, definitions_of(copy.catalog));
  // No snapshot reads a table that was made or altered after it.
  if (said && copy.definitions == before)
    copy.said = std::move(*said);
  else
    copy.snapshot.reset();
  return with_history ? adapt_history(look, builder, copy.catalog) : Status();
}

/// A table that came as a file and was not compared since: its rows may be of an earlier moment than all others.
bool is_uncompared(const TableRecord& record) {
  return record.lanes.empty() &&
         (record.chunks.empty() || std::any_of(record.chunks.begin(), record.chunks.end(),
                                               [](const ChunkRecord& chunk) { return !chunk.verified; }));
}

/// By an earlier run, against another snapshot than this one: it is compared so once more. The record of it holds no
/// sum of a range that could be compared.
bool was_compared_as_a_whole(const TableRecord& record) {
  if (!record.lanes.empty() || record.chunks.size() != 1) return false;
  const ChunkRecord& chunk = record.chunks.front();
  return chunk.verified && chunk.chunk.sum == 0 && chunk.chunk.range.after.empty() && chunk.chunk.range.upto.empty();
}

Status prepare(Copy& copy, sql::Connection& look, sql::Connection& reader, sql::Connection& builder,
               std::map<std::string, TableRecord>& records) {
  Checkpoint checkpoint(builder);
  SLIPWAY_TRY(const auto memory, builder.query_one("SELECT @@innodb_buffer_pool_size"));
  for (const Table& table : copy.catalog.tables) {
    if (copy.options.skip.contains(table.name) || table.columns.empty()) continue;
    TableWork work;
    work.table = &table;
    SLIPWAY_TRY(work.key, read_key(look, copy.from.database, table));
    if (const auto record = records.find(table.name); record != records.end()) work.record = std::move(record->second);
    const bool changed = work.record.definition != copy.definitions.at(table.name);
    if (!work.record.built || changed || (is_uncompared(work.record) && !copy.options.verify)) {
      if (work.record.built && changed)
        copy.report.notes.push_back("table " + table.name + ": its definition changed, it was copied anew");
      SLIPWAY_CHECK(begin_table(reader, builder, checkpoint, copy.options, copy.definitions.at(table.name),
                                memory->natural(0), work));
    } else if (work.record.lanes.empty() && work.record.chunks.empty()) {
      SLIPWAY_CHECK(plan_comparison(copy, checkpoint, work));
    }
    for (const ChunkRecord& chunk : work.record.chunks) copy.report.rows_before += chunk.chunk.rows;
    if (was_compared_as_a_whole(work.record) && copy.options.verify) {
      SLIPWAY_CHECK(checkpoint.forget_chunks(table.name));
      work.record.chunks.clear();
      work.as_a_whole = true;
    }
    copy.tables.push_back(std::move(work));
  }
  return {};
}

/// A source whose tables are altered under a copy gives rows of two shapes: better told than kept.
Status refuse_changes(Copy& copy, sql::Connection& look) {
  SLIPWAY_TRY(const Catalog now, read_catalog(look, copy.from.database, copy.options.keep));
  for (const TableWork& work : copy.tables) {
    const Table* table = now.find(work.table->name);
    if (table != nullptr && definition_of(table->shape) == copy.definitions.at(table->name)) continue;
    return Error{Code::conflict,
                 "source table '" + work.table->name + "': was " + (table == nullptr ? "dropped" : "altered") +
                     " while it was copied",
                 "resume the copy: the table is then copied anew"};
  }
  return {};
}

Status build_references(Copy& copy, sql::Connection& builder) {
  fail_point("copy.foreign_keys");
  for (const TableWork& work : copy.tables) SLIPWAY_CHECK(build_foreign_keys(builder, work.record.keys));
  return {};
}

void add(const ObjectsReport& objects, CopyReport& report) {
  report.objects += objects.copied;
  report.notes.insert(report.notes.end(), objects.notes.begin(), objects.notes.end());
  report.problems.insert(report.problems.end(), objects.problems.begin(), objects.problems.end());
}

void collect(Copy& copy, const WorkReport& work) {
  CopyReport& report = copy.report;
  for (const TableWork& table : copy.tables) {
    report.tables.push_back({table.table->name, table.rows, table.bytes});
    report.rows += table.rows;
    report.bytes += table.bytes;
    for (const std::string& change : table.table->shape.changes)
      report.notes.push_back("table " + table.table->name + ": " + change);
  }
  report.keys_seconds = work.keys_seconds;
  report.verified = work.verified;
  report.notes.insert(report.notes.end(), work.notes.begin(), work.notes.end());
}

}  // namespace

Result<CopyReport> copy_database(const sql::Endpoint& source, const sql::Endpoint& target, const CopyOptions& options,
                                 Progress& progress) {
  Copy copy{source, target, options, progress};
  copy.from.statement_limit = std::chrono::seconds{0};
  copy.to.statement_limit = std::chrono::seconds{0};
  progress.begin("copy " + title_of(copy));
  SLIPWAY_TRY(sql::Connection look, sql::Connection::open(copy.from));
  SLIPWAY_TRY(copy.catalog, read_catalog(look, copy.from.database, options.keep));
  copy.definitions = definitions_of(copy.catalog);

  SLIPWAY_TRY(sql::Connection builder, sql::Connection::open(copy.to));
  SLIPWAY_CHECK(become_builder(builder, options.binary_log));
  SLIPWAY_CHECK(claim_target(builder));
  std::map<std::string, TableRecord> records;
  SLIPWAY_TRY(const bool complete, find_records(copy, look, builder, records));
  if (complete) {
    if (!options.keep_records) SLIPWAY_CHECK(Checkpoint::forget(builder));
    return std::move(copy.report);
  }
  const bool whole = options.create_tables && options.keep == Keep::everything;
  if (whole) {
    SLIPWAY_TRY(const ObjectsReport prepared, prepare_objects(copy.from, copy.to, copy.catalog, options.skip));
    add(prepared, copy.report);
  }
  const auto taking = Clock::now();
  SLIPWAY_CHECK(take_files(copy, look, builder, whole, records));
  const double taken_seconds = copy.report.method == "physical" ? seconds_since(taking) : 0;
  if (!copy.snapshot) SLIPWAY_CHECK(take_snapshot(copy));
  std::vector<sql::Connection>& readers = copy.snapshot->readers;
  SLIPWAY_CHECK(prepare(copy, look, readers.front(), builder, records));
  const auto began = Clock::now();
  CopyWork work(copy.tables, copy.to, options);
  {
    const LoadWatch watch(copy.from, options, work.throttle());
    SLIPWAY_CHECK(work.run(readers, progress));
  }
  copy.report.rows_seconds = taken_seconds + seconds_since(began);
  SLIPWAY_CHECK(refuse_changes(copy, look));
  SLIPWAY_CHECK(build_references(copy, builder));
  collect(copy, work.report());
  if (whole) {
    SLIPWAY_TRY(const ObjectsReport copied,
                copy_objects(copy.from, copy.to, copy.catalog, options.skip, options.events, progress));
    add(copied, copy.report);
  }
  fail_point("copy.objects");
  SLIPWAY_CHECK(Checkpoint(builder).finish());
  fail_point("copy.finished");
  if (!options.keep_records) SLIPWAY_CHECK(Checkpoint::forget(builder));
  return std::move(copy.report);
}

}  // namespace slipway::migrate
