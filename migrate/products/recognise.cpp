#include "migrate/products/recognise.hpp"

#include <set>

#include "appliance/sql/schema.hpp"

namespace slipway::migrate {
namespace {

/// "table" and "table.column" of a database.
Result<std::set<std::string>> names_in(sql::Connection& source, const std::string& database) {
  SLIPWAY_TRY(const auto rows, source.query("SELECT table_name, column_name FROM information_schema.columns "
                                            "WHERE table_schema = ?",
                                            {database}));
  std::set<std::string> names;
  for (const auto& row : rows) {
    names.insert(row.text(0));
    names.insert(row.text(0) + "." + row.text(1));
  }
  return names;
}

std::vector<std::string> missing(const ProfileVersion& version, const std::set<std::string>& names) {
  std::vector<std::string> absent;
  for (const auto* wanted : {&version.tables, &version.columns})
    for (const std::string& name : *wanted)
      if (!names.contains(name)) absent.push_back(name);
  return absent;
}

std::string first_few(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size() && i < 5; ++i) text.append(i == 0 ? "" : ", ").append(names[i]);
  return names.size() > 5 ? text + " and " + std::to_string(names.size() - 5) + " more" : text;
}

Error unknown_product(const std::string& where, const std::set<std::string>& names, const KnownProfiles& known) {
  std::string message = where + ": no product that Slipway knows";
  std::string titles;
  for (const auto& profile : known) {
    message += "\n  " + profile->title + ": lacks " + first_few(missing(profile->versions.front(), names));
    titles.append(titles.empty() ? "" : ", ").append(profile->title);
  }
  std::vector<std::string> tables;
  for (const std::string& name : names)
    if (name.find('.') == std::string::npos) tables.push_back(name);
  message += tables.empty() ? "\n  found: no tables at all" : "\n  found: " + first_few(tables);
  return {Code::unsupported, message,
          "name the database that holds the service desk; known products: " + titles +
              "; docs/profiles.md teaches writing a profile for another"};
}

Result<int> own_version(sql::Connection& source, const std::string& database) {
  SLIPWAY_TRY(const std::string quoted, sql::quote_identifier(database));
  SLIPWAY_CHECK(source.execute_text("USE " + quoted));
  SLIPWAY_TRY(const int version, sql::schema_version(source));
  const int newest = sql::account_schema().back().number;
  if (version < 1 || version > newest) {
    return Error{Code::unsupported,
                 "database '" + database + "': Slipway schema version " + std::to_string(version) +
                     ", this program knows 1 to " + std::to_string(newest),
                 "use a slipway-migrate at least as new as the source",
                 {{"refused", "Slipway schema " + std::to_string(version)}}};
  }
  return version;
}

}  // namespace

Result<KnownProfiles> known_profiles(const std::filesystem::path& directory) {
  KnownProfiles known;
  if (directory.empty()) {
    // Owned by nobody: they live as long as the program.
    for (const Profile& profile : profiles()) known.emplace_back(std::shared_ptr<void>{}, &profile);
    return known;
  }
  SLIPWAY_TRY(Profile profile, load_profile(directory));
  known.push_back(std::make_shared<const Profile>(std::move(profile)));
  return known;
}

Result<Recognised> recognise(sql::Connection& source, const std::string& database) {
  SLIPWAY_TRY(const KnownProfiles known, known_profiles({}));
  return recognise(source, database, known);
}

Result<Recognised> recognise(sql::Connection& source, const std::string& database, const KnownProfiles& known) {
  std::vector<std::string> candidates{database};
  if (database.empty()) {
    SLIPWAY_TRY(candidates, list_databases(source));
  }
  std::vector<Recognised> found;
  std::set<std::string> seen;
  for (const std::string& candidate : candidates) {
    SLIPWAY_TRY(const auto names, names_in(source, candidate));
    seen.insert(names.begin(), names.end());
    for (const auto& profile : known) {
      const auto version = std::find_if(profile->versions.begin(), profile->versions.end(),
                                        [&](const ProfileVersion& v) { return missing(v, names).empty(); });
      if (version == profile->versions.end()) continue;
      if (!version->refused.empty()) {
        return Error{
            Code::unsupported,
            "database '" + candidate + "': " + profile->title + " " + version->name + " is not taken over directly",
            version->refused,
            {{"refused", profile->title + " " + version->name}}};
      }
      found.push_back({profile, version->name, candidate, 0});
      break;
    }
  }
  if (found.empty()) return unknown_product(database.empty() ? "source" : "database '" + database + "'", seen, known);
  if (found.size() > 1) {
    return Error{
        Code::unsupported,
        "source: several databases hold a known product: '" + found[0].database + "' and '" + found[1].database + "'",
        "name the one to move in the address (…/db or ,db=NAME)"};
  }
  if (!found.front().profile->transform) {
    SLIPWAY_TRY(found.front().schema_version, own_version(source, found.front().database));
    found.front().version = "schema " + std::to_string(found.front().schema_version);
  }
  return found.front();
}

}  // namespace slipway::migrate
