// Values that go into and come out of prepared statements.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "appliance/base/result.hpp"
#include "appliance/base/time.hpp"

namespace slipway::sql {

/// One parameter: NULL, an integer, a double, or bytes (text and BLOB alike, UTF-8 where it is text).
class Value {
 public:
  using Variant = std::variant<std::monostate, std::int64_t, std::uint64_t, double, std::string>;

  Value() = default;
  Value(std::nullptr_t) {}                                         // NOLINT: reads as SQL NULL
  Value(bool flag) : variant_(static_cast<std::int64_t>(flag)) {}  // NOLINT
  template <std::signed_integral I>
  Value(I number) : variant_(static_cast<std::int64_t>(number)) {}  // NOLINT
  template <std::unsigned_integral I>
  requires(!std::same_as<I, bool>) Value(I number) : variant_(static_cast<std::uint64_t>(number)) {}  // NOLINT
  Value(double number) : variant_(number) {}                                                          // NOLINT
  Value(const char* text) : variant_(std::string(text)) {}                                            // NOLINT
  Value(std::string_view text) : variant_(std::string(text)) {}                                       // NOLINT
  Value(std::string text) : variant_(std::move(text)) {}                                              // NOLINT
  Value(Timestamp time) : variant_(to_sql(time)) {}                                                   // NOLINT
  template <typename T>
  Value(const std::optional<T>& value) : Value(value ? Value(*value) : Value()) {}  // NOLINT

  [[nodiscard]] const Variant& variant() const noexcept { return variant_; }

 private:
  Variant variant_;
};

using Values = std::vector<Value>;

/// One row of a result, owned. Columns are counted from 0 in the order of the SELECT list. Reading a column as a type
/// it does not hold, or a NULL by a getter that is not `optional_…`, is a fault of the caller and aborts.
class Row {
 public:
  using Cell = std::optional<std::string>;
  explicit Row(std::vector<Cell> cells) : cells_(std::move(cells)) {}

  [[nodiscard]] std::size_t size() const noexcept { return cells_.size(); }
  [[nodiscard]] bool is_null(std::size_t column) const;
  [[nodiscard]] const std::string& text(std::size_t column) const;
  [[nodiscard]] std::int64_t integer(std::size_t column) const;
  [[nodiscard]] std::uint64_t natural(std::size_t column) const;  ///< unsigned
  [[nodiscard]] double real(std::size_t column) const;
  [[nodiscard]] bool boolean(std::size_t column) const;
  [[nodiscard]] Timestamp time(std::size_t column) const;  ///< DATETIME/TIMESTAMP in UTC
  [[nodiscard]] std::optional<std::string> optional_text(std::size_t column) const;
  [[nodiscard]] std::optional<std::int64_t> optional_integer(std::size_t column) const;
  [[nodiscard]] std::optional<Timestamp> optional_time(std::size_t column) const;

 private:
  std::vector<Cell> cells_;
};

using Rows = std::vector<Row>;

/// What a statement that changes data reports.
struct Outcome {
  std::uint64_t affected_rows = 0;
  std::uint64_t last_insert_id = 0;
  std::uint32_t warnings = 0;
};

/// `name` in backticks, for the few places where a database or table name is not fixed. The one quoting function.
/// Error: invalid_argument when empty, longer than 64 characters, holding NUL or ending in a space.
[[nodiscard]] Result<std::string> quote_identifier(std::string_view name);

}  // namespace slipway::sql
