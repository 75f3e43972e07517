// The columns of a running prepared statement, read as text of any length. Inside this folder only.
#pragma once

#include <mysql.h>

#include <string>
#include <vector>

#include "appliance/sql/value.hpp"

namespace slipway::sql {

/// Numbers and times arrive in binary and are written as text here, exactly (a double in the shortest form that reads
/// back equal); everything else arrives as bytes and is fetched at its true length, so no buffer is sized in advance.
class Columns {
 public:
  /// `statement` has been executed and has a result; it must outlive this.
  explicit Columns(MYSQL_STMT* statement);

  /// False when Connector/C refuses; the statement has the reason.
  [[nodiscard]] bool bind();

  /// The row just fetched.
  [[nodiscard]] Row row();

 private:
  enum class Kind { bytes, integer, natural, real32, real64, year, date, date_time, time };
  struct Column {
    Kind kind = Kind::bytes;
    unsigned fraction_digits = 0;
    unsigned long length = 0;
    my_bool null = 0;
    my_bool truncated = 0;
    union {
      long long integer;
      double real64;
      float real32;
    };
    MYSQL_TIME time{};
  };
  [[nodiscard]] static Kind kind_of(const MYSQL_FIELD& field);
  [[nodiscard]] std::string text(std::size_t index);

  MYSQL_STMT* statement_;
  std::vector<Column> columns_;
  std::vector<MYSQL_BIND> binds_;
};

}  // namespace slipway::sql
