#include "migrate/engine/huge_rows.hpp"

#include <numeric>

#include "migrate/engine/fail_point.hpp"

namespace slipway::migrate {
namespace {

std::string name_of(const std::vector<KeyColumn>& key, const Position& position) {
  return key.empty() ? std::string("a row of a table without a usable key") : "the row with " + is_row(key, position);
}

}  // namespace

HugeRows::HugeRows(MYSQL* source, MYSQL* target, const Table& table, const std::vector<KeyColumn>& key,
                   std::uint64_t packet_bytes, Write write, CopyControl& control)
    : source_(source),
      table_(table),
      key_(key),
      packet_bytes_(packet_bytes),
      control_(control),
      reading_("source table '" + table.name + "'"),
      huge_(huge_columns(table, key, packet_bytes)),
      writer_(target, table, packet_bytes, write, control.remarks),
      piece_(nullptr, mysql_free_result) {}

std::string HugeRows::columns(const std::string& row_sum) const {
  std::string text;
  for (std::size_t i = 0; i < table_.columns.size(); ++i) text += short_value(table_, huge_, i) + ",";
  text += row_sum;
  return huge_.columns.empty() ? text : text + "," + huge_lengths(table_, huge_);
}

bool HugeRows::set_aside(MYSQL_ROW row, const unsigned long* lengths) {
  if (huge_.columns.empty() || row[table_.columns.size() + 1] == nullptr) return false;
  Position position;
  for (const KeyColumn& column : key_) position.push_back(literal(column, {row[column.index], lengths[column.index]}));
  aside_.push_back(std::move(position));
  return true;
}

Status HugeRows::write_whole(MYSQL_ROW row, const unsigned long* lengths) {
  std::vector<HugeCell> cells;
  Position position;
  for (std::size_t i = 0; i < table_.columns.size(); ++i) cells.push_back({row[i], lengths[i], false});
  for (const KeyColumn& column : key_) position.push_back(literal(column, {row[column.index], lengths[column.index]}));
  const Pieces none = [&](std::size_t, std::uint64_t) -> Result<std::string_view> {
    return Error{Code::internal, reading_ + ": a value that came whole was asked for again"};
  };
  return writer_.write(cells, none, name_of(key_, position));
}

Status source_gave_all(MYSQL* source, const std::string& where) {
  constexpr std::string_view kPacketOverflowed = "1301";
  if (mysql_warning_count(source) == 0) return {};
  SLIPWAY_CHECK(run_text(source, "SHOW WARNINGS", where));
  const Answer answer(mysql_store_result(source), mysql_free_result);
  if (!answer) return failure(source, where);
  while (MYSQL_ROW row = mysql_fetch_row(answer.get()))
    if (row[1] == kPacketOverflowed)
      return Error{Code::too_large,
                   where + ": holds JSON above the source's own max_allowed_packet, which it does not give",
                   "SET GLOBAL max_allowed_packet = 1073741824 on the source and run the command again"};
  return {};
}

Result<std::uint64_t> HugeRows::write_aside() {
  std::uint64_t bytes = 0;
  for (const Position& position : aside_) {
    SLIPWAY_TRY(const std::uint64_t written, write_one(position));
    bytes += written;
  }
  aside_.clear();
  return bytes;
}

Result<std::uint64_t> HugeRows::write_one(const Position& position) {
  SLIPWAY_TRY(const std::string name, sql::quote_identifier(table_.name));
  const std::string where = " FROM " + name + " FORCE INDEX (PRIMARY) WHERE " + is_row(key_, position);
  SLIPWAY_CHECK(run_text(source_, "SELECT " + columns("0") + where, reading_));
  const Answer answer(mysql_store_result(source_), mysql_free_result);
  if (!answer) return failure(source_, reading_);
  MYSQL_ROW row = mysql_fetch_row(answer.get());
  const std::size_t width = table_.columns.size();
  const Error gone{Code::corrupt, reading_ + ": " + name_of(key_, position) + " cannot be read twice alike",
                   "check the table on the source with CHECK TABLE"};
  if (row == nullptr || row[width + 1] == nullptr) return gone;
  const unsigned long* lengths = mysql_fetch_lengths(answer.get());
  auto huge = read_lengths(table_, huge_, {row[width + 1], lengths[width + 1]});
  if (!huge) return gone;
  lengths_ = std::move(*huge);
  std::vector<HugeCell> cells;
  for (std::size_t i = 0; i < width; ++i) {
    const bool apart = lengths_[i] > 0;
    cells.push_back({apart ? nullptr : row[i], apart ? lengths_[i] : lengths[i], apart});
  }
  const Pieces pieces = [&](std::size_t column, std::uint64_t offset) { return piece(column, offset, where); };
  const auto written = writer_.write(cells, pieces, name_of(key_, position));
  piece_.reset();
  if (!written) return written.error();
  std::uint64_t beside = width;
  for (std::size_t i = 0; i < width; ++i)
    if (!cells[i].apart) beside += cells[i].length;
  control_.bytes += beside;
  ++control_.rows;
  return std::accumulate(lengths_.begin(), lengths_.end(), beside);
}

Result<std::string_view> HugeRows::piece(std::size_t column, std::uint64_t offset, const std::string& where) {
  if (control_.stop) return Error{Code::cancelled, reading_ + ": stopped"};
  if (offset > 0) fail_point("copy.huge_piece");
  const std::uint64_t bytes = std::min(piece_bytes(lengths_[column]), lengths_[column] - offset);
  piece_.reset();
  SLIPWAY_CHECK(run_text(source_, "SELECT " + piece_of(table_.columns[column], offset, bytes) + where, reading_));
  piece_.reset(mysql_use_result(source_));
  if (!piece_) return failure(source_, reading_);
  MYSQL_ROW row = mysql_fetch_row(piece_.get());
  if (row == nullptr && mysql_errno(source_) != 0) return failure(source_, reading_);
  const unsigned long* lengths = row == nullptr ? nullptr : mysql_fetch_lengths(piece_.get());
  if (lengths == nullptr || row[0] == nullptr || lengths[0] != bytes)
    return Error{Code::corrupt,
                 reading_ + ": column '" + table_.columns[column].name +
                     "': the source gives only a part of a value of " + std::to_string(lengths_[column]) + " bytes",
                 "set max_allowed_packet=1G on the source and run the command again"};
  control_.bytes += bytes;
  control_.throttle.pace(bytes, control_.stop);
  return std::string_view(row[0], bytes);
}

}  // namespace slipway::migrate
