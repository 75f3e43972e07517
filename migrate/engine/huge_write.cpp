#include "migrate/engine/huge_write.hpp"

#include <algorithm>
#include <cstring>

#include "migrate/engine/connector.hpp"
#include "migrate/engine/huge_value.hpp"

namespace slipway::migrate {
namespace {

constexpr std::uint64_t kSlice = 1U << 20U;       // sent at a time: the library copies it
constexpr std::uint64_t kBoundBytes = 1U << 10U;  // shorter values go with the statement itself
constexpr std::uint64_t kMargin = 1U << 10U;
constexpr unsigned kNotAllowed = 1148;    // ER_NOT_ALLOWED_COMMAND
constexpr unsigned kNoLocalFiles = 4166;  // ER_LOAD_INFILE_CAPABILITY_DISABLED

/// The bytes of the row as LOAD DATA reads them, made as the library asks for them.
class RowText {
 public:
  RowText(const std::vector<HugeCell>& cells, const Pieces& pieces) : cells_(cells), pieces_(pieces) {}

  /// 0: the end; below: an error, which is kept.
  int read(char* buffer, std::size_t room) {
    while (ready_.size() == given_) {
      if (ended_) return 0;
      ready_.clear();
      given_ = 0;
      if (auto made = make(); !made) {
        error_ = std::move(made).error();
        return -1;
      }
    }
    const std::size_t bytes = std::min(room, ready_.size() - given_);
    std::memcpy(buffer, ready_.data() + given_, bytes);
    given_ += bytes;
    return static_cast<int>(bytes);
  }

  [[nodiscard]] const std::optional<Error>& error() const { return error_; }

 private:
  Status make() {
    const HugeCell& cell = cells_[column_];
    if (cell.bytes == nullptr && !cell.apart) {
      ready_ = "\\N";
    } else if (offset_ < cell.length) {
      if (piece_.empty() && cell.apart) {
        SLIPWAY_TRY(piece_, pieces_(column_, offset_));
      } else if (piece_.empty()) {
        piece_ = {cell.bytes, cell.length};
      }
      const std::string_view slice = piece_.substr(0, kSlice);
      append_escaped(slice, ready_);
      piece_.remove_prefix(slice.size());
      offset_ += slice.size();
      if (offset_ < cell.length) return {};
    }
    ++column_;
    offset_ = 0;
    ended_ = column_ == cells_.size();
    ready_.push_back(ended_ ? '\n' : '\t');
    return {};
  }

