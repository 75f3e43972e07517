// What an embedded installation is made of before its programs start: secrets, certificate, configuration, databases
// and the three default accounts (A1).
#pragma once

#include <optional>

#include "appliance/embedded/embedded.hpp"
#include "appliance/embedded/state_directory.hpp"
#include "appliance/embedded/supervisor.hpp"
#include "appliance/setup/setup.hpp"

namespace slipway::embedded {

using setup::Progress;
using setup::SignIn;

/// Of the secrets and the default accounts.
[[nodiscard]] setup::Places places_of(const StateDirectory& state);

[[nodiscard]] DatabaseOptions database_options(const StateDirectory& state);

/// The port to listen on: `wanted`, else that of the last start, else 8443; 0 is any free one. Error: in_use, naming
/// it.
[[nodiscard]] Result<std::uint16_t> choose_port(const StateDirectory& state, std::optional<std::uint16_t> wanted);

/// The port that the configuration names. Errors: as Config::load.
[[nodiscard]] Result<std::uint16_t> configured_port(const StateDirectory& state);

/// Makes what is missing, in an order that a kill cannot spoil: a repeated call goes on where it stopped. Nothing else
/// may run in the directory. Errors: no_space, permission, those of Database::start and of accounts.
[[nodiscard]] Result<std::vector<SignIn>> set_up(const StateDirectory& state, std::uint16_t port,
                                                 const Progress& progress);

/// From the next set-up on the database writes a binary log, and the backup agent runs; it stays so.
[[nodiscard]] Status want_backup(const StateDirectory& state);

/// mariadbd, slipway-jobd, slipway-webd and, when it is wanted, slipway-backupd, in the order of their start; all but
/// the first from directory `programs`.
[[nodiscard]] std::vector<Program> slipway_programs(const StateDirectory& state, const std::filesystem::path& programs,
                                                    std::uint16_t port);

}  // namespace slipway::embedded
