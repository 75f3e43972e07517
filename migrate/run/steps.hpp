// The steps of a migration, each repeatable: a run that was killed inside one begins it again.
#pragma once

#include <span>

#include "migrate/run/recorded_progress.hpp"
#include "migrate/run/run_steps.hpp"
#include "migrate/run/staging.hpp"

namespace slipway::migrate {

/// What the steps work on.
struct Work {
  Run& run;
  account::Administration& administration;
  const RunOptions& options;
  MigrationState& state;
  Progress& progress;
  bool resumed = false;
  std::string database = {};            ///< of the generation that is filled
  std::optional<Staging> staging = {};  ///< once it is there
};

struct StepOf {
  std::string_view name;  ///< in the state file and in fail_points(), behind "run."
  Status (*work)(Work&);
};

/// For other products: by a staging database. For our own: straight into the generation, then the schema history.
[[nodiscard]] std::span<const StepOf> foreign_steps();
[[nodiscard]] std::span<const StepOf> own_steps();

/// Claims again what a killed run had prepared. Error: conflict when another migration into the account has begun
/// since.
[[nodiscard]] Status claim_prepared(Work& work);

/// Error: conflict when a migration with another state file has left an unpublished generation.
[[nodiscard]] Status refuse_unfinished(Run& run);

/// Whether the platform's record of the state's migration is the account's latest.
[[nodiscard]] Result<bool> owns_generation(Run& run, const MigrationState& state);

// Steps that both ways share.
[[nodiscard]] Status prepare(Work& work);
/// Of a trial that is to be anonymous: set-wise, after everything has been compared with the source.
[[nodiscard]] Status anonymise(Work& work);
/// Switches the account's mail off before trial data can be served, and on again when other data is.
[[nodiscard]] Status mark_trial(Work& work);
[[nodiscard]] Status unmark_trial(Work& work);
/// After a migration that is given up: the account says again what the data it serves are.
[[nodiscard]] Status restore_trial_mark(Run& run);
[[nodiscard]] Status publish(Work& work);
[[nodiscard]] Status clean(Work& work);

}  // namespace slipway::migrate
