#include "appliance/sql/columns.hpp"

#include <array>
#include <charconv>
#include <cstdio>
#include <memory>

namespace slipway::sql {
namespace {

constexpr unsigned kMostFractionDigits = 6;

template <typename Number>
std::string digits(Number number) {
  std::array<char, 40> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), number).ptr;
  return {text.data(), end};
}

// ".120000" cut to the column's digits; an expression of unknown precision shows what it has.
std::string fraction(const MYSQL_TIME& time, unsigned wanted) {
  if (wanted > kMostFractionDigits) wanted = time.second_part == 0 ? 0 : kMostFractionDigits;
  if (wanted == 0) return {};
  std::array<char, 24> text{};
  std::snprintf(text.data(), text.size(), ".%06lu", time.second_part);
  text.at(wanted + 1) = 0;
  return text.data();
}

std::string date(const MYSQL_TIME& time) {
  std::array<char, 48> text{};
  std::snprintf(text.data(), text.size(), "%04u-%02u-%02u", time.year, time.month, time.day);
  return text.data();
}

std::string clock(const MYSQL_TIME& time, unsigned hour) {
  std::array<char, 48> text{};
  std::snprintf(text.data(), text.size(), "%02u:%02u:%02u", hour, time.minute, time.second);
  return text.data();
}

}  // namespace

Columns::Kind Columns::kind_of(const MYSQL_FIELD& field) {
  switch (field.type) {
    case MYSQL_TYPE_TINY:
    case MYSQL_TYPE_SHORT:
    case MYSQL_TYPE_INT24:
    case MYSQL_TYPE_LONG:
    case MYSQL_TYPE_LONGLONG:
      return (field.flags & UNSIGNED_FLAG) != 0 ? Kind::natural : Kind::integer;
    case MYSQL_TYPE_YEAR:
      return Kind::year;
    case MYSQL_TYPE_FLOAT:
      return Kind::real32;
    case MYSQL_TYPE_DOUBLE:
      return Kind::real64;
    case MYSQL_TYPE_DATE:
    case MYSQL_TYPE_NEWDATE:
      return Kind::date;
    case MYSQL_TYPE_DATETIME:
    case MYSQL_TYPE_TIMESTAMP:
      return Kind::date_time;
    case MYSQL_TYPE_TIME:
      return Kind::time;
    default:
      return Kind::bytes;
  }
}

Columns::Columns(MYSQL_STMT* statement)
    : statement_(statement),
      columns_(mysql_stmt_field_count(statement)),
      binds_(mysql_stmt_field_count(statement), MYSQL_BIND{}) {}

bool Columns::bind() {
  const std::unique_ptr<MYSQL_RES, decltype(&mysql_free_result)> meta(mysql_stmt_result_metadata(statement_),
                                                                      &mysql_free_result);
  if (meta == nullptr || mysql_num_fields(meta.get()) != columns_.size()) return false;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    const MYSQL_FIELD& field = *mysql_fetch_field_direct(meta.get(), static_cast<unsigned>(i));
    Column& column = columns_[i];
    MYSQL_BIND& bind = binds_[i];
    column.kind = kind_of(field);
    column.fraction_digits = field.decimals;
    bind.length = &column.length;
    bind.is_null = &column.null;
    bind.error = &column.truncated;
    switch (column.kind) {
      case Kind::bytes:
        bind.buffer_type = MYSQL_TYPE_STRING;
        break;  // no buffer: the fetch tells the length only
      case Kind::integer:
      case Kind::natural:
      case Kind::year:
        bind.buffer_type = MYSQL_TYPE_LONGLONG;
        bind.buffer = &column.integer;
        bind.buffer_length = sizeof column.integer;
        bind.is_unsigned = column.kind == Kind::integer ? 0 : 1;
        break;
      case Kind::real32:
        bind.buffer_type = MYSQL_TYPE_FLOAT;
        bind.buffer = &column.real32;
        bind.buffer_length = sizeof column.real32;
        break;
      case Kind::real64:
        bind.buffer_type = MYSQL_TYPE_DOUBLE;
        bind.buffer = &column.real64;
        bind.buffer_length = sizeof column.real64;
        break;
      case Kind::date:
      case Kind::date_time:
      case Kind::time:
        bind.buffer_type = field.type;
        bind.buffer = &column.time;
        bind.buffer_length = sizeof column.time;
        break;
    }
  }
  return mysql_stmt_bind_result(statement_, binds_.data()) == 0;
}

std::string Columns::text(std::size_t index) {
  const Column& column = columns_[index];
  const MYSQL_TIME& time = column.time;
  switch (column.kind) {
    case Kind::integer:
      return digits(column.integer);
    case Kind::natural:
      return digits(static_cast<unsigned long long>(column.integer));
    case Kind::real32:
      return digits(column.real32);
    case Kind::real64:
      return digits(column.real64);
    case Kind::date:
      return date(time);
    case Kind::date_time:
      return date(time) + ' ' + clock(time, time.hour) + fraction(time, column.fraction_digits);
    case Kind::time: {
      std::string text = clock(time, time.day * 24 + time.hour);
      if (time.neg != 0) text.insert(text.begin(), '-');
      return text += fraction(time, column.fraction_digits);
    }
    case Kind::year: {
      std::array<char, 24> year{};
      std::snprintf(year.data(), year.size(), "%04lld", column.integer);
      return year.data();
    }
    case Kind::bytes:
      break;
  }
  std::string bytes(column.length, '\0');
  if (!bytes.empty()) {
    MYSQL_BIND whole = binds_[index];
    whole.buffer = bytes.data();
    whole.buffer_length = bytes.size();
    mysql_stmt_fetch_column(statement_, &whole, static_cast<unsigned>(index), 0);
  }
  return bytes;
}

Row Columns::row() {
  std::vector<Row::Cell> cells;
  cells.reserve(columns_.size());
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (columns_[i].null != 0)
      cells.emplace_back();
    else
      cells.emplace_back(text(i));
  }
  return Row(std::move(cells));
}

}  // namespace slipway::sql
