// Rows that hold huge values, on their way through a lane: set aside while the lane is read, and fetched by their key
// in pieces afterwards, on the same session and so from the same snapshot.
#pragma once

#include "migrate/engine/connector.hpp"
#include "migrate/engine/copy_stream.hpp"
#include "migrate/engine/huge_value.hpp"
#include "migrate/engine/huge_write.hpp"

namespace slipway::migrate {

/// Whether a source gave every value of the answer that has just been read to its end: MySQL makes JSON above its
/// packet an empty text, and only warns. The session must be free of any answer. `where` names the table. Error:
/// too_large.
[[nodiscard]] Status source_gave_all(MYSQL* source, const std::string& where);

/// Of one lane. Not thread-safe.
class HugeRows {
 public:
  HugeRows(MYSQL* source, MYSQL* target, const Table& table, const std::vector<KeyColumn>& key,
           std::uint64_t packet_bytes, Write write, CopyControl& control);

  /// The columns that a lane reads: values with commas between, and what set_aside() asks for after `row_sum`.
  [[nodiscard]] std::string columns(const std::string& row_sum) const;

  /// True: the row holds huge values and is kept for later, by its key.
  [[nodiscard]] bool set_aside(MYSQL_ROW row, const unsigned long* lengths);

  /// How many rows were set aside and are not written yet: a range that holds them is not whole.
  [[nodiscard]] std::size_t waiting() const noexcept { return aside_.size(); }

  /// Whether a row came whole and is too large for a batch all the same.
  [[nodiscard]] bool too_large(std::uint64_t row_bytes) const noexcept {
    return row_bytes > kHugeBytes || !fits_packet(row_bytes, packet_bytes_);
  }

  /// Writes such a row at once.
  [[nodiscard]] Status write_whole(MYSQL_ROW row, const unsigned long* lengths);

  /// Fetches and writes the rows that were set aside; the session must be free of any answer. Returns how many bytes
  /// they hold, of which control knows. Errors: those of HugeWriter::write and of the source.
  [[nodiscard]] Result<std::uint64_t> write_aside();

 private:
  [[nodiscard]] Result<std::uint64_t> write_one(const Position& position);
  [[nodiscard]] Result<std::string_view> piece(std::size_t column, std::uint64_t offset, const std::string& where);

  MYSQL* source_;
  const Table& table_;
  const std::vector<KeyColumn>& key_;
  std::uint64_t packet_bytes_;
  CopyControl& control_;
  std::string reading_;
  HugeColumns huge_;
  HugeWriter writer_;
  std::vector<Position> aside_;
  std::vector<std::uint64_t> lengths_;  ///< of the huge values of the row under way, by column
  Answer piece_;
};

}  // namespace slipway::migrate
