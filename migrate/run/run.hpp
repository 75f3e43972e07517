// A migration from beginning to end: plan, copy, transform, verify, publish, report.
#pragma once

#include "appliance/account/directory.hpp"
#include "migrate/dumps/dump.hpp"
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
  DumpOptions dump;
  std::filesystem::path state_file;  ///< empty: the account's own in the installation's folder
  bool execute = false;
  bool replace = false;               ///< an account that holds requests is replaced
  bool trial = false;                 ///< mail of the account is switched off, and what it held is replaced
  bool anonymise = false;             ///< of a trial: requesters get made-up names and addresses
  std::string production_account;     ///< must be the account's name when a trial goes into a production account
  LoadLimits load;                    ///< that the copy keeps to
  Method method = Method::automatic;  ///< by which rows travel
  bool restart = false;               ///< drop what an unfinished migration left, and begin anew
};

struct StepSeconds {
  std::string step;
  double seconds = 0;
};

struct RunReport {
  std::string account;
  std::string id;  ///< of the migration; empty for a plan
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
  std::vector<StepSeconds> steps;  ///< in order
  int resumes = 0;                 ///< how often it was gone on with after an interruption
  bool trial = false;
  std::uint64_t anonymised = 0;  ///< people who got made-up names
  double verify_seconds = 0;
  double total_seconds = 0;  ///< of work, without the time between an interruption and its resumption
  std::string started_at;
  std::string data_at;  ///< the moment of the source that the account shows, once copied: ISO 8601, UTC
  int generation = 0;
  int previous_generation = 0;  ///< kept as the way back; 0: it was empty and is gone
};

/// With `execute` false only inspects. Else the account gets the source's data in one step at the end; until then, and
/// after any error or kill, it is as it was. What has been done stands in the state file: running again with the same
/// arguments, or resume_migration(), goes on behind the last finished step. Errors: invalid_argument (no account name,
/// unmapped status), not_found (no such account), conflict (the account holds requests and `replace` is false; an
/// unfinished migration of another kind waits), in_use (another migration into the account runs, or works on the state
/// file), those of make_plan, copy_database, transform, run_checks and publish_generation; each names the object.
[[nodiscard]] Result<RunReport> run_migration(const Installation& installation, const RunOptions& options,
                                              Progress& progress);

/// What may differ from what was said when the migration began.
struct ResumeOptions {
  std::string account;
  std::filesystem::path state_file;     ///< empty: the account's own
  std::filesystem::path password_file;  ///< empty: the one that was named
  bool replace = false;                 ///< requests opened in the account since it began may go
  LoadLimits load = {};                 ///< that the rest of the copy keeps to
  Method method = Method::automatic;
};

/// Goes on with the account's unfinished migration. Errors: not_found (there is none), conflict (it has ended), those
/// of run_migration.
[[nodiscard]] Result<RunReport> resume_migration(const Installation& installation, const ResumeOptions& options,
                                                 Progress& progress);

/// Drops what an unfinished migration built, and closes its state file; the account stays as it is. Errors: not_found,
/// conflict (it has ended or is published), in_use.
[[nodiscard]] Status abort_migration(const Installation& installation, const std::string& account,
                                     const std::filesystem::path& state_file);

/// The state file a run would use.
[[nodiscard]] std::filesystem::path state_file_for(const Installation& installation, const std::string& account,
                                                   const std::filesystem::path& chosen);

}  // namespace slipway::migrate
