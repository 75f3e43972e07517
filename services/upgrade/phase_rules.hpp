// Where an upgrade stands, and where it goes from there. Pure.
//
//   prepared ─▶ closing ─▶ copying ─▶ installing ─▶ migrating ─▶ testing ─▶ committed ─▶ done
//                  │          │            │            │           │
//                  │          │            │            └─────┬─────┘ failed, or interrupted
//                  │          │            │                  ▼
//                  │          │            │     setting_aside ─▶ putting_back ─┐
//                  ▼          ▼            ▼                                    ▼
//                  reopening ◀───────────── proving ◀──────────────────── reinstalling
//                      │
//                      ▼
//                   returned
//
// Until `committed` is on the disk the old version is the one that comes back: no program of the new one has been
// within reach of anybody, so that nothing that was acknowledged is lost by that. From `committed` on it only goes on.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "appliance/base/result.hpp"

namespace slipway::upgrade {

enum class Phase {
  prepared,       ///< ordered: packages are kept, the unit is enabled
  closing,        ///< programs are held and stopped
  copying,        ///< the database server is stopped and its data are copied
  installing,     ///< dpkg
  migrating,      ///< the database server starts, slipway-setup migrates
  testing,        ///< the new programs run out of reach, and are tested
  committed,      ///< the new version serves; what was kept of the old one goes
  done,           ///< final
  setting_aside,  ///< everything stops, the changed data move aside
  putting_back,   ///< the copy moves into their place
  reinstalling,   ///< dpkg, with the old packages
  proving,        ///< the old programs run out of reach, and are tested
  reopening,      ///< the old version serves again; what was kept goes
  returned        ///< final
};
inline constexpr std::size_t kPhases = 14;

/// What became of the work of a phase. `interrupted`: another process was at it, and has ended.
enum class Event { succeeded, failed, interrupted };

[[nodiscard]] std::string_view to_text(Phase phase);
[[nodiscard]] std::optional<Phase> parse_phase(std::string_view text);
[[nodiscard]] const std::array<Phase, kPhases>& all_phases();

/// done or returned.
[[nodiscard]] bool is_final(Phase phase);
/// The old version is coming back, or has.
[[nodiscard]] bool goes_back(Phase phase);
/// The phase's work is done again when it fails, until it succeeds: there is no other way from there.
[[nodiscard]] bool insists(Phase phase);

/// Where it goes. A final phase stays.
[[nodiscard]] Phase next_phase(Phase phase, Event event);

/// For a person: "copying the databases".
[[nodiscard]] std::string_view in_words(Phase phase);

}  // namespace slipway::upgrade
