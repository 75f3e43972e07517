#include "migrate/engine/copy_stream.hpp"

#include <charconv>
#include <numeric>

#include "migrate/engine/checksum.hpp"
#include "migrate/engine/connector.hpp"
#include "migrate/engine/fail_point.hpp"
#include "migrate/engine/huge_rows.hpp"
#include "migrate/engine/table_key.hpp"

namespace slipway::migrate {
namespace {

constexpr std::size_t kBatchBytes = 512U << 10U;
constexpr std::size_t kBatchRows = 2048;

/// Rows waiting to be inserted into one table, and the statement that inserts them.
class Loader {
 public:
  Loader(MYSQL* target, const Table& table, std::string where, Write write, Remarks& remarks)
      : target_(target),
        table_(table),
        where_(std::move(where)),
        write_(write),
        remarks_(remarks),
        statement_(nullptr, mysql_stmt_close),
        binds_(table.columns.size()) {
    for (const Column& column : table.columns) columns_.emplace_back(column.carry);
  }

  Status prepare() {
    SLIPWAY_TRY(const std::string insert, insert_statement(table_, write_));
    statement_.reset(mysql_stmt_init(target_));
    if (!statement_) return failure(target_, where_);
    if (mysql_stmt_prepare(statement_.get(), insert.data(), insert.size()) != 0)
      return failure(statement_.get(), where_);
    return {};
  }

  Status add(char** row, const unsigned long* lengths) {
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      if (!columns_[i].add(row[i], lengths[i])) return Error{Code::corrupt, where_ + ": a number cannot be read"};
      bytes_ += lengths[i] + 1;
    }
    ++rows_;
    return {};
  }

  [[nodiscard]] bool full() const noexcept { return bytes_ >= kBatchBytes || rows_ >= kBatchRows; }
  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }
  [[nodiscard]] std::size_t rows() const noexcept { return rows_; }

  Status flush() {
    if (rows_ == 0) return {};
    const auto size = static_cast<unsigned int>(rows_);
    for (std::size_t i = 0; i < columns_.size(); ++i) columns_[i].bind(binds_[i]);
    if (mysql_stmt_attr_set(statement_.get(), STMT_ATTR_ARRAY_SIZE, &size) != 0 ||
        mysql_stmt_bind_param(statement_.get(), binds_.data()) != 0 || mysql_stmt_execute(statement_.get()) != 0) {
      return failure(statement_.get(), where_);
    }
    if (!is_count_of(write_, mysql_stmt_affected_rows(statement_.get()), rows_)) return rows_missing(where_);
    std::size_t expected_warnings = 0;
    for (const ColumnBuffer& column : columns_) expected_warnings += column.invalid_choices();
    SLIPWAY_CHECK(judge_warnings(target_, table_, expected_warnings, remarks_));
    for (ColumnBuffer& column : columns_) column.clear(4 * kBatchBytes);
    rows_ = 0;
    bytes_ = 0;
    return {};
  }

