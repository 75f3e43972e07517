// The service manager: stopping, starting, holding. Not thread-safe.
#pragma once

#include <string>

#include "appliance/base/result.hpp"
#include "services/upgrade/places.hpp"

namespace slipway::upgrade {

inline constexpr const char* kUpgradeUnit = "slipway-upgrade.service";

/// Unit files are read anew.
[[nodiscard]] Status reload_units();

/// "active", "inactive", "failed", "activating" …
[[nodiscard]] Result<std::string> active_state(const std::string& unit);

/// Whether this machine is run by systemd at all.
[[nodiscard]] bool has_service_manager();

/// From here on nothing of Slipway starts, also after a power cut. On the disk when it returns.
[[nodiscard]] Status hold(const Places& places);
/// Stops everything of Slipway. Errors: timeout, internal with the manager's words.
[[nodiscard]] Status stop_programs(const Places& places);
[[nodiscard]] Status stop_database();
/// Starts it unless it runs, and waits for it. Removes what held it.
[[nodiscard]] Status start_database(const Places& places);
/// The database server does not start until start_database().
[[nodiscard]] Status hold_database(const Places& places);

/// slipway-setup, then the programs that do nothing outside of this machine: webd, where nobody but root finds it, and
/// jobd. They are what stop_trial() and stop_programs() stop again. Errors name the unit.
[[nodiscard]] Status start_setup(const Places& places);
[[nodiscard]] Status start_trial(const Places& places);
[[nodiscard]] Status stop_trial(const Places& places);

/// Ends the trial and the hold: units may start. On the disk when it returns.
[[nodiscard]] Status release(const Places& places);
/// Starts everything. The first error that a unit gives, after all were tried.
[[nodiscard]] Status open_to_users();

/// The copy of the running program, the unit that runs it, enabled: it goes on after a power cut. All on the disk.
[[nodiscard]] Status write_unit(const Places& places);
[[nodiscard]] Status start_unit();
/// Takes away what write_unit() made; the process that runs is not touched.
[[nodiscard]] Status remove_unit(const Places& places);

}  // namespace slipway::upgrade
