#include "migrate/engine/physical_copy.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "migrate/engine/checksum.hpp"
#include "migrate/engine/fail_point.hpp"
#include "migrate/engine/physical_backup.hpp"
#include "migrate/engine/physical_import.hpp"
#include "migrate/engine/session_lock.hpp"

namespace slipway::migrate {
namespace {

using Clock = std::chrono::steady_clock;

/// The tables of one backup, shared among sessions that import them.
class Imports {
 public:
  /// `summed`: by name, the tables to sum once they are there.
  Imports(std::vector<ImportTask> tasks, std::set<std::string> summed, const sql::Endpoint& target, BinaryLog log,
          PhysicalOutcome& outcome)
      : tasks_(std::move(tasks)), summed_(std::move(summed)), target_(target), log_(log), outcome_(outcome) {
    for (const ImportTask& task : tasks_) bytes_expected_ += size_of(task);
  }

  /// Errors: of a server that goes away; a table that cannot be imported is only noted.
  Status run(std::size_t streams, Progress& progress) {
    {
      running_ = std::min(streams, tasks_.size());
      std::vector<std::jthread> threads;
      const std::size_t count = running_;
      threads.reserve(count);
      for (std::size_t number = 0; number < count; ++number) {
        threads.emplace_back([this, number] {
          auto done = work(number);
          const std::lock_guard guard(mutex_);
          if (!done && !error_) error_ = std::move(done).error();
          --running_;
          changed_.notify_all();
        });
      }
      std::unique_lock lock(mutex_);
      while (!changed_.wait_for(lock, std::chrono::milliseconds(100), [&] { return running_ == 0; }))
        progress.advance_bytes(bytes_done_, bytes_expected_);
    }
    progress.advance_bytes(bytes_done_, bytes_expected_);
    if (error_) return *error_;
    return {};
  }

  [[nodiscard]] const std::vector<const ImportTask*>& imported() const { return imported_; }
  /// When the last of them was.
  [[nodiscard]] Clock::time_point imported_at() const { return imported_at_; }

 private:
  static std::uint64_t size_of(const ImportTask& task) {
    std::error_code failed;
    const auto size = std::filesystem::file_size(task.files / (task.file_name + ".ibd"), failed);
    return failed ? 0 : size;
  }

  Status work(std::size_t number) {
    SLIPWAY_TRY(sql::Connection session, sql::Connection::open(target_));
    SLIPWAY_CHECK(mark_session(session, number));
    SLIPWAY_CHECK(become_builder(session, log_));
    for (std::size_t next = next_++; next < tasks_.size(); next = next_++) {
      const ImportTask& task = tasks_[next];
      const std::uint64_t size = size_of(task);
      auto done = import_table(session, task);
      if (!done && done.error().code == Code::unavailable) return done;
      if (!done) SLIPWAY_CHECK(take_back(session, task.table->name, task.directory, task.file_name));
      tell(task, size, done);
      // One session waits for the disk while it imports, another can sum meanwhile.
      if (done && summed_.contains(task.table->name)) SLIPWAY_CHECK(sum(session, *task.table));
      bytes_done_ += size;
    }
    return {};
  }

  void tell(const ImportTask& task, std::uint64_t size, const Status& done) {
    const std::lock_guard guard(mutex_);
    if (done) {
      imported_.push_back(&task);
      ++outcome_.tables;
      imported_at_ = Clock::now();
      outcome_.bytes += size;
    } else {
      outcome_.notes.push_back("table " + task.table->name +
                               ": its rows travel by SQL, the target did not take its file: " + done.error().message);
    }
  }

  /// A sum that fails is no harm: the comparison asks for it again.
  Status sum(sql::Connection& session, const Table& table) {
    const auto checksum = checksum_of(session, table);
    if (!checksum && checksum.error().code == Code::unavailable) return checksum.error();
    if (!checksum || !*checksum) return {};
    const std::lock_guard guard(mutex_);
    outcome_.sums[table.name] = **checksum;
    return {};
  }

