#include "migrate/products/status_map.hpp"

#include <algorithm>
#include <fstream>

#include "migrate/products/manifest.hpp"

namespace slipway::migrate {
namespace {

constexpr const char* kHint =
    "docs/profiles.md shows the form; 'slipway-migrate profile show NAME' prints a profile's own rows";

std::string lower_case(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return text;
}

bool among(const std::string& text, std::initializer_list<const char*> known) {
  return std::find(known.begin(), known.end(), text) != known.end();
}

void read_status(const toml::table& row, TomlReader& reader, StatusMap& map) {
  reader.know(row, "[[status]]", {"from", "status", "reason", "deleted"});
  const std::string from = lower_case(reader.text(row, "from", true));
  StatusRow to{reader.text(row, "status", true), reader.text(row, "reason"),
               reader.flag(row, "deleted").value_or(false)};
  if (!among(to.status, {"new", "open", "suspended", "in_progress", "resolved", "closed"}))
    reader.fault(row,
                 "status '" + from + "': its status must be new, open, suspended, in_progress, resolved or closed");
  if (to.status == "closed" && to.reason.empty()) reader.fault(row, "status '" + from + "': closed needs a reason");
  map.statuses[from] = std::move(to);
}

void read_severity(const toml::table& row, TomlReader& reader, StatusMap& map) {
  reader.know(row, "[[severity]]", {"priority", "severity"});
  const auto severity = reader.integer(row, "severity").value_or(0);
  const auto priority = reader.integer(row, "priority");
  if (severity < 1 || severity > 4 || !priority) {
    reader.fault(row, "a severity row needs priority and a severity from 1 to 4");
    return;
  }
  map.severities[*priority] = static_cast<int>(severity);
}

void read_person(const toml::table& row, TomlReader& reader, StatusMap& map) {
  reader.know(row, "[[person]]", {"from", "login", "email", "role", "language", "active"});
  const std::string from = lower_case(reader.text(row, "from", true));
  PersonRow to;
  for (const auto& [key, place] :
       {std::pair{"login", &to.login}, {"email", &to.email}, {"role", &to.role}, {"language", &to.language}})
    if (row.contains(key)) *place = reader.text(row, key, true);
  to.active = reader.flag(row, "active");
  if (to.role && !among(*to.role, {"requester", "agent", "administrator"}))
    reader.fault(row, "person '" + from + "': its role must be requester, agent or administrator");
  if (to.language && !among(*to.language, {"en", "fr"}))
    reader.fault(row, "person '" + from + "': its language must be en or fr");
  map.people[from] = std::move(to);
}

}  // namespace

void read_status_map(std::string_view bytes, const std::string& file, StatusMap& map, ProfileFaults& faults) {
  TomlReader reader(file, faults);
  const auto root = reader.parse(bytes);
  if (!root) return;
  reader.know(*root, "", {"status", "severity", "person"});
  for (const toml::table* row : reader.tables(*root, "status")) read_status(*row, reader, map);
  for (const toml::table* row : reader.tables(*root, "severity")) read_severity(*row, reader, map);
  for (const toml::table* row : reader.tables(*root, "person")) read_person(*row, reader, map);
}

Result<StatusMap> status_map(const Profile& profile, const std::filesystem::path& file) {
  StatusMap map;
  ProfileFaults faults;
  if (const auto own = profile.files.find("statuses.toml"); own != profile.files.end())
    read_status_map(own->second, "statuses.toml", map, faults);
  if (!file.empty()) {
    std::ifstream in(file, std::ios::binary);
    if (!in) return Error{Code::not_found, "status map '" + file.string() + "': cannot be read"};
    const std::string bytes{std::istreambuf_iterator<char>(in), {}};
    read_status_map(bytes, file.string(), map, faults);
  }
  if (!faults.empty()) return error_of("status map", std::move(faults), kHint);
  return map;
}

Error error_of(const std::string& what, ProfileFaults faults, const std::string& hint) {
  std::sort(faults.begin(), faults.end());
  std::string message = what + ": " + std::to_string(faults.size()) + (faults.size() == 1 ? " fault" : " faults");
  for (const ProfileFault& fault : faults) message += "\n  " + fault.describe();
  return {Code::invalid_argument, message, hint};
}

}  // namespace slipway::migrate
