#include "migrate/products/profile_check.hpp"

#include <algorithm>
#include <set>

#include "appliance/config/nearest.hpp"
#include "appliance/sql/script.hpp"
#include "migrate/products/status_map.hpp"

namespace slipway::migrate {
namespace {

constexpr const char* kManifest = "profile.toml";

bool is_built_in_step(const std::string& step) { return step == "content" || step == "values"; }

std::size_t line_in_manifest(const Profile& profile, const std::string& what) {
  const auto found = profile.lines.find(what);
  return found == profile.lines.end() ? 0 : found->second;
}

class FileChecker {
 public:
  explicit FileChecker(const Profile& profile) : profile_(profile) {}

  ProfileFaults all() {
    for (const std::string& step : profile_.steps)
      if (!is_built_in_step(step))
        script(step, "step " + step, "a step is \"content\", \"values\" or a file of the profile");
    order_of_built_in_steps();
    if (!profile_.checks.empty()) queries(profile_.checks, "checks");
    if (!profile_.assess.empty()) queries(profile_.assess, "assess");
    if (!profile_.schema.empty()) script(profile_.schema, "schema", "");
    unnamed_files();
    manifest_queries();
    if (profile_.transform) {
      if (profile_.steps.empty()) add(kManifest, 0, "'steps' is missing: nothing says how the rows are transformed");
      tables();
      statuses();
    }
    return std::move(faults_);
  }

 private:
  void add(const std::string& file, std::size_t line, const std::string& text) {
    faults_.push_back({file, line, text});
  }

  std::vector<sql::ScriptStatement> script(const std::string& file, const std::string& named_by,
                                           const std::string& hint) {
    const auto found = profile_.files.find(file);
    if (found == profile_.files.end()) {
      std::vector<std::string> known;
      for (const auto& [name, bytes] : profile_.files) known.push_back(name);
      const auto nearest = config::nearest(file, known);
      add(kManifest, line_in_manifest(profile_, named_by),
          "file '" + file + "' is missing" +
              (nearest        ? "; did you mean '" + *nearest + "'?"
               : hint.empty() ? ""
                              : ": " + hint));
      return {};
    }
    named_.insert(file);
    placeholders(found->second, file, 1);
    auto statements = sql::split_script(found->second);
    if (!statements) {
      add(file, 0, statements.error().message);
      return {};
    }
    return std::move(*statements);
  }

  void queries(const std::string& file, const std::string& named_by) {
    const auto statements = script(file, named_by, "");
    if (statements.empty() && profile_.files.contains(file)) add(file, 0, "holds no statement");
    for (const auto& statement : statements) {
      const std::string word = sql::first_word(statement.text);
      if (word != "SELECT" && word != "WITH" && !statement.text.starts_with("("))
        add(file, statement.line, "must be a SELECT, and begins with " + word);
    }
  }

  void placeholders(const std::string& text, const std::string& file, std::size_t first_line) {
    for (std::size_t mark = text.find("{{"); mark != std::string::npos; mark = text.find("{{", mark + 2)) {
      const std::size_t end = text.find("}}", mark);
      const std::string name = text.substr(mark, end == std::string::npos ? 20 : end + 2 - mark);
      if (name == "{{source}}" || name == "{{target}}") continue;
      const auto line = first_line + static_cast<std::size_t>(std::count(
                                         text.begin(), text.begin() + static_cast<std::ptrdiff_t>(mark), '\n'));
      add(file, line, "unknown placeholder '" + name + "'; {{source}} and {{target}} are the known ones");
    }
  }

  void order_of_built_in_steps() {
    for (const auto& [step, made_by] : {std::pair{"content", "slipway_part"}, {"values", "slipway_value_part"}}) {
      const std::string view = made_by;  // clang 14 captures no structured binding
      const auto at = std::find(profile_.steps.begin(), profile_.steps.end(), step);
      if (at == profile_.steps.end()) continue;
      const bool made = std::any_of(profile_.steps.begin(), at, [&](const std::string& earlier) {
        const auto file = profile_.files.find(earlier);
        return file != profile_.files.end() && file->second.find(view) != std::string::npos;
      });
      if (!made)
        add(kManifest, line_in_manifest(profile_, "steps"),
            "step \"" + std::string(step) + "\" reads " + view + ", which no step before it makes");
    }
  }

  void unnamed_files() {
    for (const auto& [name, bytes] : profile_.files)
      if (name.ends_with(".sql") && !named_.contains(name)) add(name, 0, "no step names this file");
  }

