#include "migrate/assess/scan.hpp"

#include <algorithm>

#include "migrate/assess/facts_reader.hpp"
#include "migrate/assess/scan_rules.hpp"

namespace slipway::migrate::assess {
namespace {

using Clock = std::chrono::steady_clock;

struct Task {
  Table* table;
  std::vector<Probe> probes;
  std::string select;  ///< without a WHERE
  std::string key;     ///< quoted, when the table can be read in pieces
};

struct Totals {
  std::uint64_t rows = 0;
  std::vector<std::uint64_t> hits;
};

std::string select_of(const Table& table, const std::vector<Probe>& probes) {
  std::string statement = "SELECT COUNT(*)";
  for (const Probe& probe : probes) statement += ", COALESCE(SUM(" + probe.condition + "), 0)";
  return statement + " FROM " + table.quoted + " AS c";
}

std::string piecewise_key(const Table& table) {
  if (table.primary_key.empty()) return {};
  const Column* first = table.find(table.primary_key.front());
  return first != nullptr && first->data_type.ends_with("int") ? first->quoted : std::string{};
}

std::vector<Task> plan(Facts& facts) {
  std::vector<Task> tasks;
  for (Database& database : facts.databases) {
    for (Table& table : database.tables) {
      auto probes = probes_of(table, facts);
      if (probes.empty()) continue;
      std::string select = select_of(table, probes);
      tasks.push_back({&table, std::move(probes), std::move(select), piecewise_key(table)});
    }
  }
  std::stable_sort(tasks.begin(), tasks.end(),
                   [](const Task& a, const Task& b) { return a.table->data_bytes < b.table->data_bytes; });
  return tasks;
}

class Scanner {
 public:
  Scanner(sql::Connection& source, Clock::time_point deadline, std::uint64_t piece_bytes, Progress& progress,
          std::uint64_t rows_expected)
      : source_(source),
        deadline_(deadline),
        piece_bytes_(piece_bytes),
        progress_(progress),
        rows_expected_(rows_expected) {}

  Status scan(const Task& task, Scan& scan) {
    Totals totals{0, std::vector<std::uint64_t>(task.probes.size())};
    SLIPWAY_TRY(const std::string missed, read(task, totals));
    for (std::size_t i = 0; i < task.probes.size(); ++i) {
      if (totals.hits[i] == 0) continue;
      const Probe& probe = task.probes[i];
      Finding found = finding(probe.kind, probe.object);
      found.rows = totals.hits[i];
      scan.findings.push_back(std::move(found));
    }
    if (missed.empty()) {
      task.table->rows = totals.rows;
      ++scan.tables_scanned;
    } else {
      scan.findings.push_back(finding("scan.not_scanned", task.table->path(), missed));
    }
    return {};
  }

 private:
  /// Why not everything was read; empty: it was.
  Result<std::string> read(const Task& task, Totals& totals) {
    if (late()) return std::string("the time was up");
    std::vector<KeyRange> ranges;
    if (!task.key.empty() && task.table->data_bytes > piece_bytes_) {
      SLIPWAY_TRY(ranges, ranges_of(task));
    }
    if (ranges.empty()) return read_piece(task.select, {}, totals);
    for (std::size_t i = 0; i < ranges.size(); ++i) {
      const std::string piece = task.select + " WHERE c." + task.key + " BETWEEN ? AND ?";
      SLIPWAY_TRY(const std::string missed, read_piece(piece, {ranges[i].from, ranges[i].to}, totals));
      if (!missed.empty())
        return missed + " after " + std::to_string(i) + " of " + std::to_string(ranges.size()) + " parts";
    }
    return std::string{};
  }

  Result<std::vector<KeyRange>> ranges_of(const Task& task) {
    const auto row = source_.query_one("SELECT MIN(" + task.key + "), MAX(" + task.key + "), COALESCE(MAX(" + task.key +
                                       ") <= 9223372036854775807, 0) FROM " + task.table->quoted);
    if (!row && row.error().code == Code::unavailable) return row.error();
    if (!row || !*row || !(*row)->boolean(2)) return std::vector<KeyRange>{};
    return cut_keys((*row)->integer(0), (*row)->integer(1), task.table->data_bytes, piece_bytes_);
  }

  Result<std::string> read_piece(const std::string& statement, const sql::Values& keys, Totals& totals) {
    if (late()) return std::string("the time was up");
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline_ - Clock::now());
    SLIPWAY_CHECK(limit_statements(source_, std::max(left, std::chrono::milliseconds{1})));
    const auto row = source_.query_one(statement, keys);
    if (!row) {
      if (row.error().code == Code::unavailable) return row.error();
      if (row.error().code == Code::timeout) return std::string(late() ? "the time was up" : "the table is locked");
      return std::string("the server could not read it");
    }
    totals.rows += (*row)->natural(0);
    for (std::size_t i = 0; i < totals.hits.size(); ++i) totals.hits[i] += (*row)->natural(i + 1);
    rows_read_ += (*row)->natural(0);
    progress_.advance(rows_read_, 0, rows_expected_);
    return std::string{};
  }

  [[nodiscard]] bool late() const { return Clock::now() >= deadline_; }

  sql::Connection& source_;
  Clock::time_point deadline_;
  std::uint64_t piece_bytes_;
  Progress& progress_;
  std::uint64_t rows_expected_;
  std::uint64_t rows_read_ = 0;
};

}  // namespace

Result<Scan> scan_rows(sql::Connection& source, Facts& facts, std::chrono::seconds limit, Progress& progress,
                       std::uint64_t piece_bytes) {
  const auto began = Clock::now();
  auto tasks = plan(facts);
  std::uint64_t rows_expected = 0;
  for (const Task& task : tasks) rows_expected += task.table->rows;
  progress.begin("look at rows");
  Scan scan;
  scan.tables_wanted = tasks.size();
  Scanner scanner(source, began + limit, piece_bytes, progress, rows_expected);
  for (const Task& task : tasks) SLIPWAY_CHECK(scanner.scan(task, scan));
  SLIPWAY_CHECK(limit_statements(source, std::chrono::milliseconds{0}));
  scan.seconds = std::chrono::duration<double>(Clock::now() - began).count();
  return scan;
}

}  // namespace slipway::migrate::assess
