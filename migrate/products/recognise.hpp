// Which product a database belongs to, found by looking at its tables and columns.
#pragma once

#include <memory>

#include "migrate/engine/catalog.hpp"
#include "migrate/products/profile.hpp"

namespace slipway::migrate {

struct Recognised {
  std::shared_ptr<const Profile> profile;
  std::string version;  ///< "5", or the schema version of our own product
  std::string database;
  int schema_version = 0;  ///< of our own product
};

/// The profiles to look for: the one in `directory`, or those compiled in when it is empty. Errors: those of
/// load_profile.
using KnownProfiles = std::vector<std::shared_ptr<const Profile>>;
[[nodiscard]] Result<KnownProfiles> known_profiles(const std::filesystem::path& directory);

/// Looks at `database`, or at every database of the server when it is empty. Errors: unsupported listing what was
/// looked for and what was found, or naming the databases when several hold a product; context has "refused" when it is
/// a known product of a version that is not taken over.
[[nodiscard]] Result<Recognised> recognise(sql::Connection& source, const std::string& database,
                                           const KnownProfiles& known);

/// With the profiles compiled in.
[[nodiscard]] Result<Recognised> recognise(sql::Connection& source, const std::string& database);

}  // namespace slipway::migrate
