// The console's page of backups (A40): what can be restored, to which second, from which repository (A37).
#pragma once

#include <nlohmann/json.hpp>

#include "services/console/backup_report.hpp"
#include "services/console/viewer.hpp"

namespace slipway::console {

/// The values of template "console_backups". Of sandbox backups those of the viewer's account alone; of others no
/// sizes, which tell of other customers. Pure.
[[nodiscard]] nlohmann::json backups_page(const BackupReport& report, const Viewer& viewer);

/// The same while the agent does not answer. Pure.
[[nodiscard]] nlohmann::json no_backups_page(const Viewer& viewer);

}  // namespace slipway::console
