#include "migrate/engine/checksum.hpp"

#include "migrate/engine/copy_stream.hpp"

namespace slipway::migrate {
namespace {

std::string range_text(const Table& table, const Chunk& chunk) {
  if (!chunk.from && !chunk.to) return "all rows";
  return table.leading_key + " from " + (chunk.from ? std::to_string(*chunk.from) : "the first") + " to " +
         (chunk.to ? "before " + std::to_string(*chunk.to) : "the last");
}

}  // namespace

Result<ChunkSum> sum_chunk(sql::Connection& connection, const Table& table, const Chunk& chunk) {
  std::string cells;
  for (const Column& column : table.columns) {
    const bool number = column.carry != Carry::text && column.carry != Carry::real;
    // Values become their CRC first: a row of any size stays a short string, and no two character sets meet.
    cells += ",IFNULL(" + (number ? column.selected : "CRC32(" + column.selected + ")") + ",'~')";
  }
  SLIPWAY_TRY(const std::string range, range_clause(table, chunk));
  SLIPWAY_TRY(const auto row,
              connection.query_one("SELECT COUNT(*), COALESCE(SUM(CRC32(CONCAT_WS(','" + cells + "))), 0)" + range));
  if (!row) return Error{Code::internal, "table '" + table.name + "': no answer to a count"};
  return ChunkSum{row->text(0), row->text(1)};
}

Status compare_chunk(sql::Connection& source, sql::Connection& target, const Table& table, const Chunk& chunk) {
  SLIPWAY_TRY(const ChunkSum there, sum_chunk(source, table, chunk));
  SLIPWAY_TRY(const ChunkSum here, sum_chunk(target, table, chunk));
  if (there == here) return {};
  return Error{Code::corrupt,
               "table '" + table.name + "': " + range_text(table, chunk) + " differ after the copy (" + there.rows +
                   " rows on the source, " + here.rows + " on the target)",
               "run the command again; when it stays so, check the disks and memory of both machines"};
}

}  // namespace slipway::migrate
