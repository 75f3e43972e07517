// Whether a run begins anew, goes on with what an earlier one left, or must not touch it.
#pragma once

#include "appliance/base/result.hpp"
#include "migrate/run/state.hpp"

namespace slipway::migrate {

/// What is asked for now.
struct Asked {
  std::string account;
  std::string source;    ///< address; empty: that of the state
  std::string identity;  ///< empty: the source has not been looked at
  Choices choices;
  bool resume = false;   ///< only go on
  bool restart = false;  ///< never go on
};

enum class Approach { anew, resume };

/// `file` is named in errors. Errors: not_found (nothing to resume); conflict (the state is another account's, or an
/// unfinished migration from another source or with other choices, or a finished one that was to be resumed).
[[nodiscard]] Result<Approach> choose_approach(const std::optional<MigrationState>& earlier, const Asked& asked,
                                               const std::string& file);

/// Takes back every step from `step` on, which then runs again.
void forget_from(MigrationState& state, std::string_view step);

/// What a resumed run must do again: without a finished copy everything that the copy needs unless the engine can go on
/// with it; a transformation that was cut off begins with an empty generation; another status map and other
/// steps transform anew.
void take_back(MigrationState& state, const Choices& now, bool engine_resumes);

}  // namespace slipway::migrate
