// The scratch directory of proofs, and what it says of the copy that it holds. Inside this folder only.
#pragma once

#include <filesystem>
#include <string>

#include "appliance/base/result.hpp"
#include "appliance/sql/gtid.hpp"

namespace slipway::backup {

/// The data of a scratch server that was stopped, at a position.
struct RollingCopy {
  std::string backup;      ///< that it stems from
  std::string repository;  ///< id of the one that the backup was read from
  std::string line;        ///< of the log that leads on
  sql::GtidPosition position;
};

[[nodiscard]] std::filesystem::path scratch_server(const std::filesystem::path& directory);
[[nodiscard]] std::filesystem::path scratch_work(const std::filesystem::path& directory);

/// Notes that the directory holds this copy.
[[nodiscard]] Status note_copy(const std::filesystem::path& directory, const RollingCopy& copy);
/// Error: not_found when there is none that can be trusted: scratch servers do not sync, so a copy is of no use after
/// the machine was started anew.
[[nodiscard]] Result<RollingCopy> find_copy(const std::filesystem::path& directory);
/// From here on there is no copy, whatever lies there.
void forget_copy(const std::filesystem::path& directory);
/// Removes the data too.
void clear_scratch(const std::filesystem::path& directory);

}  // namespace slipway::backup
