// A product that Slipway can take over, described by files: how to recognise it, the SQL that transforms it, what is
// kept aside (A27). Profiles are compiled in or read from a directory; docs/profiles.md teaches writing one.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

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

/// Files that the product keeps on its server's disk instead of in its database.
struct Outside {
  std::string query;  ///< one row for each: path below the directory, and size in bytes or NULL
  std::string usual;  ///< where the product has the directory when nobody moved it
};

struct Profile {
  std::string name;       ///< lower case letters, digits, _ and -
  std::string title;      ///< for people: "Request Tracker"
  bool transform = true;  ///< false: our own schema, rows move as they are
  std::vector<ProfileVersion> versions;
  std::string statuses_query;
  std::vector<Counted> counts;
  std::vector<std::string> steps;  ///< SQL files, and "content" and "values" for what SQL cannot do
  std::string checks;
  std::string assess;  ///< file; each statement gives object, count, severity, text; empty: none
  std::string schema;  ///< file; the product's empty tables, to try the profile without a source; empty: none
  Outside outside;
  std::vector<std::string> mapped;
  std::map<std::string, std::string> left;  ///< table → why its rows end with the move
  std::vector<Aside> asides;
  std::map<std::string, std::string> reasons;  ///< table → why it is kept aside as a whole
  std::string others;  ///< why tables that are named nowhere are not kept; empty: they are kept aside

  std::filesystem::path directory;           ///< where it was read from; empty: compiled in
  std::map<std::string, std::string> files;  ///< name → bytes: everything the profile consists of
  std::map<std::string, std::size_t> lines;  ///< "step 0010_people.sql", "table Users" … → line of profile.toml
};

/// Something wrong in a profile. Faults are found all at once.
struct ProfileFault {
  std::string file;
  std::size_t line = 0;  ///< 0: the file as a whole
  std::string text;

  [[nodiscard]] std::string describe() const;                                   ///< "profile.toml:12: …"
  friend auto operator<=>(const ProfileFault&, const ProfileFault&) = default;  // NOLINT(modernize-use-nullptr)
};
using ProfileFaults = std::vector<ProfileFault>;

/// The profiles compiled in, own product first, the others by name. Aborts when one has a fault: a fault of the
/// program.
[[nodiscard]] const std::vector<Profile>& profiles();

/// What can be read of the profile in `directory`; every fault of its files is added to `faults`. Error: not_found when
/// there is no profile.toml.
[[nodiscard]] Result<Profile> read_profile(const std::filesystem::path& directory, ProfileFaults& faults);

/// A profile without faults. Errors: those of read_profile; invalid_argument, one line per fault.
[[nodiscard]] Result<Profile> load_profile(const std::filesystem::path& directory);

/// A file of a profile ("0010_people.sql"), with {{source}} and {{target}} replaced by quoted database names.
[[nodiscard]] Result<std::string> profile_script(const Profile& profile, const std::string& file,
                                                 const std::string& source, const std::string& target);

/// SHA-256 of all that decides what the steps make: every file but the checks, the assessment and the schema.
[[nodiscard]] std::string digest_of_steps(const Profile& profile);

/// `text` with {{source}} and {{target}} replaced. Error: invalid_argument for any other placeholder.
[[nodiscard]] Result<std::string> fill_in(const std::string& text, const std::string& source,
                                          const std::string& target);

}  // namespace slipway::migrate
