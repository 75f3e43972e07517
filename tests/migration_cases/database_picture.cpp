#include "tests/migration_cases/database_picture.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace slipway::test {
namespace {

constexpr std::string_view kHistory = " FOR SYSTEM_TIME ALL";

/// Bytes that are no printable ASCII as \x00, so that a line is a line and every byte counts.
std::string printable(const std::string& bytes) {
  std::string text;
  for (const char c : bytes) {
    const auto u = static_cast<unsigned char>(c);
    std::array<char, 5> code{};
    if (u >= 0x20U && u != '\\' && u < 0x7FU)
      text += c;
    else
      text.append(code.data(), static_cast<std::size_t>(std::snprintf(code.data(), code.size(), "\\x%02X", u)));
  }
  return text;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines(1);
  for (const char c : text) {
    if (c == '\n')
      lines.emplace_back();
    else
      lines.back() += c;
  }
  return lines;
}

class Painter {
 public:
  explicit Painter(sql::Connection& connection) : connection_(connection) {}

  DatabasePicture paint() {
    run("SET SESSION sql_mode = '', time_zone = '+00:00', character_set_results = NULL");
    const sql::Rows session = rows("SELECT DATABASE(), CONCAT('DEFINER=`', REPLACE(CURRENT_USER(), '@', '`@`'), '`')");
    database_ = session.front().text(0);
    definer_ = session.front().text(1);
    paint_all("database", "SELECT @@collation_database");
    for (const sql::Row& table : rows("SELECT table_name, table_type FROM information_schema.tables "
                                      "WHERE table_schema = DATABASE() ORDER BY 1"))
      paint_table(table.text(0), table.text(1));
    for (const sql::Row& routine : rows("SELECT LOWER(routine_type), routine_name FROM information_schema.routines "
                                        "WHERE routine_schema = DATABASE() ORDER BY 1, 2"))
      paint_definition(routine.text(0), routine.text(1));
    for (const sql::Row& trigger :
         rows("SELECT trigger_name FROM information_schema.triggers WHERE trigger_schema = DATABASE() ORDER BY 1"))
      paint_definition("trigger", trigger.text(0));
    for (const sql::Row& event :
         rows("SELECT event_name FROM information_schema.events WHERE event_schema = DATABASE() ORDER BY 1"))
      paint_definition("event", event.text(0));
    paint_all("order of triggers",
              "SELECT event_object_table, action_timing, event_manipulation, action_order, trigger_name "
              "FROM information_schema.triggers WHERE trigger_schema = DATABASE() ORDER BY 1, 2, 3, 4");
    return std::move(picture_);
  }

 private:
  void run(const std::string& statement) {
    if (const auto done = connection_.execute_text(statement); !done) fail(statement, done.error());
  }

  [[noreturn]] static void fail(const std::string& statement, const Error& error) {
    std::fprintf(stderr, "%s: %s\n", statement.c_str(), to_text(error).c_str());
    std::abort();
  }

  sql::Rows rows(const std::string& query) {
    auto answer = connection_.query(query);
    if (!answer) fail(query, answer.error());
    return std::move(answer).value();
  }

  /// One line for each row. An error is a line too: a broken view is broken on both sides.
  void paint_all(const std::string& heading, const std::string& query, bool in_any_order = false) {
    auto& lines = picture_[heading];
    const auto answer = connection_.query(query);
    if (!answer) {
      const auto& context = answer.error().context;
      lines.push_back("error " + (context.empty() ? answer.error().message : context.front().second));
      return;
    }
    for (const sql::Row& row : *answer) {
      std::string line;
      for (std::size_t i = 0; i < row.size(); ++i)
        line.append(i == 0 ? "" : " | ").append(row.is_null(i) ? "NULL" : printable(row.text(i)));
      lines.push_back(std::move(line));
    }
    if (in_any_order) std::sort(lines.begin(), lines.end());
  }

  std::string quoted(const std::string& name) { return sql::quote_identifier(name).value(); }

