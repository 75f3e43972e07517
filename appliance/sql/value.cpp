#include "appliance/sql/value.hpp"

#include <charconv>
#include <cstdio>
#include <cstdlib>

namespace slipway::sql {
namespace {

constexpr std::size_t kLongestIdentifier = 64;

[[noreturn]] void refuse(std::size_t column, const char* wanted) {
  std::fprintf(stderr, "sql: column %zu of a row read as %s, which it is not\n", column, wanted);
  std::abort();
}

template <typename Number>
Number number(const Row::Cell& cell, std::size_t column, const char* wanted) {
  Number value{};
  if (!cell) refuse(column, wanted);
  const char* const end = cell->data() + cell->size();
  const auto [rest, fault] = std::from_chars(cell->data(), end, value);
  if (fault != std::errc{} || rest != end) refuse(column, wanted);
  return value;
}

// Length in characters of well-formed UTF-8.
std::size_t characters(std::string_view text) {
  std::size_t count = 0;
  for (const char c : text) count += (static_cast<unsigned char>(c) & 0xC0U) != 0x80U ? 1U : 0U;
  return count;
}

}  // namespace

bool Row::is_null(std::size_t column) const { return !cells_.at(column).has_value(); }

bool Row::boolean(std::size_t column) const { return integer(column) != 0; }

Row::Cell Row::optional_text(std::size_t column) const { return cells_.at(column); }

const std::string& Row::text(std::size_t column) const {
  const Cell& cell = cells_.at(column);
  if (!cell) refuse(column, "text");
  return *cell;
}

std::int64_t Row::integer(std::size_t column) const {
  return number<std::int64_t>(cells_.at(column), column, "an integer");
}

std::uint64_t Row::natural(std::size_t column) const {
  return number<std::uint64_t>(cells_.at(column), column, "an unsigned integer");
}

double Row::real(std::size_t column) const { return number<double>(cells_.at(column), column, "a number"); }

Timestamp Row::time(std::size_t column) const {
  const auto parsed = parse_timestamp(text(column));
  if (!parsed) refuse(column, "a time");
  return *parsed;
}

std::optional<std::int64_t> Row::optional_integer(std::size_t column) const {
  if (is_null(column)) return std::nullopt;
  return integer(column);
}

std::optional<Timestamp> Row::optional_time(std::size_t column) const {
  if (is_null(column)) return std::nullopt;
  return time(column);
}

Result<std::string> quote_identifier(std::string_view name) {
  const auto refuse_name = [](std::string_view why) {
    return Error{Code::invalid_argument, "database identifier: " + std::string(why),
                 "choose 1 to 64 characters, not ending in a space"};
  };
  if (name.empty()) return refuse_name("is empty");
  if (characters(name) > kLongestIdentifier) return refuse_name("is longer than 64 characters");
  if (name.find('\0') != std::string_view::npos) return refuse_name("holds a NUL character");
  if (name.back() == ' ') return refuse_name("ends in a space");
  std::string quoted = "`";
  for (const char c : name) {
    quoted += c;
    if (c == '`') quoted += '`';
  }
  return quoted + '`';
}

}  // namespace slipway::sql
