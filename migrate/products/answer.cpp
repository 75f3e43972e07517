#include "migrate/products/answer.hpp"

#include <charconv>

namespace slipway::migrate {

Result<std::uint64_t> whole_number(const sql::Row& row, std::size_t column, const std::string& place) {
  const std::string name = place + ": column " + std::to_string(column + 1);
  if (column >= row.size()) return Error{Code::invalid_argument, name + " is missing"};
  if (row.is_null(column))
    return Error{Code::invalid_argument, name + " is NULL instead of a number",
                 "a SUM or MAX of no rows is NULL: say COALESCE(…, 0)"};
  const std::string& text = row.text(column);
  std::uint64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, fault] = std::from_chars(text.data(), end, value);
  if (fault != std::errc{} || rest != end) return Error{Code::invalid_argument, name + " is no whole number"};
  return value;
}

}  // namespace slipway::migrate