  const std::vector<HugeCell>& cells_;
  const Pieces& pieces_;
  std::size_t column_ = 0;
  std::uint64_t offset_ = 0;
  std::string_view piece_;
  std::string ready_;
  std::size_t given_ = 0;
  bool ended_ = false;
  std::optional<Error> error_;
};

int begin_reading(void** row, const char* /*name*/, void* from) {
  *row = from;
  return 0;
}
int read_row(void* row, char* buffer, unsigned int room) { return static_cast<RowText*>(row)->read(buffer, room); }
void end_reading(void* /*row*/) {}
int reading_failed(void* /*row*/, char* text, unsigned int room) {
  if (room > 0) *text = '\0';
  return 1;
}

Status send(MYSQL_STMT* statement, unsigned parameter, std::string_view bytes, std::uint64_t most,
            const std::string& where) {
  while (!bytes.empty()) {
    const std::string_view slice = bytes.substr(0, most);
    if (mysql_stmt_send_long_data(statement, parameter, slice.data(), slice.size()) != 0)
      return failure(statement, where);
    bytes.remove_prefix(slice.size());
  }
  return {};
}

}  // namespace

Result<std::string> insert_statement(const Table& table, Write write) {
  SLIPWAY_TRY(const std::string name, sql::quote_identifier(table.name));
  std::string columns;
  std::string marks;
  for (const Column& column : table.columns) {
    SLIPWAY_TRY(const std::string quoted, sql::quote_identifier(column.name));
    columns.append(columns.empty() ? "" : ",").append(quoted);
    marks.append(marks.empty() ? "?" : ",?");
  }
  return (write == Write::replace ? "REPLACE INTO " : "INSERT INTO ") + name + " (" + columns + ") VALUES (" + marks +
         ")";
}

HugeWriter::HugeWriter(st_mysql* target, const Table& table, std::uint64_t packet_bytes, Write write, Remarks& remarks)
    : target_(target),
      table_(table),
      packet_bytes_(packet_bytes),
      write_(write),
      remarks_(remarks),
      where_("target table '" + table.name + "'") {}

Status HugeWriter::write(const std::vector<HugeCell>& cells, const Pieces& pieces, const std::string& row) {
  // The limit holds for each parameter that is sent in pieces, not for their sum.
  const bool fits = std::all_of(cells.begin(), cells.end(),
                                [&](const HugeCell& cell) { return cell.length + kMargin <= packet_bytes_; });
  return fits ? insert(cells, pieces) : load(cells, pieces, row);
}

Status HugeWriter::insert(const std::vector<HugeCell>& cells, const Pieces& pieces) {
  SLIPWAY_TRY(const std::string text, insert_statement(table_, write_));
  const Statement statement(mysql_stmt_init(target_), mysql_stmt_close);
  if (!statement) return failure(target_, where_);
  if (mysql_stmt_prepare(statement.get(), text.data(), text.size()) != 0) return failure(statement.get(), where_);
  std::vector<ColumnBuffer> columns;
  std::vector<MYSQL_BIND> binds(cells.size());
  const auto in_pieces = [&](std::size_t i) {
    return cells[i].apart || (table_.columns[i].carry == Carry::text && cells[i].length > kBoundBytes);
  };
  columns.reserve(cells.size());  // binds point into it
  for (std::size_t i = 0; i < cells.size(); ++i) {
    columns.emplace_back(table_.columns[i].carry);
    const bool added = in_pieces(i) ? columns[i].add("", 0) : columns[i].add(cells[i].bytes, cells[i].length);
    if (!added) return Error{Code::corrupt, where_ + ": a number cannot be read"};
    columns[i].bind_one(binds[i]);
  }
  if (mysql_stmt_bind_param(statement.get(), binds.data()) != 0) return failure(statement.get(), where_);
  const std::uint64_t most = std::min(kSlice, packet_bytes_ / 2);
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (!in_pieces(i)) continue;
    const auto parameter = static_cast<unsigned>(i);
    if (!cells[i].apart) {
      SLIPWAY_CHECK(send(statement.get(), parameter, {cells[i].bytes, cells[i].length}, most, where_));
      continue;
    }
    for (std::uint64_t offset = 0; offset < cells[i].length;) {
      SLIPWAY_TRY(const std::string_view piece, pieces(i, offset));
      SLIPWAY_CHECK(send(statement.get(), parameter, piece, most, where_));
      offset += piece.size();
    }
  }
  if (mysql_stmt_execute(statement.get()) != 0) return failure(statement.get(), where_);
  return judge(mysql_stmt_affected_rows(statement.get()), cells);
}

Status HugeWriter::load(const std::vector<HugeCell>& cells, const Pieces& pieces, const std::string& row) {
  SLIPWAY_TRY(const std::string statement, load_statement(table_, write_ == Write::replace));
  RowText text(cells, pieces);
  mysql_set_local_infile_handler(target_, begin_reading, read_row, end_reading, reading_failed, &text);
  const bool failed = mysql_real_query(target_, statement.data(), statement.size()) != 0;
  sql::refuse_local_files(target_);
  if (text.error()) return *text.error();
  if (!failed) return judge(mysql_affected_rows(target_), cells);
  const unsigned number = mysql_errno(target_);
  if (number != kNotAllowed && number != kNoLocalFiles) return failure(target_, where_);
  const auto largest = std::max_element(cells.begin(), cells.end(),
                                        [](const HugeCell& a, const HugeCell& b) { return a.length < b.length; });
  return Error{Code::too_large,
               where_ + ": " + row + " holds a value of " + std::to_string(largest->length) +
                   " bytes, above the target's max_allowed_packet of " + std::to_string(packet_bytes_) +
                   ", and the target takes no LOAD DATA LOCAL",
               "set max_allowed_packet=1G or local_infile=1 on the target and run the command again"};
}

Status HugeWriter::judge(std::uint64_t affected, const std::vector<HugeCell>& cells) {
  std::size_t invalid_choices = 0;
  for (std::size_t i = 0; i < cells.size(); ++i)
    if (table_.columns[i].carry == Carry::choice && std::string_view(cells[i].bytes, cells[i].length) == "0")
      ++invalid_choices;
  SLIPWAY_CHECK(judge_warnings(target_, table_, invalid_choices, remarks_));
  if (!is_count_of(write_, affected, 1)) return rows_missing(where_);
  return {};
}

}  // namespace slipway::migrate
