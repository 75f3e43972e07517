// What a migration would do, found out without changing anything.
#pragma once

#include "migrate/products/aside.hpp"
#include "migrate/products/outside_files.hpp"
#include "migrate/products/recognise.hpp"
#include "migrate/products/status_map.hpp"

namespace slipway::migrate {

/// What the command line says about the product.
struct PlanOptions {
  std::filesystem::path profile_directory;  ///< a profile on disk; empty: those compiled in
  std::filesystem::path status_map_file;
  std::filesystem::path files_directory;  ///< of the product's files outside its database; empty: not given
  bool without_files = false;             ///< move although they are not given
};

struct PlanCount {
  std::string name;
  std::uint64_t count = 0;
};

struct MappedStatus {
  std::string from;
  StatusRow to;
};

struct Plan {
  std::string source;  ///< its address
  std::string server;  ///< "10.11.19-MariaDB"
  Recognised product;
  Catalog catalog;
  StatusMap map;
  std::vector<PlanCount> counts;
  std::vector<MappedStatus> statuses;  ///< those in use
  std::vector<AsideLine> asides;
  OutsideReport outside;
  std::filesystem::path files_directory;  ///< as in the options
  std::uint64_t rows = 0;                 ///< estimated
  std::uint64_t bytes = 0;                ///< estimated
  double seconds = 0;                     ///< estimated
};

/// Remarks on the product's files outside its database: that they have to be given, or which of them are missing.
[[nodiscard]] std::vector<std::string> remarks_on_files(const Plan& plan);

/// Not given and not renounced: invalid_argument.
[[nodiscard]] Status require_files(const Plan& plan, const PlanOptions& options);

/// Inspects a source. Errors: those of known_profiles and recognise; invalid_argument naming every status that the map
/// lacks.
[[nodiscard]] Result<Plan> make_plan(const sql::Endpoint& source, const std::string& address,
                                     const PlanOptions& options);

}  // namespace slipway::migrate
