#include "migrate/engine/load_warnings.hpp"

#include <charconv>

#include "migrate/engine/connector.hpp"
#include "migrate/engine/load_warning_rules.hpp"

namespace slipway::migrate {
namespace {

Error changed(const std::string& where, const std::string& column, std::size_t warnings) {
  return {Code::corrupt,
          where + (column.empty() ? "" : ": column '" + column + "'") +
              ": the target took values only by changing them (" + std::to_string(warnings) + " warnings)",
          "compare the definition of the table on both sides"};
}

struct Judgement {
  std::size_t seen = 0;
  std::size_t carried = 0;  ///< warnings that are not about computed columns
  std::string column;       ///< the first carried column that one is about
};

void judge(unsigned code, const std::string& message, const Table& table, Remarks& remarks, Judgement& judgement) {
  ++judgement.seen;
  const std::string begin = "table " + table.name + ": ";
  for (const std::string& column : table.computed) {
    if (!is_about_column(message, column)) continue;
    remarks.add(begin + "generated column " + column + ": some values do not fit its type; the target made them fit");
    return;
  }
  if (!table.computed.empty() && comes_from_expression(code, message)) {
    remarks.add(begin + "expressions of its generated columns met values that they do not take (warning " +
                std::to_string(code) + " of the target)");
    return;
  }
  ++judgement.carried;
  if (!judgement.column.empty()) return;
  for (const Column& column : table.columns)
    if (is_about_column(message, column.name)) judgement.column = column.name;
}

}  // namespace

void Remarks::add(std::string remark) {
  const std::lock_guard guard(mutex_);
  remarks_.insert(std::move(remark));
}

std::vector<std::string> Remarks::all() const {
  const std::lock_guard guard(mutex_);
  return {remarks_.begin(), remarks_.end()};
}

Status judge_warnings(st_mysql* target, const Table& table, std::size_t expected, Remarks& remarks) {
  const std::size_t warnings = mysql_warning_count(target);
  if (warnings <= expected) return {};
  const std::string where = "target table '" + table.name + "'";
  SLIPWAY_CHECK(run_text(target, "SHOW WARNINGS", where));
  const Answer answer(mysql_store_result(target), mysql_free_result);
  if (!answer) return failure(target, where);
  Judgement judgement;
  while (MYSQL_ROW row = mysql_fetch_row(answer.get())) {
    const unsigned long* lengths = mysql_fetch_lengths(answer.get());
    unsigned code = 0;
    std::from_chars(row[1], row[1] + lengths[1], code);
    judge(code, {row[2], lengths[2]}, table, remarks, judgement);
  }
  // One that is not listed may be about anything.
  const std::size_t hidden = warnings > judgement.seen ? warnings - judgement.seen : 0;
  if (judgement.carried + hidden <= expected) return {};
  return changed(where, judgement.column, warnings);
}

}  // namespace slipway::migrate