  const std::vector<ImportTask> tasks_;
  const std::set<std::string> summed_;
  const sql::Endpoint& target_;
  BinaryLog log_;
  PhysicalOutcome& outcome_;
  std::atomic<std::size_t> next_{0};
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t running_ = 0;
  std::uint64_t bytes_expected_ = 0;
  std::atomic<std::uint64_t> bytes_done_{0};  ///< of tables imported and summed
  std::vector<const ImportTask*> imported_;
  Clock::time_point imported_at_ = Clock::now();
  std::optional<Error> error_;
};

/// One backup from its beginning to imported tables.
class Move {
 public:
  Move(const PhysicalTask& task, const PhysicalSurvey& survey, const PhysicalPlan& plan, PhysicalOutcome& outcome)
      : task_(task), places_(survey.places), plan_(plan), outcome_(outcome) {
    backup_.source = task.from;
    backup_.source_data = places_.source_data;
    backup_.database_file_name = survey.facts.database_file_name;
    for (const std::string& table : plan.tables) backup_.table_file_names.push_back(file_name_of(table));
    backup_.work = places_.work;
    backup_.threads = std::min<std::size_t>(task.options.streams, 4);
    bytes_expected_ = plan.bytes + survey.facts.system_bytes;
  }

  /// The files, ready to be imported.
  Status take(Progress& progress) {
    progress.begin("backup");
    SLIPWAY_CHECK(take_backup(backup_, [&](std::uint64_t bytes) {
      progress.advance_bytes(std::min(bytes, bytes_expected_), bytes_expected_);
    }));
    fail_point("copy.physical.taken");
    progress.begin("prepare the backup");
    SLIPWAY_CHECK(prepare_backup(backup_));
    fail_point("copy.physical.prepared");
    return {};
  }

  /// Tables that were altered while the backup ran are left to SQL: a file tells nothing of, say, the names of an ENUM.
  Status import(sql::Connection& source, const std::set<std::string>& summed,
                std::map<std::string, TableRecord>& records, Progress& progress) {
    progress.begin("import tables");
    SLIPWAY_TRY(const Catalog now, read_catalog(source, task_.from.database, task_.options.keep));
    std::vector<ImportTask> tasks;
    for (const std::string& name : plan_.tables) {
      const Table* before = task_.catalog.find(name);
      const Table* after = now.find(name);
      const std::string definition = definition_of(before->shape);
      if (after == nullptr || definition_of(after->shape) != definition) continue;
      tasks.push_back({before, definition, keys_of(*before, task_.options.foreign_keys), backup_files(backup_),
                       places_.target_database, file_name_of(name)});
    }
    // The largest first: each is one session's work.
    std::stable_sort(tasks.begin(), tasks.end(), [](const ImportTask& a, const ImportTask& b) {
      return a.table->bytes_estimate > b.table->bytes_estimate;
    });
    Imports imports(std::move(tasks), summed, task_.to, task_.options.binary_log, outcome_);
    SLIPWAY_CHECK(imports.run(task_.options.streams, progress));
    outcome_.seconds = std::chrono::duration<double>(imports.imported_at() - began_).count();
    for (const ImportTask* done : imports.imported()) {
      TableRecord record;
      record.definition = done->definition;
      record.keys = done->keys;
      record.built = record.keys_built = true;
      records[done->table->name] = std::move(record);
    }
    return {};
  }

