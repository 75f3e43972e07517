#include "migrate/engine/connector.hpp"

#include <charconv>
#include <cstring>

#include "appliance/sql/failure.hpp"

namespace slipway::migrate {
namespace {

constexpr const char* kLargerPackets = "set max_allowed_packet=1G on the target and run the command again";

Error failure(unsigned number, const char* state, const char* text, const std::string& where) {
  Error error = sql::to_error({number, state, text}, where);
  if (error.code == Code::unavailable) error.hint = "see that the server runs, then run the command again";
  if (error.code == Code::too_large) error.hint = kLargerPackets;
  return error;
}

}  // namespace

Error failure(MYSQL* handle, const std::string& where) {
  return failure(mysql_errno(handle), mysql_sqlstate(handle), mysql_error(handle), where);
}

Error failure(MYSQL_STMT* statement, const std::string& where) {
  return failure(mysql_stmt_errno(statement), mysql_stmt_sqlstate(statement), mysql_stmt_error(statement), where);
}

Status run_text(MYSQL* handle, const std::string& statement, const std::string& where) {
  if (mysql_real_query(handle, statement.data(), statement.size()) == 0) return {};
  return failure(handle, where);
}

Error row_too_large(const std::string& where, std::size_t bytes) {
  return {Code::too_large,
          where + ": a row of " + std::to_string(bytes) + " bytes does not fit into max_allowed_packet",
          kLargerPackets};
}

Error rows_missing(const std::string& where) {
  return {Code::corrupt, where + ": the target did not take all rows it was given",
          "compare the definition of the table on both sides"};
}

bool fits_packet(std::uint64_t bytes, std::uint64_t packet_bytes) { return bytes + bytes / 8 + 65'536 <= packet_bytes; }

bool ColumnBuffer::add(const char* cell, std::size_t length) {
  indicators_.push_back(cell == nullptr ? STMT_INDICATOR_NULL : STMT_INDICATOR_NONE);
  if (carry_ == Carry::text) {
    offsets_.push_back(arena_.size());
    lengths_.push_back(length);
    if (cell != nullptr) arena_.append(cell, length);
    return true;
  }
  if (cell == nullptr) {
    numbers_.push_back(0);
    return true;
  }
  return add_number(cell, cell + length);
}

bool ColumnBuffer::add_number(const char* begin, const char* end) {
  std::uint64_t bits = 0;
  std::from_chars_result parsed{};
  if (carry_ == Carry::natural || carry_ == Carry::choice) {
    parsed = std::from_chars(begin, end, bits);
  } else if (carry_ == Carry::integer) {
    std::int64_t number = 0;
    parsed = std::from_chars(begin, end, number);
    bits = static_cast<std::uint64_t>(number);
  } else {
    double number = 0;
    parsed = std::from_chars(begin, end, number);
    std::memcpy(&bits, &number, sizeof bits);
  }
  numbers_.push_back(bits);
  return parsed.ec == std::errc{} && parsed.ptr == end;
}

void ColumnBuffer::set_type(MYSQL_BIND& bind) const {
  std::memset(&bind, 0, sizeof bind);
  if (carry_ == Carry::text)
    bind.buffer_type = MYSQL_TYPE_STRING;
  else
    bind.buffer_type = carry_ == Carry::real ? MYSQL_TYPE_DOUBLE : MYSQL_TYPE_LONGLONG;
  bind.is_unsigned = carry_ == Carry::natural || carry_ == Carry::choice ? 1 : 0;
}

void ColumnBuffer::bind(MYSQL_BIND& bind) {
  set_type(bind);
  bind.u.indicator = indicators_.data();
  if (carry_ != Carry::text) {
    bind.buffer = static_cast<void*>(numbers_.data());
    return;
  }
  pointers_.resize(offsets_.size());
  for (std::size_t i = 0; i < offsets_.size(); ++i) pointers_[i] = arena_.data() + offsets_[i];
  bind.buffer = static_cast<void*>(pointers_.data());
  bind.length = lengths_.data();
}

void ColumnBuffer::bind_one(MYSQL_BIND& bind) {
  set_type(bind);
  null_ = indicators_.front() == STMT_INDICATOR_NULL ? 1 : 0;
  bind.is_null = &null_;
  if (carry_ != Carry::text) {
    bind.buffer = static_cast<void*>(numbers_.data());
    return;
  }
  bind.buffer = static_cast<void*>(arena_.data());
  bind.buffer_length = lengths_.front();
  bind.length = lengths_.data();
}

std::size_t ColumnBuffer::invalid_choices() const {
  if (carry_ != Carry::choice) return 0;
  std::size_t count = 0;
  for (std::size_t i = 0; i < numbers_.size(); ++i)
    if (numbers_[i] == 0 && indicators_[i] == STMT_INDICATOR_NONE) ++count;
  return count;
}

void ColumnBuffer::clear(std::size_t keep_bytes) {
  indicators_.clear();
  offsets_.clear();
  lengths_.clear();
  numbers_.clear();
  arena_.clear();
  if (arena_.capacity() > keep_bytes) arena_.shrink_to_fit();
}

}  // namespace slipway::migrate
