#include "appliance/config/toml_edit.hpp"

#include <algorithm>
#include <vector>

#include "appliance/config/toml_file.hpp"

namespace slipway::config {
namespace {

constexpr std::string_view kBlank = " \t\r";

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    lines.emplace_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = std::min(text.find_first_not_of(kBlank), text.size());
  text.remove_prefix(begin);
  return text.substr(0, text.find_last_not_of(kBlank) + 1);
}

/// The key that a line of a section sets; `commented` looks at lines that are commented out instead. A comment that
/// says something about a key in words sets none.
std::string_view key_of(std::string_view line, bool commented) {
  line = trimmed(line);
  if (line.starts_with('#') != commented) return {};
  if (commented) line = trimmed(line.substr(1));
  const std::size_t equals = line.find('=');
  if (equals == std::string_view::npos || (commented && !parse_toml(line, "").has_value())) return {};
  return trimmed(line.substr(0, equals));
}

/// What stands behind the value of a line: blanks and a comment.
std::string_view behind_value(std::string_view line) {
  std::string_view rest = line.substr(line.find('=') + 1);
  rest.remove_prefix(std::min(rest.find_first_not_of(kBlank), rest.size()));
  for (const std::string_view quote : {R"(""")", "'''", R"(")", "'"}) {
    if (!rest.starts_with(quote)) continue;
    std::size_t end = quote.size();
    while (end < rest.size() && !rest.substr(end).starts_with(quote))
      end += quote.front() == '"' && rest[end] == '\\' ? 2 : 1;
    return rest.substr(std::min(end + quote.size(), rest.size()));
  }
  return rest.substr(rest.substr(0, rest.find('#')).find_last_not_of(kBlank) + 1);
}

std::string section_of(std::string_view line) {
  line = trimmed(line);
  const std::size_t end = line.find(']');
  return line.starts_with('[') && end != std::string_view::npos ? std::string(trimmed(line.substr(1, end - 1)))
                                                                : std::string();
}

struct Section {
  std::size_t begin = 0;  ///< the line behind its head
  std::size_t end = 0;    ///< of its last line with something on it
  bool found = false;
};

Section find_section(const std::vector<std::string>& lines, std::string_view name) {
  Section section;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::string here = section_of(lines[i]);
    if (here.empty()) {
      if (section.found && !trimmed(lines[i]).empty()) section.end = i + 1;
      continue;
    }
    if (section.found) break;
    if (here == name) section = {.begin = i + 1, .end = i + 1, .found = true};
  }
  return section;
}

/// Comments right above the next section's head belong to that one, and so do the blank lines above them.
std::size_t end_without_comments(const std::vector<std::string>& lines, const Section& section) {
  std::size_t end = section.end;
  if (end >= lines.size()) return end;
  while (end > section.begin && trimmed(lines[end - 1]).starts_with('#') && key_of(lines[end - 1], true).empty()) --end;
  while (end > section.begin && trimmed(lines[end - 1]).empty()) --end;
  return end;
}

void add_section(std::vector<std::string>& lines, std::string_view name, std::string line) {
  if (!lines.empty() && !trimmed(lines.back()).empty()) lines.emplace_back();
  lines.push_back(std::string("[").append(name).append("]"));
  lines.push_back(std::move(line));
}

void set(std::vector<std::string>& lines, std::string_view section_name, std::string_view key,
         const std::string& value) {
  std::string line(key);
  line.append(" = ").append(value);
  const Section section = find_section(lines, section_name);
  if (!section.found) return add_section(lines, section_name, std::move(line));
  for (const bool commented : {false, true})
    for (std::size_t i = section.begin; i < section.end; ++i)
      if (key_of(lines[i], commented) == key) {
        const std::string indent = lines[i].substr(0, lines[i].find_first_not_of(kBlank));
        lines[i] = indent + line.append(behind_value(lines[i]));
        return;
      }
  const std::size_t end = end_without_comments(lines, section);
  lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(end), std::move(line));
}

}  // namespace

std::string settings_with(std::string_view toml, const std::map<std::string, std::string>& values) {
  std::vector<std::string> lines = lines_of(toml);
  for (const auto& [key, value] : values) {
    const std::size_t dot = key.find('.');
    set(lines, std::string_view(key).substr(0, dot), std::string_view(key).substr(dot + 1), value);
  }
  std::string out;
  for (const std::string& line : lines) out.append(line).append("\n");
  return out;
}

std::string toml_quoted(std::string_view text) {
  std::string out = "\"";
  for (const char letter : text) {
    if (letter == '"' || letter == '\\') out.push_back('\\');
    out.push_back(letter);
  }
  out.push_back('"');
  return out;
}

}  // namespace slipway::config
