// How every backup begins and ends. Inside this folder only.
#pragma once

#include <filesystem>

#include "services/backup/pieces.hpp"

namespace slipway::backup {

/// The manifest of a backup that begins now: its name, moment, key and repository. Errors: in_use (one of this moment
/// is there), those of the storage.
[[nodiscard]] Result<Manifest> begin_backup(const Repository& repository, Kind kind, const Clock& clock);

/// `filled` is what came of writing the pieces: the manifest makes them a backup, or they are removed. `work` is
/// cleared either way. Errors: what `filled` says, those of the storage.
[[nodiscard]] Result<Manifest> end_backup(const Repository& repository, Manifest& manifest, Pieces& pieces,
                                          Status filled, const std::filesystem::path& work, const Clock& clock);

}  // namespace slipway::backup
