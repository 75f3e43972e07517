#include "migrate/products/profile.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <fstream>

#include "appliance/sql/value.hpp"
#include "embedded/profiles.hpp"

namespace slipway::migrate {
namespace {

std::optional<std::string_view> embedded_file(const std::string& name) {
  for (const auto& file : embedded_files::profiles())
    if (file.name == name) return file.bytes;
  return std::nullopt;
}

std::vector<std::string> texts(const toml::node_view<const toml::node>& node) {
  std::vector<std::string> found;
  if (const auto* list = node.as_array())
    for (const auto& item : *list) found.push_back(item.value_or(std::string{}));
  return found;
}

std::string text(const toml::node_view<const toml::node>& node) { return node.value_or(std::string{}); }

template <typename Each>
void each_table(const toml::table& root, std::string_view key, Each&& each) {
  const auto* list = root[key].as_array();
  if (list == nullptr) return;
  for (const auto& item : *list)
    if (const auto* table = item.as_table()) each(*table);
}

Profile read_profile(const toml::table& root) {
  Profile profile;
  profile.name = text(root["name"]);
  profile.title = text(root["title"]);
  profile.transform = root["transform"].value_or(true);
  profile.statuses_query = text(root["statuses"]["query"]);
  profile.steps = texts(root["steps"]);
  profile.checks = text(root["checks"]);
  profile.mapped = texts(root["mapped"]);
  each_table(root, "version", [&](const toml::table& v) {
    profile.versions.push_back({text(v["name"]), texts(v["tables"]), texts(v["columns"]), text(v["refused"])});
  });
  each_table(root, "count", [&](const toml::table& c) {
    profile.counts.push_back({text(c["name"]), text(c["query"])});
  });
  each_table(root, "left", [&](const toml::table& l) { profile.left[text(l["table"])] = text(l["reason"]); });
  each_table(root, "aside", [&](const toml::table& a) {
    profile.asides.push_back(
        {text(a["table"]), text(a["reason"]), text(a["where"]), texts(a["columns"]), texts(a["secrets"])});
  });
  if (const auto* reasons = root["reasons"].as_table())
    for (const auto& [table, reason] : *reasons)
      profile.reasons[std::string(table.str())] = reason.value_or(std::string{});
  return profile;
}

Error fault_in(const std::string& file, const toml::source_region& where, const std::string& what) {
  return {Code::invalid_argument, file + ":" + std::to_string(where.begin.line) + ": " + what,
          "see migrate/profiles/rt5/statuses.toml for the form of a status map"};
}

Result<toml::table> parse_toml(std::string_view bytes, const std::string& file) {
  try {
    return toml::parse(bytes, std::string_view(file));
  } catch (const toml::parse_error& fault) {
    return fault_in(file, fault.source(), std::string(fault.description()));
  }
}

std::vector<Profile> read_profiles() {
  std::vector<Profile> found;
  for (const std::string name : {"slipway", "rt5"}) {
    const auto bytes = embedded_file(name + "/profile.toml");
    const auto parsed = parse_toml(bytes.value_or(""), name);
    if (!parsed || !bytes) {
      std::fprintf(stderr, "profile %s is broken: %s\n", name.c_str(),
                   parsed ? "missing" : parsed.error().message.c_str());
      std::abort();
    }
    found.push_back(read_profile(*parsed));
  }
  return found;
}

Status read_statuses(const toml::table& root, const std::string& file, StatusMap& map) {
  static const std::vector<std::string> known{"new", "open", "suspended", "in_progress", "resolved", "closed"};
  std::optional<Error> fault;
  each_table(root, "status", [&](const toml::table& row) {
    std::string from = text(row["from"]);
    for (char& c : from) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    StatusRow to{text(row["status"]), text(row["reason"]), row["deleted"].value_or(false)};
    if (!fault && (from.empty() || std::find(known.begin(), known.end(), to.status) == known.end()))
      fault = fault_in(
          file, row.source(),
          "a status row needs from and one of the statuses new, open, suspended, in_progress, resolved, closed");
    if (!fault && to.status == "closed" && to.reason.empty())
      fault = fault_in(file, row.source(), "status '" + from + "': closed needs a reason");
    map.statuses[from] = std::move(to);
  });
  each_table(root, "severity", [&](const toml::table& row) {
    const auto severity = row["severity"].value_or(0);
    if (!fault && (severity < 1 || severity > 4 || !row["priority"].is_integer()))
      fault = fault_in(file, row.source(), "a severity row needs priority and a severity from 1 to 4");
    map.severities[row["priority"].value_or(std::int64_t{0})] = severity;
  });
  if (fault) return *fault;
  return {};
}

}  // namespace

const std::vector<Profile>& profiles() {
  static const std::vector<Profile> all = read_profiles();
  return all;
}

Result<std::string> fill_in(const std::string& text, const std::string& source, const std::string& target) {
  SLIPWAY_TRY(const std::string from, sql::quote_identifier(source));
  SLIPWAY_TRY(const std::string to, sql::quote_identifier(target));
  std::string filled;
  std::size_t at = 0;
  for (std::size_t mark = text.find("{{"); mark != std::string::npos; mark = text.find("{{", at)) {
    const bool is_source = text.compare(mark, 10, "{{source}}") == 0;
    filled.append(text, at, mark - at).append(is_source ? from : to);
    at = mark + 10;
  }
  return filled.append(text, at, std::string::npos);
}

Result<std::string> profile_script(const Profile& profile, const std::string& file, const std::string& source,
                                   const std::string& target) {
  const auto bytes = embedded_file(profile.name + "/" + file);
  if (!bytes) return Error{Code::internal, "profile " + profile.name + ": file '" + file + "' is missing"};
  return fill_in(std::string(*bytes), source, target);
}

Result<StatusMap> status_map(const Profile& profile, const std::filesystem::path& file) {
  StatusMap map;
  if (const auto own = embedded_file(profile.name + "/statuses.toml")) {
    SLIPWAY_TRY(const toml::table rows, parse_toml(*own, "statuses.toml"));
    SLIPWAY_CHECK(read_statuses(rows, "statuses.toml", map));
  }
  if (file.empty()) return map;
  std::ifstream in(file, std::ios::binary);
  if (!in) return Error{Code::not_found, "status map '" + file.string() + "': cannot be read"};
  const std::string bytes{std::istreambuf_iterator<char>(in), {}};
  SLIPWAY_TRY(const toml::table rows, parse_toml(bytes, file.string()));
  SLIPWAY_CHECK(read_statuses(rows, file.string(), map));
  return map;
}

}  // namespace slipway::migrate