  void manifest_queries() {
    placeholders(profile_.statuses_query, kManifest, line_in_manifest(profile_, "statuses"));
    placeholders(profile_.outside.query, kManifest, line_in_manifest(profile_, "files"));
    for (const Counted& counted : profile_.counts)
      placeholders(counted.query, kManifest, line_in_manifest(profile_, "count " + counted.name));
    for (std::size_t i = 0; i < profile_.asides.size(); ++i)
      placeholders(profile_.asides[i].where, kManifest, line_in_manifest(profile_, "aside " + std::to_string(i)));
  }

  void tables() {
    const std::set<std::string> mapped(profile_.mapped.begin(), profile_.mapped.end());
    std::set<std::string> aside;
    for (const Aside& one : profile_.asides) aside.insert(one.table);
    for (const auto& [table, reason] : profile_.left)
      if (mapped.contains(table) || aside.contains(table) || profile_.reasons.contains(table))
        add(kManifest, line_in_manifest(profile_, "table " + table),
            "table '" + table + "' is said to be left, and to be mapped or kept aside too");
    for (const auto& [table, reason] : profile_.reasons)
      if (mapped.contains(table) || aside.contains(table))
        add(kManifest, line_in_manifest(profile_, "table " + table),
            "table '" + table +
                "' has a reason under [reasons], which is for tables kept aside whole, and is mapped or in [[aside]] "
                "too");
    for (const ProfileVersion& version : profile_.versions) {
      if (!version.refused.empty()) continue;
      for (const std::string& table : version.tables)
        if (!mapped.contains(table) && !aside.contains(table) && !profile_.left.contains(table) &&
            !profile_.reasons.contains(table))
          add(kManifest, 0,
              "table '" + table + "' of version " + version.name + " is neither mapped nor left nor kept aside");
    }
  }

  void statuses() {
    const auto own = profile_.files.find("statuses.toml");
    StatusMap map;
    if (own != profile_.files.end()) read_status_map(own->second, "statuses.toml", map, faults_);
    if (profile_.statuses_query.empty())
      add(kManifest, 0, "[statuses] is missing: its query gives every status that requests have, in lower case");
    if (own == profile_.files.end() || map.statuses.empty())
      add("statuses.toml", 0, "holds no [[status]] row: nothing says what a status becomes");
  }

  const Profile& profile_;
  ProfileFaults faults_;
  std::set<std::string> named_;
};

}  // namespace

ProfileFaults check_files(const Profile& profile) { return FileChecker(profile).all(); }

ProfileFaults check_tables(const Profile& profile, const Catalog& catalog) {
  ProfileFaults faults;
  std::set<std::string> named(profile.mapped.begin(), profile.mapped.end());
  for (const Aside& aside : profile.asides) named.insert(aside.table);
  for (const auto& [table, reason] : profile.left) named.insert(table);
  for (const auto& [table, reason] : profile.reasons) named.insert(table);
  std::vector<std::string> tables;
  for (const Table& table : catalog.tables) {
    tables.push_back(table.name);
    if (profile.others.empty() && !named.contains(table.name))
      faults.push_back({kManifest, 0,
                        "table '" + table.name +
                            "' of the source is named nowhere; say it in mapped, [[left]], [[aside]] or [reasons]"});
  }
  for (std::size_t i = 0; i < profile.asides.size(); ++i) {
    const Aside& aside = profile.asides[i];
    const Table* table = catalog.find(aside.table);
    if (table == nullptr) continue;
    for (const auto* columns : {&aside.columns, &aside.secrets})
      for (const std::string& column : *columns)
        if (std::none_of(table->columns.begin(), table->columns.end(),
                         [&](const Column& one) { return one.name == column; }))
          faults.push_back({kManifest, line_in_manifest(profile, "aside " + std::to_string(i)),
                            "table '" + aside.table + "' has no column '" + column + "'"});
  }
  for (const std::string& name : profile.mapped) {
    if (catalog.find(name) != nullptr) continue;
    const auto nearest = config::nearest(name, tables);
    faults.push_back(
        {kManifest, line_in_manifest(profile, "table " + name),
         "the source has no table '" + name + "'" + (nearest ? "; did you mean '" + *nearest + "'?" : "")});
  }
  return faults;
}

Result<ProfileFaults> check_statuses(sql::Connection& source, const Profile& profile,
                                     const std::filesystem::path& map_file, const std::string& database) {
  ProfileFaults faults;
  if (profile.statuses_query.empty()) return faults;
  SLIPWAY_TRY(const StatusMap map, status_map(profile, map_file));
  SLIPWAY_TRY(const std::string query, fill_in(profile.statuses_query, database, database));
  SLIPWAY_TRY(const auto rows, source.query(query));
  for (const auto& row : rows)
    if (!row.is_null(0) && !map.statuses.contains(row.text(0)))
      faults.push_back(
          {"statuses.toml", 0, "no row for status '" + row.text(0) + "', which requests of the source have"});
  return faults;
}

}  // namespace slipway::migrate
