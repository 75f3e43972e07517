// From the staging database into the account's new generation, by the steps of a profile.
#pragma once

#include "migrate/products/content_step.hpp"
#include "migrate/products/status_map.hpp"

namespace slipway::migrate {

struct TransformReport {
  ContentReport contents;
  std::uint64_t values = 0;
  double seconds = 0;
};

/// The tables slipway_status_map and slipway_severity_map, which the steps read, and an empty slipway_file.
[[nodiscard]] Status write_maps(sql::Connection& staging, const StatusMap& map);

/// Runs the steps in order. `files`: the directory of what the product keeps outside its database. `admin` may read
/// `source` and write `target`. Errors name the step.
[[nodiscard]] Result<TransformReport> transform(const sql::Endpoint& admin, const Profile& profile,
                                                const StatusMap& map, const std::string& source,
                                                const std::string& target, const std::filesystem::path& files,
                                                Progress& progress);

/// What the map says about people, on top of what the profile made of them; call it after the checks, which know the
/// profile only. Returns the logins nobody has.
[[nodiscard]] Result<std::vector<std::string>> apply_people(sql::Connection& target, const StatusMap& map);

/// One comparison between source and account.
struct Check {
  std::string what;
  std::uint64_t expected = 0;
  std::uint64_t found = 0;
};

/// Runs the profile's checks. Error: corrupt listing every comparison that differs.
[[nodiscard]] Result<std::vector<Check>> run_checks(sql::Connection& admin, const Profile& profile,
                                                    const std::string& source, const std::string& target);

}  // namespace slipway::migrate
