// What statuses, priorities and people of the source become: the rows that a person may edit.
#pragma once

#include <optional>

#include "migrate/products/profile.hpp"

namespace slipway::migrate {

/// What a state of the source becomes.
struct StatusRow {
  std::string status;
  std::string reason;
  bool deleted = false;
};

/// What is said about one person, found by the login; what is not said stays as the profile made it.
struct PersonRow {
  std::optional<std::string> login;
  std::optional<std::string> email;
  std::optional<std::string> role;      ///< requester, agent or administrator
  std::optional<std::string> language;  ///< en or fr
  std::optional<bool> active;
};

struct StatusMap {
  std::map<std::string, StatusRow> statuses;  ///< by the source's status in lower case
  std::map<std::int64_t, int> severities;     ///< by the least priority
  std::map<std::string, PersonRow> people;    ///< by the source's login in lower case
};

/// Reads the rows of one file into `map`; later rows win. Every fault is added to `faults`.
void read_status_map(std::string_view bytes, const std::string& file, StatusMap& map, ProfileFaults& faults);

/// The profile's own map (statuses.toml), with the rows of `file` on top when it is not empty. Errors: not_found;
/// invalid_argument, one line per fault with file:line.
[[nodiscard]] Result<StatusMap> status_map(const Profile& profile, const std::filesystem::path& file);

/// One error of many faults.
[[nodiscard]] Error error_of(const std::string& what, ProfileFaults faults, const std::string& hint);

}  // namespace slipway::migrate
