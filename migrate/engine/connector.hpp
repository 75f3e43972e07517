// What the files that speak to Connector/C themselves share: its errors, and cells as it wants them bound. They do so
// because rows as strings in maps of cells cost twice the time.
#pragma once

#include <mysql.h>

#include <memory>
#include <string>
#include <vector>

#include "appliance/base/result.hpp"
#include "migrate/engine/catalog.hpp"

namespace slipway::migrate {

using Statement = std::unique_ptr<MYSQL_STMT, decltype(&mysql_stmt_close)>;
using Answer = std::unique_ptr<MYSQL_RES, decltype(&mysql_free_result)>;

/// What a raw call says went wrong; `where` names the object.
[[nodiscard]] Error failure(MYSQL* handle, const std::string& where);
[[nodiscard]] Error failure(MYSQL_STMT* statement, const std::string& where);

/// A statement without rows in its answer.
[[nodiscard]] Status run_text(MYSQL* handle, const std::string& statement, const std::string& where);

/// The error of a row that no packet of the target can hold.
[[nodiscard]] Error row_too_large(const std::string& where, std::size_t bytes);

/// The error of an INSERT that took fewer rows than it was given.
[[nodiscard]] Error rows_missing(const std::string& where);

/// Whether a row of so many bytes fits into a packet, with a margin for what the protocol adds to the values.
[[nodiscard]] bool fits_packet(std::uint64_t bytes, std::uint64_t packet_bytes);

/// The cells of one column, laid out as binding wants them.
class ColumnBuffer {
 public:
  explicit ColumnBuffer(Carry carry) : carry_(carry) {}

  /// False: the text is no number.
  [[nodiscard]] bool add(const char* cell, std::size_t length);

  /// All cells, for array binding.
  void bind(MYSQL_BIND& bind);

  /// The first cell, for one row.
  void bind_one(MYSQL_BIND& bind);

  /// Invalid values of an ENUM: the server takes their 0 as it is, and warns of each.
  [[nodiscard]] std::size_t invalid_choices() const;

  /// Forgets the cells; memory above `keep_bytes` goes back.
  void clear(std::size_t keep_bytes);

 private:
  bool add_number(const char* begin, const char* end);
  void set_type(MYSQL_BIND& bind) const;

  Carry carry_;
  std::vector<char> indicators_;
  std::vector<std::size_t> offsets_;
  std::vector<unsigned long> lengths_;
  std::vector<char*> pointers_;
  std::vector<std::uint64_t> numbers_;  ///< integers, or the bits of doubles
  std::string arena_;
  my_bool null_ = 0;  ///< of bind_one()
};

}  // namespace slipway::migrate
