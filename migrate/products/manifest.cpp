#include "migrate/products/manifest.hpp"

#include <algorithm>

#include "appliance/config/nearest.hpp"

namespace slipway::migrate {
namespace {

void read_versions(const toml::table& root, TomlReader& reader, Profile& profile) {
  for (const toml::table* table : reader.tables(root, "version")) {
    reader.know(*table, "[[version]]", {"name", "tables", "columns", "refused"});
    ProfileVersion version{reader.text(*table, "name", true), reader.texts(*table, "tables"),
                           reader.texts(*table, "columns"), reader.text(*table, "refused")};
    if (version.tables.empty()) reader.fault(*table, "[[version]] needs tables, by which the product is recognised");
    profile.versions.push_back(std::move(version));
  }
}

void read_counts(const toml::table& root, TomlReader& reader, Profile& profile) {
  for (const toml::table* table : reader.tables(root, "count")) {
    reader.know(*table, "[[count]]", {"name", "query"});
    Counted counted{reader.text(*table, "name", true), reader.text(*table, "query", true)};
    profile.lines["count " + counted.name] = line_of(*table);
    profile.counts.push_back(std::move(counted));
  }
}

void read_tables_left(const toml::table& root, TomlReader& reader, Profile& profile) {
  for (const toml::table* table : reader.tables(root, "left")) {
    reader.know(*table, "[[left]]", {"table", "reason"});
    const std::string name = reader.text(*table, "table", true);
    profile.lines["table " + name] = line_of(*table);
    profile.left[name] = reader.text(*table, "reason", true);
  }
}

void read_asides(const toml::table& root, TomlReader& reader, Profile& profile) {
  for (const toml::table* table : reader.tables(root, "aside")) {
    reader.know(*table, "[[aside]]", {"table", "reason", "where", "columns", "secrets"});
    Aside aside{reader.text(*table, "table", true), reader.text(*table, "reason", true), reader.text(*table, "where"),
                reader.texts(*table, "columns"), reader.texts(*table, "secrets")};
    profile.lines["aside " + std::to_string(profile.asides.size())] = line_of(*table);
    profile.asides.push_back(std::move(aside));
  }
}

void read_sections(const toml::table& root, TomlReader& reader, Profile& profile) {
  if (const auto* statuses = root["statuses"].as_table()) {
    reader.know(*statuses, "[statuses]", {"query"});
    profile.statuses_query = reader.text(*statuses, "query", true);
    profile.lines["statuses"] = line_of(*statuses);
  }
  if (const auto* files = root["files"].as_table()) {
    reader.know(*files, "[files]", {"query", "usual"});
    profile.outside = {reader.text(*files, "query", true), reader.text(*files, "usual")};
    profile.lines["files"] = line_of(*files);
  }
  if (const auto* reasons = root["reasons"].as_table()) {
    for (const auto& [table, reason] : *reasons) {
      const std::string name(table.str());
      profile.reasons[name] = reader.text(*reasons, name, true);
      profile.lines["table " + name] = line_of(reason);
    }
  }
}

bool plain_name(const std::string& name) {
  return !name.empty() && name.size() <= 32 &&
         name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_-") == std::string::npos;
}

}  // namespace

std::size_t line_of(const toml::node& node) { return node.source().begin.line; }

std::optional<toml::table> TomlReader::parse(std::string_view bytes) {
  try {
    return toml::parse(bytes);
  } catch (const toml::parse_error& fault) {
    faults_.push_back({file_, fault.source().begin.line, std::string(fault.description())});
    return std::nullopt;
  }
}

void TomlReader::fault(const toml::node& node, const std::string& text) {
  faults_.push_back({file_, line_of(node), text});
}

void TomlReader::know(const toml::table& table, const std::string& where, const std::vector<std::string>& known) {
  for (const auto& [key, node] : table) {
    const std::string name(key.str());
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    std::string text = where.empty() ? "unknown key '" + name + "'" : where + ": unknown key '" + name + "'";
    if (const auto nearest = config::nearest(name, known)) text += "; did you mean '" + *nearest + "'?";
    fault(node, text);
  }
}

std::string TomlReader::text(const toml::table& table, std::string_view key, bool required) {
  const auto node = table[key];
  if (!node) {
    if (required) fault(table, "'" + std::string(key) + "' is missing");
    return {};
  }
  if (!node.is_string()) {
    fault(*node.node(), "'" + std::string(key) + "' must be a text");
    return {};
  }
  std::string value = node.value_or(std::string{});
  if (required && value.empty()) fault(*node.node(), "'" + std::string(key) + "' is empty");
  return value;
}

std::vector<std::string> TomlReader::texts(const toml::table& table, std::string_view key) {
  std::vector<std::string> found;
  const auto node = table[key];
  if (!node) return found;
  const auto* list = node.as_array();
  if (list == nullptr || (!list->empty() && !list->is_homogeneous(toml::node_type::string))) {
    fault(*node.node(), "'" + std::string(key) + "' must be a list of texts");
    return found;
  }
  for (const auto& item : *list) found.push_back(item.value_or(std::string{}));
  return found;
}

std::optional<bool> TomlReader::flag(const toml::table& table, std::string_view key) {
  const auto node = table[key];
  if (node && !node.is_boolean()) fault(*node.node(), "'" + std::string(key) + "' must be true or false");
  return node.is_boolean() ? node.value<bool>() : std::nullopt;
}

std::optional<std::int64_t> TomlReader::integer(const toml::table& table, std::string_view key) {
  const auto node = table[key];
  if (node && !node.is_integer()) fault(*node.node(), "'" + std::string(key) + "' must be a whole number");
  return node.is_integer() ? node.value<std::int64_t>() : std::nullopt;
}

std::vector<const toml::table*> TomlReader::tables(const toml::table& table, std::string_view key) {
  std::vector<const toml::table*> found;
  const auto node = table[key];
  if (!node) return found;
  if (const auto* list = node.as_array()) {
    for (const auto& item : *list)
      if (item.is_table()) found.push_back(item.as_table());
  }
  if (found.empty()) fault(*node.node(), "write [[" + std::string(key) + "]] for each row");
  return found;
}

Profile read_manifest(std::string_view bytes, ProfileFaults& faults) {
  Profile profile;
  TomlReader reader("profile.toml", faults);
  const auto parsed = reader.parse(bytes);
  if (!parsed) return profile;
  const toml::table& root = *parsed;
  reader.know(root, "",
              {"name", "title", "transform", "steps", "checks", "assess", "schema", "mapped", "others", "version",
               "statuses", "files", "count", "left", "aside", "reasons"});
  profile.name = reader.text(root, "name", true);
  if (!profile.name.empty() && !plain_name(profile.name))
    reader.fault(*root["name"].node(), "'name' must be 1 to 32 lower case letters, digits, _ and -");
  profile.title = reader.text(root, "title", true);
  profile.transform = reader.flag(root, "transform").value_or(true);
  profile.steps = reader.texts(root, "steps");
  profile.checks = reader.text(root, "checks", true);
  profile.assess = reader.text(root, "assess");
  profile.schema = reader.text(root, "schema");
  profile.others = reader.text(root, "others");
  profile.mapped = reader.texts(root, "mapped");
  for (const char* key : {"steps", "checks", "assess", "schema", "mapped"})
    if (const auto node = root[key]) profile.lines[key] = line_of(*node.node());
  if (const auto* list = root["steps"].as_array())
    for (const auto& item : *list) profile.lines["step " + item.value_or(std::string{})] = line_of(item);
  if (const auto* list = root["mapped"].as_array())
    for (const auto& item : *list) profile.lines["table " + item.value_or(std::string{})] = line_of(item);
  read_versions(root, reader, profile);
  if (profile.versions.empty()) reader.fault(root, "no [[version]]: nothing says how the product is recognised");
  read_counts(root, reader, profile);
  read_tables_left(root, reader, profile);
  read_asides(root, reader, profile);
  read_sections(root, reader, profile);
  return profile;
}

}  // namespace slipway::migrate
