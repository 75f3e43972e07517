// The verbs of the `slipway` command about backups and restores.
#pragma once

#include "appliance/command/command.hpp"

namespace slipway::backup {

void register_backup(command::Verbs& verbs);
void register_backup_key(command::Verbs& verbs, CLI::App& group);
void register_backup_timeline(command::Verbs& verbs, CLI::App& group);
void register_backup_prune(command::Verbs& verbs, CLI::App& group);
void register_restore(command::Verbs& verbs);

}  // namespace slipway::backup