 private:
  MYSQL* target_;
  const Table& table_;
  std::string where_;
  Write write_;
  Remarks& remarks_;
  Statement statement_;
  std::vector<ColumnBuffer> columns_;
  std::vector<MYSQL_BIND> binds_;
  std::size_t rows_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace

Status become_reader(sql::Connection& source) {
  MYSQL* handle = source.handle();
  const std::string where = "source";
  SLIPWAY_CHECK(run_text(handle, "SET NAMES binary", where));
  SLIPWAY_CHECK(run_text(handle,
                         "SET SESSION time_zone = '+00:00', sql_mode = '', net_write_timeout = 3600, "
                         "net_read_timeout = 3600, wait_timeout = 28800",
                         where));
  // Warnings are looked for among those that the server keeps; MySQL 8 lets few users ask for more than 1,024.
  mysql_query(handle, "SET SESSION max_error_count = 65535");
  return run_text(handle, "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ", where);
}

Status become_loader(sql::Connection& target, Checks constraints, BinaryLog log) {
  if (log == BinaryLog::written) SLIPWAY_CHECK(log_inserted_rows(target));
  MYSQL* handle = target.handle();
  const std::string where = "target";
  SLIPWAY_CHECK(run_text(handle, "SET NAMES binary", where));
  // Rows of other streams are never looked at: no locks on the gaps between them.
  SLIPWAY_CHECK(run_text(handle, "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED", where));
  return run_text(
      handle,
      std::string("SET SESSION time_zone = '+00:00', sql_mode = 'NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES', "
                  "foreign_key_checks = 0, innodb_lock_wait_timeout = 3600, max_error_count = 65535, "
                  "net_read_timeout = 3600, wait_timeout = 28800, check_constraint_checks = ") +
          (constraints == Checks::on ? "1" : "0") + "/*M!101100 , system_versioning_insert_history = 1*/" +
          std::string(setting(log)),
      where);
}

LaneCopier::LaneCopier(sql::Connection& source, sql::Connection& target, std::uint64_t packet_bytes,
                       CopyControl& control)
    : source_(source), target_(target), packet_bytes_(packet_bytes), control_(control) {}

namespace {

/// One lane under way.
class Lane {
 public:
  Lane(MYSQL* from, MYSQL* to, const Table& table, const std::vector<KeyColumn>& key, const Range& range,
       std::uint64_t packet_bytes, Write write, CopyControl& control)
      : from_(from),
        to_(to),
        table_(table),
        key_(key),
        range_(range),
        packet_bytes_(packet_bytes),
        control_(control),
        reading_("source table '" + table.name + "'"),
        writing_("target table '" + table.name + "'"),
        loader_(to, table, writing_, write, control.remarks),
        huge_(from, to, table, key, packet_bytes, write, control) {
    chunk_.range.after = range.after;
  }

  Status run(const ChunkLimits& limits, bool clear, const ChunkHooks& hooks) {
    SLIPWAY_CHECK(loader_.prepare());
    SLIPWAY_CHECK(run_text(to_, "START TRANSACTION", writing_));
    if (clear) SLIPWAY_CHECK(empty());
    SLIPWAY_TRY(const std::string select, select_statement());
    SLIPWAY_CHECK(run_text(from_, select, reading_));
    Answer answer(mysql_use_result(from_), mysql_free_result);
    if (!answer) return failure(from_, reading_);
    began_ = Clock::now();
    const auto carried = carry(answer.get(), limits, !clear, hooks);
    // Freeing the answer reads what is left of it. That can be much of a lane, so its session is ended instead; a
    // repair may be tried again and needs its session, whose snapshot no other has.
    if (!carried && !clear) mariadb_cancel(from_);
    answer.reset();
    SLIPWAY_CHECK(carried);
    return end(hooks);
  }

 private:
  using Clock = std::chrono::steady_clock;

  Result<std::string> select_statement() const {
    SLIPWAY_TRY(const std::string range, range_clause(table_, key_, range_));
    std::string order;
    for (const KeyColumn& column : key_) order.append(order.empty() ? " ORDER BY " : ",").append(column.quoted);
    return "SELECT " + huge_.columns(row_sum(table_)) + range + order;
  }

  Status empty() {
    SLIPWAY_TRY(std::string statement, sql::quote_identifier(table_.name));
    statement = "DELETE FROM " + statement;
    if (const std::string where = condition(key_, range_); !where.empty()) statement += " WHERE " + where;
    return run_text(to_, statement, writing_);
  }

