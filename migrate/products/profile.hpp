// A product that Slipway can take over, described by files: how to recognise it, the SQL that transforms it, what is
// kept aside. Files are compiled in; a status map may also come from the command line.
#pragma once

#include <filesystem>
#include <map>

#include "appliance/base/result.hpp"

namespace slipway::migrate {

struct ProfileVersion {
  std::string name;
  std::vector<std::string> tables;
  std::vector<std::string> columns;  ///< "Table.Column"
  std::string refused;               ///< not empty: recognised, not supported; says the way out
};

struct Counted {
  std::string name;
  std::string query;
};

/// Rows of the source that have no place in the target.
struct Aside {
  std::string table;
  std::string reason;
  std::string where;                 ///< empty: all rows
  std::vector<std::string> columns;  ///< empty: all of the table
  std::vector<std::string> secrets;  ///< columns that are counted and never copied
};

struct Profile {
  std::string name;       ///< its folder
  std::string title;      ///< for people: "Request Tracker"
  bool transform = true;  ///< false: our own schema, rows move as they are
  std::vector<ProfileVersion> versions;
  std::string statuses_query;
  std::vector<Counted> counts;
  std::vector<std::string> steps;  ///< SQL files, and "content" and "values" for what SQL cannot do
  std::string checks;
  std::vector<std::string> mapped;
  std::map<std::string, std::string> left;  ///< table → why its rows end with the move
  std::vector<Aside> asides;
  std::map<std::string, std::string> reasons;  ///< table → why it is kept aside as a whole
};

/// The profiles compiled in, own product first. Aborts when one cannot be read: a fault of the program.
[[nodiscard]] const std::vector<Profile>& profiles();

/// A file of a profile ("0010_people.sql"), with {{source}} and {{target}} replaced by quoted database names.
[[nodiscard]] Result<std::string> profile_script(const Profile& profile, const std::string& file,
                                                 const std::string& source, const std::string& target);

/// `text` with {{source}} and {{target}} replaced.
[[nodiscard]] Result<std::string> fill_in(const std::string& text, const std::string& source,
                                          const std::string& target);

/// What a state or a priority of the source becomes.
struct StatusRow {
  std::string status;
  std::string reason;
  bool deleted = false;
};
struct StatusMap {
  std::map<std::string, StatusRow> statuses;  ///< by the source's status in lower case
  std::map<std::int64_t, int> severities;     ///< by the least priority
};

/// The profile's own map, with the rows of `file` on top when it is not empty. Error: invalid_argument with file:line.
[[nodiscard]] Result<StatusMap> status_map(const Profile& profile, const std::filesystem::path& file);

}  // namespace slipway::migrate