  void paint_table(const std::string& name, const std::string& type) {
    const std::string table = quoted(name);
    if (type == "SEQUENCE") {
      paint_definition("sequence", name);
      return paint_all("value of " + name, "SELECT next_not_cached_value, cycle_count FROM " + table);
    }
    if (type == "VIEW") {
      paint_definition("view", name);
      return paint_all("rows of " + name, "SELECT * FROM " + table, true);
    }
    paint_definition("table", name);
    paint_rows(name, type == "SYSTEM VERSIONED");
  }

  void paint_rows(const std::string& name, bool versioned) {
    std::string columns;
    bool own_period = false;
    const auto add = [&](const std::string& expression) {
      columns.append(columns.empty() ? "" : ", ").append(expression);
    };
    const auto described = connection_.query(
        "SELECT column_name, LOWER(data_type), COALESCE(generation_expression, '') "
        "FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = ? "
        "ORDER BY ordinal_position",
        {name});
    if (!described) fail(name, described.error());
    for (const sql::Row& column : *described) {
      const std::string quoted_name = quoted(column.text(0));
      const std::string& kind = column.text(1);
      if (column.text(2).starts_with("ROW ")) {
        own_period = true;
        if (kind == "bigint") continue;  // numbers of a server's own transactions
      }
      if (kind == "float") {
        add(quoted_name + " + 0e0");
      } else if (kind == "enum" || kind == "set") {
        std::string both = "CONCAT(CAST(";
        add(both.append(quoted_name).append(" AS UNSIGNED), '=', ").append(quoted_name).append(")"));
      } else if (kind == "bit") {
        add(quoted_name + " + 0");
      } else {
        add(quoted_name);
      }
    }
    if (versioned && !own_period) columns += ", row_start, row_end";
    paint_all("rows of " + name, "SELECT " + columns + " FROM " + quoted(name) + std::string(versioned ? kHistory : ""),
              true);
  }

  void paint_definition(const std::string& kind, const std::string& name) {
    const auto row = rows("SHOW CREATE " + kind + " " + quoted(name)).front();
    auto& lines = picture_[kind + " " + name];
    // The last cell of a trigger is the time it was created.
    const std::size_t cells = kind == "trigger" ? row.size() - 1 : row.size();
    for (std::size_t i = 1; i < cells; ++i)
      for (const std::string& line : lines_of(without_names(row.optional_text(i).value_or("NULL"))))
        lines.push_back(printable(line));
  }

  /// What differs between two databases, and between two people who run the test, by its nature.
  std::string without_names(const std::string& text) const {
    std::string result;
    for (std::size_t at = 0; at < text.size();) {
      const std::string_view rest = std::string_view(text).substr(at);
      if (rest.starts_with(definer_)) {
        result.append("DEFINER=me");
        at += definer_.size();
      } else if (rest.starts_with(database_)) {
        result.append("@");
        at += database_.size();
      } else {
        result.push_back(text[at++]);
      }
    }
    return result;
  }

  sql::Connection& connection_;
  std::string database_;
  std::string definer_;  ///< as the server writes the user of this session
  DatabasePicture picture_;
};

/// Lines of `left` that `right` has not, as often as they are there.
std::vector<std::string> without(std::vector<std::string> left, const std::vector<std::string>& right) {
  for (const std::string& line : right) {
    const auto found = std::find(left.begin(), left.end(), line);
    if (found != left.end()) left.erase(found);
  }
  return left;
}

}  // namespace

DatabasePicture picture_of_database(sql::Connection& connection) { return Painter(connection).paint(); }

std::vector<std::string> compare(const DatabasePicture& here, const DatabasePicture& there) {
  std::vector<std::string> differences;
  DatabasePicture all = here;
  all.insert(there.begin(), there.end());
  for (const auto& [heading, ignored] : all) {
    const auto left = here.find(heading);
    const auto right = there.find(heading);
    const std::vector<std::string> none;
    const auto& from = left == here.end() ? none : left->second;
    const auto& to = right == there.end() ? none : right->second;
    if (from == to && left != here.end() && right != there.end()) continue;
    differences.push_back("= " + heading);
    const auto lost = without(from, to);
    const auto gained = without(to, from);
    for (const std::string& line : lost) differences.push_back("- " + line);
    for (const std::string& line : gained) differences.push_back("+ " + line);
    if (lost.empty() && gained.empty()) differences.emplace_back("~ the same lines in another order");
  }
  return differences;
}

}  // namespace slipway::test