 private:
  const PhysicalTask& task_;
  const PhysicalPlaces& places_;
  const PhysicalPlan& plan_;
  PhysicalOutcome& outcome_;
  BackupTask backup_;
  std::uint64_t bytes_expected_ = 0;
  Clock::time_point began_ = Clock::now();
};

/// Takes away what a killed copy left of tables that it had not finished to import.
Status clear_places(const PhysicalSurvey& survey, sql::Connection& builder,
                    std::map<std::string, TableRecord>& records) {
  if (!survey.facts.target.files_within_reach || survey.facts.database_file_name.empty()) return {};
  remove_leftovers(survey.places);
  if (!survey.facts.tables_made) return {};  // tables of ours that are only filled
  for (const auto& [name, record] : records) {
    const std::string file = file_name_of(name);
    if (!record.built && !file.empty()) SLIPWAY_CHECK(take_back(builder, name, survey.places.target_database, file));
  }
  return {};
}

/// Without tables that an earlier run of this copy has built already.
void drop_built(PhysicalFacts& facts, const Catalog& catalog, const std::map<std::string, TableRecord>& records) {
  std::erase_if(facts.tables, [&](const PhysicalTable& table) {
    const auto record = records.find(table.name);
    return record != records.end() && record->second.built &&
           record->second.definition == definition_of(catalog.find(table.name)->shape);
  });
}

void tell(PhysicalOutcome& outcome, const PhysicalPlan& plan, Progress& progress) {
  if (outcome.method == Method::sql) {
    progress.note("rows travel by SQL: " + outcome.reason);
    return;
  }
  progress.note("tables travel as files: " + outcome.reason);
  for (const BySql& table : plan.by_sql)
    outcome.notes.push_back("table " + table.table + ": its rows travel by SQL, " + table.reason);
}

}  // namespace

Result<PhysicalOutcome> copy_physically(const PhysicalTask& task, sql::Connection& source, sql::Connection& builder,
                                        std::map<std::string, TableRecord>& records, Progress& progress) {
  PhysicalOutcome outcome;
  auto surveyed = survey_physical(source, builder, task.catalog, task.options);
  if (!surveyed) {
    // A server that does not know what it is asked is none whose files can be taken.
    if (surveyed.error().code == Code::unavailable || task.options.method == Method::physical)
      return std::move(surveyed).error();
    outcome.reason = surveyed.error().message;
    return outcome;
  }
  PhysicalSurvey& survey = *surveyed;
  SLIPWAY_CHECK(clear_places(survey, builder, records));
  if (task.options.method == Method::sql) {
    outcome.reason = "it was asked for";
    return outcome;
  }
  const bool resumed = std::any_of(records.begin(), records.end(), [](const auto& at) { return at.second.built; });
  drop_built(survey.facts, task.catalog, records);
  const PhysicalPlan plan = plan_physical(survey.facts, task.options.method);
  if (!plan.refused.empty()) {
    outcome.reason = resumed && survey.facts.tables.empty() ? "every table was there already" : plan.refused;
    if (task.options.method == Method::physical && !resumed)
      return Error{Code::unsupported, "a physical copy is not possible: " + plan.refused,
                   "say --method auto to copy by SQL then"};
    tell(outcome, plan, progress);
    return outcome;
  }
  outcome.method = Method::physical;
  outcome.reason = "source and target run here; tables that can go as they are: " + std::to_string(plan.tables.size()) +
                   ", " + bytes_text(plan.bytes);
  tell(outcome, plan, progress);
  SLIPWAY_TRY(const std::set<std::string> summed, task.before_backup(plan.tables));
  Move move(task, survey, plan, outcome);
  auto taken = move.take(progress);
  const Status imported = taken ? move.import(source, summed, records, progress) : Status();
  remove_leftovers(survey.places);
  SLIPWAY_CHECK(imported);
  if (taken) return outcome;
  if (task.options.method == Method::physical) {
    Error error = std::move(taken).error();
    if (error.hint.empty())
      error.hint = "mend what it says and resume the copy; with --method auto the rows travel by SQL then";
    return error;
  }
  outcome.method = Method::sql;
  outcome.reason = "the backup failed: " + taken.error().message;
  tell(outcome, plan, progress);
  return outcome;
}

}  // namespace slipway::migrate
