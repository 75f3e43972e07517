// Backups in a directory of this machine: a disk of its own, or what a network file system mounts.
//
// Guarantees: an object appears under its name in one step and is on the disk, with its folders, when commit() returns;
// one that exists is never replaced, whoever writes (RENAME_NOREPLACE, or link() where the file system lacks that).
// replace() is atomic and durable. can_append().
#pragma once

#include <filesystem>
#include <memory>

#include "services/backup/storage.hpp"

namespace slipway::backup {

/// The directory must exist: it is not made, since a disk that is not mounted would be taken for an empty repository.
/// Errors: not_found (not there, or not a directory), permission, unavailable (not mounted).
[[nodiscard]] Result<std::unique_ptr<Storage>> open_directory(const std::filesystem::path& directory);

/// The mount point that `directory` lies on according to `table` (of the form of /etc/fstab) while nothing is mounted
/// there; empty when there is none.
[[nodiscard]] std::filesystem::path unmounted_place(const std::filesystem::path& directory,
                                                    const std::filesystem::path& table = "/etc/fstab");

}  // namespace slipway::backup
