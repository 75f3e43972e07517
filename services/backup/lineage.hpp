// Whose pages a backup holds. Two servers with the same rows number the changes of their pages differently: an
// incremental on a backup of another server would be a mixture of both, and be found out by its proof at best.
#pragma once

#include <filesystem>
#include <string>

namespace slipway::backup {

/// 16 hex digits that tell this machine's data directory from any other one, also from one that was restored or copied
/// to its path: of the machine's id, and when and as which file InnoDB's system tablespace was made. Empty when that
/// file cannot be seen.
[[nodiscard]] std::string lineage_of(const std::filesystem::path& data_directory);

}  // namespace slipway::backup
