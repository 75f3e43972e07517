// Array binding: one COM_STMT_BULK_EXECUTE carries many rows of parameters, column by column.
#include <charconv>

#include "appliance/sql/connection_state.hpp"
#include "appliance/sql/failure.hpp"

namespace slipway::sql {
namespace {

// Rows of one packet: enough to make the round trip cheap, well below any sensible max_allowed_packet.
constexpr std::size_t kBatchBytes = 8U << 20U;
constexpr std::size_t kBatchRows = 16'384;
constexpr std::size_t kBytesPerCell = 10;  // length prefix or number, with its indicator

std::size_t packet_bytes(const Values& row) {
  std::size_t bytes = 0;
  for (const Value& value : row) {
    bytes += kBytesPerCell;
    if (const auto* text = std::get_if<std::string>(&value.variant())) bytes += text->size();
  }
  return bytes;
}

template <typename Number>
std::string digits(Number number) {
  std::string text(40, '\0');
  const auto end = std::to_chars(text.data(), text.data() + text.size(), number).ptr;
  text.resize(static_cast<std::size_t>(end - text.data()));
  return text;
}

// One column of parameters in the layout Connector/C wants. Columns of one number type go as numbers, all others as
// text.
class BulkColumn {
 public:
  BulkColumn(const std::vector<Values>& rows, std::size_t first, std::size_t last, std::size_t column) {
    indicators_.reserve(last - first);
    std::size_t integers = 0, naturals = 0, reals = 0, nulls = 0;
    for (std::size_t i = first; i < last; ++i) {
      const auto& value = rows[i][column].variant();
      integers += std::holds_alternative<std::int64_t>(value) ? 1U : 0U;
      naturals += std::holds_alternative<std::uint64_t>(value) ? 1U : 0U;
      reals += std::holds_alternative<double>(value) ? 1U : 0U;
      const bool null = std::holds_alternative<std::monostate>(value);
      nulls += null ? 1U : 0U;
      indicators_.push_back(static_cast<char>(null ? STMT_INDICATOR_NULL : STMT_INDICATOR_NONE));
    }
    const std::size_t count = last - first;
    const auto all = [&](std::size_t of_kind) { return of_kind > 0 && of_kind + nulls == count; };
    if (all(integers))
      numbers<std::int64_t>(integers_, MYSQL_TYPE_LONGLONG, rows, first, last, column);
    else if (all(naturals))
      numbers<std::uint64_t>(naturals_, MYSQL_TYPE_LONGLONG, rows, first, last, column);
    else if (all(reals))
      numbers<double>(reals_, MYSQL_TYPE_DOUBLE, rows, first, last, column);
    else
      texts(rows, first, last, column);
    bind_.is_unsigned = naturals_.empty() ? 0 : 1;
    bind_.u.indicator = indicators_.data();
  }

  [[nodiscard]] const MYSQL_BIND& bind() const { return bind_; }

 private:
  template <typename Number>
  void numbers(std::vector<Number>& into, enum_field_types type, const std::vector<Values>& rows, std::size_t first,
               std::size_t last, std::size_t column) {
    into.reserve(last - first);
    for (std::size_t i = first; i < last; ++i) {
      const auto* number = std::get_if<Number>(&rows[i][column].variant());
      into.push_back(number == nullptr ? Number{} : *number);
    }
    bind_.buffer_type = type;
    bind_.buffer = into.data();
  }

  void texts(const std::vector<Values>& rows, std::size_t first, std::size_t last, std::size_t column) {
    written_.reserve(last - first);  // pointers into it must stay
    pointers_.reserve(last - first);
    lengths_.reserve(last - first);
    for (std::size_t i = first; i < last; ++i) {
      const auto& value = rows[i][column].variant();
      std::string_view text;
      if (const auto* bytes = std::get_if<std::string>(&value)) text = *bytes;
      if (const auto* number = std::get_if<std::int64_t>(&value)) text = written_.emplace_back(digits(*number));
      if (const auto* number = std::get_if<std::uint64_t>(&value)) text = written_.emplace_back(digits(*number));
      if (const auto* number = std::get_if<double>(&value)) text = written_.emplace_back(digits(*number));
      pointers_.push_back(text.data() == nullptr ? "" : text.data());
      lengths_.push_back(text.size());
    }
    bind_.buffer_type = MYSQL_TYPE_STRING;
    bind_.buffer = pointers_.data();
    bind_.length = lengths_.data();
  }

  std::vector<char> indicators_;
  std::vector<std::int64_t> integers_;
  std::vector<std::uint64_t> naturals_;
  std::vector<double> reals_;
  std::vector<std::string> written_;
  std::vector<const char*> pointers_;
  std::vector<unsigned long> lengths_;
  MYSQL_BIND bind_{};
};

}  // namespace

Result<Outcome> Statement::run_bulk(const std::vector<Values>& rows, std::size_t first, std::size_t last) {
  for (std::size_t i = first; i < last; ++i) SLIPWAY_CHECK(check_parameters(rows[i]));
  std::vector<BulkColumn> columns;
  std::vector<MYSQL_BIND> binds;
  columns.reserve(rows[first].size());
  for (std::size_t column = 0; column < rows[first].size(); ++column) {
    columns.emplace_back(rows, first, last, column);
    binds.push_back(columns.back().bind());
  }
  auto count = static_cast<unsigned>(last - first);
  const auto set_count = [&] { return mysql_stmt_attr_set(statement_, STMT_ATTR_ARRAY_SIZE, &count) == 0; };
  if (!set_count() || mysql_stmt_bind_param(statement_, binds.data()) != 0) return failure();
  auto outcome = execute();
  // The statement may be run with single values next.
  count = 0;
  if (!set_count() && outcome) return failure();
  if (!outcome) return outcome;
  SLIPWAY_CHECK(drain());
  return outcome;
}

Result<Outcome> Connection::execute_bulk(std::string_view statement, const std::vector<Values>& rows) {
  Outcome total;
  if (rows.empty()) return total;
  const Session& session = state_->session;
  if (!session.mariadb)
    return Error{Code::unsupported, session.name + ": the server does not take arrays of parameters",
                 "use a MariaDB server, or execute() for each row"};
  if (rows.front().empty()) return Error{Code::internal, session.name + ": a bulk statement needs parameters"};
  const std::size_t limit_bytes = std::min<std::size_t>(kBatchBytes, session.max_packet_bytes / 2);
  for (std::size_t first = 0; first < rows.size();) {
    std::size_t last = first;
    for (std::size_t bytes = 0; last < rows.size() && last - first < kBatchRows; ++last) {
      bytes += packet_bytes(rows[last]);
      if (last > first && bytes > limit_bytes) break;
    }
    SLIPWAY_TRY(const Outcome outcome, state_->with_statement(statement, [&](Statement& prepared) {
      return prepared.run_bulk(rows, first, last);
    }));
    if (first == 0) total.last_insert_id = outcome.last_insert_id;
    total.affected_rows += outcome.affected_rows;
    total.warnings += outcome.warnings;
    first = last;
  }
  return total;
}

}  // namespace slipway::sql
