// Brings a backup's files out of a repository and prepares them: a data directory that a server can start on.
#pragma once

#include <filesystem>
#include <functional>

#include "services/backup/repository.hpp"

namespace slipway::backup {

/// Told of bytes that were unpacked, of how many.
using FetchProgress = std::function<void(std::uint64_t bytes, std::uint64_t of)>;

/// Gives a backup's plain bytes (an mbstream) to `take`, in order, each authenticated before. A piece that is missing,
/// altered, another's or not what the manifest says is `corrupt` or `not_found`; that is known for certain only at the
/// end. Errors besides: those of the storage and of `take`.
[[nodiscard]] Status read_backup(const Repository& repository, const Manifest& manifest, const archive::Sink& take,
                                 const FetchProgress& progress);

/// Unpacks the chain (a full backup and the incrementals that follow it, in order) into `directory`/data, which must
/// not exist, and prepares it. `work` is scratch. Every byte was authenticated before mbstream sees it; a piece that is
/// missing, altered or another's is `corrupt` or `not_found`, named with its backup. Errors besides: unsupported (made
/// by a newer server), no_space, internal with mariadb-backup's words.
[[nodiscard]] Status fetch_backup(const Repository& repository, const std::vector<Manifest>& chain,
                                  const std::filesystem::path& directory, const std::filesystem::path& work,
                                  const FetchProgress& progress);

/// Checks the stored bytes of a backup against its manifest, without unpacking: sizes and SHA-256 of every piece.
/// The faults; empty when all is well. Error: what hinders the check itself.
[[nodiscard]] Result<std::vector<Error>> verify_pieces(const Repository& repository, const Manifest& manifest,
                                                       const FetchProgress& progress);

/// The backup and those it follows, full one first. Errors: not_found (a link is missing), corrupt (a circle).
[[nodiscard]] Result<std::vector<Manifest>> chain_of(const Repository& repository, const std::string& id);

}  // namespace slipway::backup
