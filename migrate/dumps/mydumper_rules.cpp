#include "migrate/dumps/mydumper_rules.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <set>

namespace slipway::migrate {
namespace {

struct Suffix {
  std::string_view text;
  MydumperKind kind;
  bool of_table;
};

// The longer ones first.
constexpr std::array kSuffixes{Suffix{"-schema-create.sql", MydumperKind::database, false},
                               Suffix{"-schema-post.sql", MydumperKind::routines, false},
                               Suffix{"-schema-triggers.sql", MydumperKind::triggers, true},
                               Suffix{"-schema-view.sql", MydumperKind::view, true},
                               Suffix{"-schema-sequence.sql", MydumperKind::table, true},
                               Suffix{"-schema.sql", MydumperKind::table, true},
                               Suffix{".sql", MydumperKind::rows, true}};

std::string_view without_packing(std::string_view name) {
  for (const std::string_view packing : {".gz", ".zst", ".xz"})
    if (name.ends_with(packing)) return name.substr(0, name.size() - packing.size());
  return name;
}

bool is_number(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

/// "table.00000.00001" → "table".
std::string_view without_chunk(std::string_view stem) {
  for (;;) {
    const auto dot = stem.rfind('.');
    if (dot == std::string_view::npos || !is_number(stem.substr(dot + 1))) return stem;
    stem = stem.substr(0, dot);
  }
}

/// Takes "db.table" apart; names of databases can hold dots, so the known ones come first.
void split(std::string_view stem, const std::set<std::string, std::less<>>& databases, MydumperFile& file) {
  std::size_t dot = stem.find('.');
  for (const std::string& database : databases)
    if (stem.size() > database.size() && stem.starts_with(database) && stem[database.size()] == '.')
      dot = database.size();
  file.database = stem.substr(0, dot);
  if (dot != std::string_view::npos) file.table = stem.substr(dot + 1);
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\r' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

std::string unquoted(std::string_view name) {
  if (name.size() >= 2 && (name.front() == '`' || name.front() == '"') && name.back() == name.front())
    name = name.substr(1, name.size() - 2);
  return std::string(name);
}

/// "[`db`.`table`]"; nothing for every other section.
std::pair<std::string, std::string> table_of_section(std::string_view line) {
  line = line.substr(1, line.size() - 2);
  for (const std::string_view joint : {"`.`", "\".\""}) {
    const auto at = line.find(joint);
    if (at != std::string_view::npos) return {unquoted(line.substr(0, at + 1)), unquoted(line.substr(at + 2))};
  }
  return {};
}

}  // namespace

Result<std::vector<MydumperFile>> sort_mydumper_files(const std::vector<std::string>& names) {
  std::set<std::string, std::less<>> databases;
  for (const std::string& name : names) {
    const std::string_view plain = without_packing(name);
    const std::string_view suffix = kSuffixes.front().text;
    if (plain.ends_with(suffix)) databases.emplace(plain.substr(0, plain.size() - suffix.size()));
  }
  std::vector<MydumperFile> files;
  for (const std::string& name : names) {
    std::string_view stem = without_packing(name);
    if (stem.ends_with(".dat") || stem.ends_with(".csv"))
      return Error{Code::unsupported, "holds rows in other files than SQL ('" + name + "')",
                   "make the dump anew with mydumper, without --load-data and --csv"};
    const auto* const suffix =
        std::find_if(kSuffixes.begin(), kSuffixes.end(), [&](const Suffix& one) { return stem.ends_with(one.text); });
    if (suffix == kSuffixes.end()) continue;
    stem.remove_suffix(suffix->text.size());
    MydumperFile file{name, suffix->kind, std::string(stem), {}};
    if (suffix->kind == MydumperKind::rows) stem = without_chunk(stem);
    // Triggers of one table, or of a whole database.
    if (suffix->of_table && !databases.contains(stem)) split(stem, databases, file);
    if (suffix->kind == MydumperKind::rows && file.table.empty()) continue;
    files.push_back(std::move(file));
  }
  std::stable_sort(files.begin(), files.end(),
                   [](const MydumperFile& a, const MydumperFile& b) { return a.kind < b.kind; });
  return files;
}

MydumperMetadata read_mydumper_metadata(std::string_view text) {
  MydumperMetadata metadata;
  std::pair<std::string, std::string> table;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const std::string_view line = trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.find("Finished dump at") != std::string_view::npos) metadata.finished = true;
    if (line.starts_with('[') && line.ends_with(']')) table = table_of_section(line);
    if (table.second.empty()) continue;
    const auto equals = line.find('=');
    if (equals == std::string_view::npos) continue;
    const std::string_view name = trimmed(line.substr(0, equals));
    const std::string_view value = trimmed(line.substr(equals + 1));
    std::uint64_t rows = 0;
    if (name == "real_table_name") table.second = unquoted(value);
    if (name == "rows" && std::from_chars(value.data(), value.data() + value.size(), rows).ec == std::errc{})
      metadata.rows[table] = rows;
  }
  return metadata;
}

}  // namespace slipway::migrate
