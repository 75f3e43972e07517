// Files that a product keeps on its server's disk, below one directory.
#pragma once

#include "appliance/sql/connection.hpp"
#include "migrate/products/profile.hpp"

namespace slipway::migrate {

/// The bytes of `path` below `directory`. Errors: invalid_argument for a path that leads out of the directory, also
/// through a symbolic link, because paths come from the source's rows; not_found, permission.
[[nodiscard]] Result<std::string> read_outside(const std::filesystem::path& directory, const std::string& path);

/// What the source says it keeps outside, and what of it is there.
struct OutsideReport {
  std::uint64_t listed = 0;
  std::uint64_t bytes = 0;          ///< as the source says
  std::vector<std::string> faults;  ///< files that are missing or have another size
};

/// Asks the profile's query. An empty `directory` only counts. Nothing listed when the profile has no such query.
[[nodiscard]] Result<OutsideReport> look_outside(sql::Connection& source, const Profile& profile,
                                                 const std::string& database, const std::filesystem::path& directory);

/// Fills slipway_file of the staging database with every file below `directory`, for products whose database does not
/// name them: path, size_bytes, and text, what small files hold. An empty `directory` leaves it empty. Returns how
/// many.
[[nodiscard]] Result<std::uint64_t> list_files(sql::Connection& staging, const std::filesystem::path& directory);

}  // namespace slipway::migrate
