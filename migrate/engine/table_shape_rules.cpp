#include "migrate/engine/table_shape_rules.hpp"

#include <algorithm>
#include <regex>

namespace slipway::migrate {
namespace {

bool starts_with_any(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(), [&](std::string_view word) { return text.starts_with(word); });
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

std::string_view trimmed(std::string_view line) {
  while (!line.empty() && line.front() == ' ') line.remove_prefix(1);
  while (!line.empty() && (line.back() == ' ' || line.back() == ',')) line.remove_suffix(1);
  return line;
}

/// "`name` int … AUTO_INCREMENT" → "`name`"; empty for every other column.
std::string_view counting_column(std::string_view line) {
  if (!line.starts_with('`') || line.find(" AUTO_INCREMENT") == std::string_view::npos) return {};
  const auto end = line.find("` ");
  return end == std::string_view::npos ? std::string_view{} : line.substr(0, end + 1);
}

/// What the source says after the closing bracket, reduced to what a staging table should keep.
std::string options_of(std::string_view line, std::vector<std::string>& changes) {
  std::string options = " ENGINE=InnoDB";
  const std::string text(line);
  std::smatch found;
  if (std::regex_search(text, found, std::regex("ENGINE=(\\w+)")) && found[1] != "InnoDB")
    changes.push_back("engine " + found[1].str() + " became InnoDB");
  if (std::regex_search(text, found, std::regex("DEFAULT CHARSET=(\\w+)"))) options += " " + found[0].str();
  if (std::regex_search(text, found, std::regex("COLLATE=(\\w+)"))) options += " " + found[0].str();
  if (std::regex_search(text, found, std::regex("ROW_FORMAT=(DYNAMIC|COMPRESSED|COMPACT)")))
    options += " " + found[0].str();
  return options + " STATS_AUTO_RECALC=0";
}

}  // namespace

std::string replace_collations(std::string_view text, std::vector<std::string>& changes) {
  static const std::regex foreign("utf8mb4_(\\w+_)?0900_(ai_ci|as_ci|as_cs|bin)");
  const std::string from(text);
  std::string to;
  auto rest = from.cbegin();
  std::smatch found;
  while (std::regex_search(rest, from.cend(), found, foreign)) {
    const std::string kind = found[2].str();
    const std::string nearest = kind == "bin" ? "utf8mb4_nopad_bin" : "utf8mb4_uca1400_nopad_" + kind;
    to.append(rest, found[0].first).append(nearest);
    const std::string change = "collation " + found[0].str() + " became " + nearest;
    if (std::find(changes.begin(), changes.end(), change) == changes.end()) changes.push_back(change);
    rest = found[0].second;
  }
  return to.append(rest, from.cend());
}

Result<TableShape> take_apart(std::string_view table, std::string_view create_statement) {
  TableShape shape;
  const std::string replaced = replace_collations(create_statement, shape.changes);
  const auto lines = lines_of(replaced);
  if (lines.size() < 3 || !lines.front().starts_with("CREATE TABLE `")) {
    return Error{Code::unsupported, "table '" + std::string(table) + "': the source does not describe it as a table"};
  }
  std::vector<std::string_view> kept;
  std::string_view counter;
  std::string primary;
  std::string options;
  for (std::size_t i = 1; i < lines.size(); ++i) {
    if (lines[i].starts_with(")")) {
      options = options_of(lines[i], shape.changes);
      if (i + 1 < lines.size() && lines[i + 1].find("PARTITION") != std::string_view::npos)
        shape.changes.emplace_back("partitions were left away");
      break;
    }
    const auto line = trimmed(lines[i]);
    if (const auto found = counting_column(line); !found.empty()) counter = found;
    if (line.starts_with("PRIMARY KEY")) primary = line;
    if (starts_with_any(line, {"KEY ", "UNIQUE KEY ", "FULLTEXT KEY ", "SPATIAL KEY "})) {
      shape.keys.emplace_back(line);
    } else if (line.starts_with("CONSTRAINT ") && line.find(" FOREIGN KEY (") != std::string_view::npos) {
      shape.foreign_keys.emplace_back(line);
    } else {
      kept.push_back(line);
    }
  }
  // A counting column must be the first of some key from the start.
  std::string counting_key;
  if (!counter.empty() && !primary.starts_with("PRIMARY KEY (" + std::string(counter))) {
    const auto found = std::find_if(shape.keys.begin(), shape.keys.end(), [&](const std::string& key) {
      return key.find("(" + std::string(counter)) != std::string::npos;
    });
    if (found != shape.keys.end()) {
      counting_key = *found;
      shape.keys.erase(found);
    }
  }
  shape.bare = std::string(lines.front()) + "\n";
  for (std::size_t i = 0; i < kept.size(); ++i) shape.bare.append(i == 0 ? "  " : ",\n  ").append(kept[i]);
  if (!counting_key.empty()) shape.bare += ",\n  " + counting_key;
  shape.bare += "\n)" + options;
  return shape;
}

}  // namespace slipway::migrate
