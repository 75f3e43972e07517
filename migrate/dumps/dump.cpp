#include "migrate/dumps/dump.hpp"

#include <algorithm>
#include <mutex>
#include <thread>

#include "migrate/dumps/dump_choice_rules.hpp"
#include "migrate/dumps/dump_plan.hpp"

namespace slipway::migrate {
namespace {

constexpr std::size_t kSessions = 2;
// InnoDB needs about as much room as the text of a dump; hexadecimal BLOBs half of it.
constexpr std::uint64_t kTextPerRoom = 4;
constexpr std::uint64_t kMostBytes = 1ULL << 40U;

/// Sums up what several threads read, for one line of progress.
class Meter {
 public:
  Meter(Progress& progress, std::uint64_t expected) : progress_(progress), expected_(expected) {}
  void add(std::uint64_t packed) {
    const std::lock_guard guard(mutex_);
    done_ += packed;
    progress_.advance_bytes(done_, expected_);
  }

 private:
  std::mutex mutex_;
  Progress& progress_;
  std::uint64_t expected_;
  std::uint64_t done_ = 0;
};

/// Works on the parts of a step in up to kSessions threads; the first error stops the others.
Status for_each_part(const DumpStep& step, std::atomic<bool>& stop,
                     const std::function<Status(const DumpPart&)>& work) {
  std::atomic<std::size_t> next{0};
  std::mutex mutex;
  std::optional<Error> error;
  const auto worker = [&] {
    for (std::size_t i = next++; i < step.parts.size() && !stop; i = next++) {
      auto done = work(step.parts[i]);
      if (done) continue;
      const std::lock_guard guard(mutex);
      if (!error || error->code == Code::cancelled) error = std::move(done).error();
      stop = true;
    }
  };
  {
    std::vector<std::jthread> others;
    for (std::size_t i = 1; i < std::min(kSessions, step.parts.size()); ++i) others.emplace_back(worker);
    worker();
  }
  return error ? Status{*error} : Status{};
}

ReadOptions reading(const DumpPlan& plan, const DumpOptions& options) {
  ReadOptions read;
  read.closing_line = !plan.of_many_files;
  read.watch_ratio = options.most_bytes == 0;
  read.most_bytes = options.most_bytes;
  if (options.most_bytes > 0) return read;
  std::error_code fault;
  const auto place =
      options.scratch_directory.empty() ? std::filesystem::temp_directory_path(fault) : options.scratch_directory;
  const auto space = std::filesystem::space(place, fault);
  read.most_bytes = fault ? kMostBytes : std::min<std::uint64_t>(kMostBytes, space.available * kTextPerRoom);
  return read;
}

/// Reads everything through.
Result<Survey> survey(const DumpPlan& plan, const DumpOptions& options, Progress& progress) {
  const ReadOptions read = reading(plan, options);
  Meter meter(progress, plan.packed_bytes);
  std::mutex mutex;
  Survey sum;
  std::atomic<bool> stop{false};
  for (const DumpStep& step : plan.steps) {
    SLIPWAY_CHECK(for_each_part(step, stop, [&](const DumpPart& part) -> Status {
      SLIPWAY_TRY(const Survey found, survey_part(part, read, {options.database, part.database, options.charset},
                                                  [&](std::uint64_t packed, std::uint64_t) { meter.add(packed); }));
      const std::lock_guard guard(mutex);
      sum.findings.add(found.findings);
      sum.plain_bytes += found.plain_bytes;
      if (sum.header_database.empty()) sum.header_database = found.header_database;
      return {};
    }));
    if (sum.plain_bytes > read.most_bytes)
      return about(plan.source, {Code::too_large, "unpacks to more than the disk of the scratch server can hold",
                                 "name a directory with more room with --scratch-dir DIR"});
  }
  if (plan.of_many_files) sum.findings.forget_lines();
  return sum;
}

Status load(const DumpPlan& plan, const LoadOptions& common, ScratchServer& server, Progress& progress) {
  Meter meter(progress, plan.packed_bytes);
  std::mutex mutex;
  std::atomic<bool> stop{false};
  DumpFindings findings;
  for (const DumpStep& step : plan.steps) {
    SLIPWAY_CHECK(for_each_part(step, stop, [&](const DumpPart& part) -> Status {
      LoadOptions options = common;
      options.filter.first = part.database;
      options.stop = &stop;
      if (!part.database.empty() && part.database != common.filter.database) return {};
      SLIPWAY_TRY(const Loaded loaded,
                  load_part(part, options, [&](std::uint64_t packed, std::uint64_t) { meter.add(packed); }));
      const std::lock_guard guard(mutex);
      findings.add(loaded.findings);
      server.notes.insert(server.notes.end(), loaded.notes.begin(), loaded.notes.end());
      return {};
    }));
  }
  if (plan.of_many_files) findings.forget_lines();
  const auto notes = notes_of(findings);
  server.notes.insert(server.notes.begin(), notes.begin(), notes.end());
  return {};
}

/// Counts rows where the dump says how many there must be, and refreshes what the server knows of its tables.
Status check_tables(const DumpPlan& plan, const ScratchServer& server) {
  sql::Endpoint endpoint = server.endpoint();
  endpoint.statement_limit = std::chrono::seconds{0};
  SLIPWAY_TRY(sql::Connection admin, sql::Connection::open(endpoint));
  SLIPWAY_TRY(const auto tables, admin.query("SELECT table_name FROM information_schema.tables WHERE table_schema = ? "
                                             "AND table_type IN ('BASE TABLE', 'SYSTEM VERSIONED')",
                                             {endpoint.database}));
  for (const sql::Row& table : tables) {
    SLIPWAY_TRY(const std::string quoted, sql::quote_identifier(table.text(0)));
    SLIPWAY_CHECK(admin.execute_text("ANALYZE TABLE " + quoted));
  }
  for (const auto& [key, rows] : plan.rows) {
    if (key.first != endpoint.database) continue;
    SLIPWAY_TRY(const std::string quoted, sql::quote_identifier(key.second));
    auto counted = admin.query_one("SELECT COUNT(*) FROM " + quoted);
    if (counted && *counted && (*counted)->natural(0) == rows) continue;
    return about(plan.source, {Code::corrupt,
                               "table '" + key.second + "' has not the " + std::to_string(rows) +
                                   " rows that its 'metadata' says: files are missing",
                               "copy the whole directory again, or make the dump anew"});
  }
  return {};
}

Status check_charset(const std::string& charset) {
  if (charset.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") != std::string::npos)
    return Error{Code::invalid_argument, "character set '" + charset.substr(0, 32) + "': no such name",
                 "name one that MariaDB has, such as latin1 or utf8mb4"};
  if (auto safe = refuse_unsafe_charset(charset); !safe) return safe.error().within("character set");
  return {};
}

}  // namespace

Result<ScratchServer> load_dump(const std::filesystem::path& source, const DumpOptions& options, Progress& progress) {
  SLIPWAY_CHECK(check_charset(options.charset));
  SLIPWAY_TRY(const DumpPlan plan, plan_dump(source));
  progress.begin("check " + source.string());
  SLIPWAY_TRY(const Survey found, survey(plan, options, progress));
  auto chosen = choose_database(found.findings, found.header_database, options.database);
  if (!chosen) return about(source, chosen.error());

  progress.begin("start a scratch server");
  SLIPWAY_TRY(ScratchServer server, ScratchServer::start(options.scratch_directory));
  LoadOptions loading;
  SLIPWAY_TRY(loading.endpoint, server.make_database(*chosen));
  loading.filter = {*chosen, "", options.charset};
  loading.reading = reading(plan, options);
  loading.scratch = server.directory();
  progress.begin("load " + source.string() + " into the scratch server");
  SLIPWAY_CHECK(load(plan, loading, server, progress));
  SLIPWAY_CHECK(check_tables(plan, server));
  for (const std::string& note : server.notes) progress.note(note);
  return server;
}

}  // namespace slipway::migrate