  Status carry(MYSQL_RES* answer, const ChunkLimits& limits, bool cut, const ChunkHooks& hooks) {
    const std::size_t width = table_.columns.size();
    while (MYSQL_ROW row = mysql_fetch_row(answer)) {
      const unsigned long* lengths = mysql_fetch_lengths(answer);
      const std::size_t row_bytes = std::accumulate(lengths, lengths + width, std::size_t{0});
      std::uint64_t sum = 0;
      std::from_chars(row[width], row[width] + lengths[width], sum);
      chunk_.sum += sum;
      if (huge_.set_aside(row, lengths)) continue;
      if (huge_.too_large(row_bytes)) {
        SLIPWAY_CHECK(huge_.write_whole(row, lengths));
        count(1, row_bytes + width);
        continue;
      }
      if (loader_.bytes() + row_bytes > kBatchBytes) SLIPWAY_CHECK(flush());
      SLIPWAY_CHECK(loader_.add(row, lengths));
      if (!loader_.full()) continue;
      if (control_.stop) return Error{Code::cancelled, writing_ + ": stopped"};
      SLIPWAY_CHECK(flush());
      if (!cut || key_.empty() || huge_.waiting() > 0 ||
          (Clock::now() - began_ < limits.duration && chunk_.bytes < limits.bytes))
        continue;
      for (const KeyColumn& column : key_)
        chunk_.range.upto.push_back(literal(column, {row[column.index], lengths[column.index]}));
      SLIPWAY_CHECK(commit(hooks, false));
      SLIPWAY_CHECK(run_text(to_, "START TRANSACTION", writing_));
    }
    if (mysql_errno(from_) != 0) return failure(from_, reading_);
    return flush();
  }

  /// Rows that could not be read with the others, then the last commit.
  Status end(const ChunkHooks& hooks) {
    SLIPWAY_CHECK(source_gave_all(from_, reading_));
    const std::size_t rows = huge_.waiting();
    SLIPWAY_TRY(const std::uint64_t bytes, huge_.write_aside());
    chunk_.rows += rows;
    chunk_.bytes += bytes;
    chunk_.range.upto = range_.upto;
    return commit(hooks, true);
  }

  Status flush() {
    const std::size_t rows = loader_.rows();
    const std::size_t bytes = loader_.bytes();
    if (!fits_packet(bytes, packet_bytes_)) return row_too_large(writing_, bytes);
    SLIPWAY_CHECK(loader_.flush());
    count(rows, bytes);
    return {};
  }

  void count(std::size_t rows, std::size_t bytes) {
    chunk_.rows += rows;
    chunk_.bytes += bytes;
    control_.rows += rows;
    control_.bytes += bytes;
    control_.throttle.pace(bytes, control_.stop);
  }

  Status commit(const ChunkHooks& hooks, bool last) {
    SLIPWAY_CHECK(hooks.before_commit(chunk_, last));
    fail_point("copy.before_commit");
    SLIPWAY_CHECK(run_text(to_, "COMMIT", writing_));
    fail_point("copy.after_commit");
    hooks.committed();
    chunk_ = Chunk{{std::move(chunk_.range.upto), {}}};
    began_ = Clock::now();
    return {};
  }

  MYSQL* from_;
  MYSQL* to_;
  const Table& table_;
  const std::vector<KeyColumn>& key_;
  const Range& range_;
  std::uint64_t packet_bytes_;
  CopyControl& control_;
  std::string reading_;
  std::string writing_;
  Loader loader_;
  HugeRows huge_;
  Chunk chunk_;
  Clock::time_point began_;
};

}  // namespace

Status LaneCopier::copy(const Table& table, const std::vector<KeyColumn>& key, const Range& lane,
                        const ChunkLimits& limits, bool clear, const ChunkHooks& hooks) {
  // A repaired table may have its unique keys already, and a value of one may since have moved here from a range that
  // is still to be repaired: the row there is an old one and gives way. Row history has no unique keys to meet.
  const Write write = clear && !table.history ? Write::replace : Write::insert;
  Lane work(source_.handle(), target_.handle(), table, key, lane, packet_bytes_, write, control_);
  auto done = work.run(limits, clear, hooks);
  // A session that is gone has rolled back already.
  if (!done) mysql_query(target_.handle(), "ROLLBACK");
  return done;
}

}  // namespace slipway::migrate
