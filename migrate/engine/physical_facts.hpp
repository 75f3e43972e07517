// Finds out what physical_rules.hpp decides by: what both servers say, and what this machine lets us read and write.
#pragma once

#include <filesystem>

#include "migrate/engine/catalog.hpp"
#include "migrate/engine/copy.hpp"
#include "migrate/engine/physical_rules.hpp"

namespace slipway::migrate {

/// Where the two servers keep what the copy takes and gives.
struct PhysicalPlaces {
  std::filesystem::path source_data;      ///< data directory
  std::filesystem::path target_data;      ///< data directory
  std::filesystem::path target_database;  ///< of the target database
  std::filesystem::path work;             ///< directory for a backup, on the file system of `target_database`
};

struct PhysicalSurvey {
  PhysicalFacts facts;
  PhysicalPlaces places;
};

/// Reads only. Tables of `catalog` that `options` leaves out are not looked at. Errors: those of the connections.
[[nodiscard]] Result<PhysicalSurvey> survey_physical(sql::Connection& source, sql::Connection& target,
                                                     const Catalog& catalog, const CopyOptions& options);

/// Removes what killed copies into this target left of backups. Errors are not told: such a directory harms nobody.
void remove_leftovers(const PhysicalPlaces& places);

/// The same for a target database that nobody will copy into again. Errors: those of the connection.
[[nodiscard]] Status remove_leftovers(sql::Connection& target, const std::string& database);

}  // namespace slipway::migrate
