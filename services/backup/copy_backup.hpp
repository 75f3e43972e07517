// Copying a full backup into another repository, where it stands alone. (A35)
#pragma once

#include <functional>

#include "services/backup/repository.hpp"

namespace slipway::backup {

/// Asked again and again while a backup is copied; its error ends that.
using CopyGate = std::function<Status()>;

/// The pieces as they are (their names, which they are sealed under, are the same there), each checked on its way; its
/// last proof; then a manifest of that repository, without a log: what is there is the moment that the backup holds. A
/// killed copy is gone on with behind its last whole piece. Gives the copy's manifest. Errors: those of both storages,
/// corrupt (a piece is not what it was), invalid_argument (an incremental, or another key).
[[nodiscard]] Result<Manifest> copy_backup(const Repository& from, const Manifest& backup, const Repository& to,
                                           const CopyGate& gate = {});

}  // namespace slipway::backup
