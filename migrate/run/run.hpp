// A migration from beginning to end: plan, copy, transform, verify, publish, report.
#pragma once

#include "appliance/account/directory.hpp"
#include "migrate/engine/copy.hpp"
#include "migrate/engine/endpoint.hpp"
#include "migrate/products/transform.hpp"
#include "migrate/run/installation.hpp"
#include "migrate/run/plan.hpp"

namespace slipway::migrate {

struct RunOptions {
  SourceAddress source;
  AccessOptions access;
  std::string account;
  PlanOptions planning;
  std::filesystem::path scratch_directory;  ///< for dumps; empty: a temporary directory
  bool execute = false;
  bool replace = false;  ///< an account that holds requests is replaced
};

struct RunReport {
  std::string account;
  Plan plan;
  bool executed = false;
  std::uint64_t requests_there = 0;  ///< in the account before
  CopyReport copy;
  TransformReport transform;
  std::vector<AsideLine> asides;
  std::vector<Check> checks;
  std::uint64_t contents = 0;  ///< different files proven by SHA-256
  std::uint64_t content_bytes = 0;
  std::vector<std::string> warnings;
  double verify_seconds = 0;
  double total_seconds = 0;
  std::string started_at;
  int generation = 0;
  int previous_generation = 0;  ///< kept as the way back; 0: it was empty and is gone
};

/// With `execute` false only inspects. Else the account gets the source's data in one step at the end; until then, and
/// after any error or kill, it is as it was. Running again clears what an earlier run left. Errors: invalid_argument
/// (no account name, unmapped status), not_found (no such account), conflict (the account holds requests and `replace`
/// is false), in_use (another migration into the account runs), those of make_plan, copy_database, transform,
/// run_checks and publish_generation; each names the object.
[[nodiscard]] Result<RunReport> run_migration(const Installation& installation, const RunOptions& options,
                                              Progress& progress);

}  // namespace slipway::migrate
